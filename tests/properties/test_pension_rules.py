"""What the rules of the pension line promise for all facts, not only for those of the worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from jilin_si.policy.calculators import calculate
from jilin_si.policy.errors import NotApplicable
from tests.properties.asking import ask, fen, months, policy, quick, rates, some_fen, some_wages, wages, years


@quick
@given(months, fen, fen, some_fen)
def test_more_wages_never_mean_less_contribution(month: date, w: Decimal, r: Decimal, more: Decimal) -> None:
    less = ask("pension.unit_contribution", month=month, contribution_wages=w, retiree_cost=r)
    more_ = ask("pension.unit_contribution", month=month, contribution_wages=w + more, retiree_cost=r)
    assert more_["unit_contribution"] >= less["unit_contribution"]
    assert less["sum_of_two"] == w + r
    assert abs(less["unit_contribution"] - less["rate"] * (w + r)) <= Decimal("0.005")


@quick
@given(months, fen, fen, st.dates(date(1992, 1, 1), date(1999, 1, 1)))
def test_a_back_assessment_is_what_the_month_would_have_been(
    month: date, w: Decimal, r: Decimal, paid: date
) -> None:
    then = ask("pension.unit_contribution", month=month, contribution_wages=w, retiree_cost=r)
    later = ask(
        "pension.back_assessment", period=f"{month:%Y-%m}", paid_on=paid, contribution_wages=w, retiree_cost=r
    )
    assert later["unit_contribution"] == then["unit_contribution"]


@quick
@given(fen, fen, rates)
def test_instalments_add_up_to_the_year(w: Decimal, r: Decimal, rate: Decimal) -> None:
    got = ask("pension.annual_instalments", annual_wages=w, annual_retiree_cost=r, rate=rate)
    assert 11 * got["months_1_to_11_each"] + got["month_12"] == got["annual_due"] == got["total"]
    assert abs(got["month_12"] - got["months_1_to_11_each"]) <= Decimal("0.06")


@quick
@given(wages, st.integers(1, 12), some_wages, some_wages)
def test_a_base_stays_between_floor_and_cap_and_grows_with_the_wage(
    total: Decimal, worked: int, average: Decimal, more: Decimal
) -> None:
    def base(wage: Decimal) -> dict[str, Any]:
        return ask(
            "pension.contribution_base",
            last_year_wages=wage,
            months_worked=worked,
            local_avg_monthly_wage=average,
            cap_multiple="3.00",
            floor_multiple="0.60",
        )

    got = base(total)
    assert got["floor"] <= got["base"] <= got["cap"]
    assert got["base"] in (got["own_avg"], got["floor"], got["cap"])
    assert base(total + more)["base"] >= got["base"]


@quick
@given(some_wages, wages, rates, rates, rates)
def test_the_parts_of_a_credit_add_up(
    b: Decimal, avg: Decimal, own: Decimal, moved: Decimal, flat: Decimal
) -> None:
    got = ask(
        "pension.account_credit",
        base=b,
        local_avg_monthly_wage=avg,
        own_rate=own,
        transfer_rate=moved,
        local_avg_rate=flat,
    )
    assert got["own_part"] + got["unit_part_on_base"] + got["unit_part_on_local_avg"] == got["total_credit"]


@quick
@given(fen, st.dictionaries(st.integers(1, 12).map(str), wages), rates)
def test_an_account_never_loses_a_fen(opening: Decimal, by_month: dict[str, Decimal], rate: Decimal) -> None:
    got = ask("pension.account_year", opening=opening, credits=by_month, book_rate=rate)
    assert got["year_principal"] == sum(by_month.values(), Decimal(0))
    interest = got["interest_on_opening"] + got["interest_on_current"]
    assert got["closing"] == opening + got["year_principal"] + interest
    assert got["closing"] >= opening + got["year_principal"]


@quick
@given(fen, wages, st.integers(1, 12), st.integers(1, 12), rates)
def test_level_credits_are_a_year_of_credits(
    o: Decimal, each: Decimal, a: int, b: int, rate: Decimal
) -> None:
    first, last = sorted((a, b))
    level = ask(
        "pension.account_year_level", opening=o, monthly_credit=each, months=f"{first}-{last}", book_rate=rate
    )
    year = ask(
        "pension.account_year",
        opening=o,
        credits={str(m): each for m in range(first, last + 1)},
        book_rate=rate,
    )
    assert level == year


@quick
@given(fen, fen, wages, wages, rates)
def test_a_statement_is_its_two_sub_ledgers(
    oo: Decimal, ou: Decimal, mo: Decimal, mu: Decimal, rate: Decimal
) -> None:
    got = ask(
        "pension.account_statement",
        opening_own=oo,
        opening_unit=ou,
        monthly_own=mo,
        monthly_unit=mu,
        book_rate=rate,
    )
    own = ask("pension.account_year_level", opening=oo, monthly_credit=mo, months="1-12", book_rate=rate)
    unit = ask("pension.account_year_level", opening=ou, monthly_credit=mu, months="1-12", book_rate=rate)
    assert (got["own"], got["unit"]) == (own, unit)
    assert got["total_closing"] == own["closing"] + unit["closing"]


@quick
@given(fen, wages, st.integers(0, 12), rates)
def test_a_retirees_account_balances(opening: Decimal, each: Decimal, paid: int, rate: Decimal) -> None:
    got = ask(
        "pension.retiree_account_year",
        opening=opening,
        monthly_account_pension=each,
        months_paid=paid,
        book_rate=rate,
    )
    assert got["paid"] == each * paid
    assert got["closing"] == opening - got["paid"] + got["interest"]


@quick
@given(fen, fen, fen)
def test_inheritance_and_pool_are_the_whole(own: Decimal, unit: Decimal, remaining: Decimal) -> None:
    assume(own + unit > 0)
    got = ask(
        "pension.inheritance_after_retirement",
        own_at_retirement=own,
        total_at_retirement=own + unit,
        remaining_at_death=remaining,
    )
    assert got["inheritable"] + got["returned_to_pool"] == remaining
    assert 0 <= got["inheritable"] <= remaining


@quick
@given(wages, years, years, rates)
def test_more_service_never_means_a_lower_pension_of_1978(
    w: Decimal, a: Decimal, b: Decimal, add: Decimal
) -> None:
    def pension(service: Decimal) -> Decimal | None:
        try:
            got = ask(
                "pension.benefit_1978",
                standard_wage=w,
                service_years=service,
                special_contribution_add=add,
                subsidies=["17.00"],
                revolution_period=None,
                minimum="25.00",
            )
        except NotApplicable:
            return None
        assert got["percent"] <= 1
        assert got["base_pension"] >= 25
        assert got["monthly_total"] == got["base_pension"] + got["subsidies"]
        return Decimal(got["monthly_total"])

    less, more = (pension(service) for service in sorted((a, b)))
    assert less is None or (more is not None and more >= less)


@quick
@given(fen, wages, st.integers(0, 3000), years, st.integers(0, 400))
def test_the_three_parts_of_the_unified_pension_add_up(
    b: Decimal, w: Decimal, i: int, y: Decimal, c: int
) -> None:
    got = ask(
        "pension.benefit_1997",
        provincial_avg_monthly_wage=w,
        balance=b,
        avg_index=Decimal(i) / 1000,
        pre_account_years=y,
        coefficient=Decimal(c) / 10_000,
    )
    assert got["base_pension"] + got["account_pension"] + got["transitional"] == got["monthly"]
    new = ask(
        "pension.benefit_1997",
        provincial_avg_monthly_wage=w,
        balance=b,
        avg_index=None,
        pre_account_years=None,
        coefficient=None,
    )
    assert new["monthly"] <= got["monthly"]
    assert new["transitional"] == 0


@quick
@given(wages, wages, rates, wages)
def test_the_guarantee_pays_the_higher(new: Decimal, w: Decimal, p: Decimal, s: Decimal) -> None:
    got = ask(
        "pension.transition_guarantee", new_monthly=new, old_standard_wage=w, old_percent=p, old_subsidies=s
    )
    assert got["paid"] == max(new, got["old_monthly"])
    assert got["top_up"] == got["paid"] - new >= 0


@quick
@given(st.dates(date(1930, 1, 1), date(1980, 12, 31)))
def test_pensionable_ages_stand_in_order(birth: date) -> None:
    def reached(sex: str, identity: str, category: str) -> tuple[int, date]:
        got = calculate(
            "pension.retirement_age",
            {"birth": birth, "sex": sex, "identity": identity, "category": category},
            policy=policy(),
        )
        day = date.fromisoformat(got["reaches_age_on"])
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        assert got["first_pension_month"] == f"{following:%Y-%m}"
        assert (day.year - birth.year, day.month) == (got["age"], birth.month)
        return got["age"], day

    assert reached("M", "worker", "normal") == reached("M", "cadre", "normal")
    assert (
        reached("F", "worker", "normal") < reached("F", "cadre", "normal") < reached("M", "worker", "normal")
    )
    for sex in "MF":
        assert reached(sex, "worker", "special") == reached(sex, "cadre", "special")
        assert reached(sex, "cadre", "special") < reached(sex, "cadre", "normal")


@quick
@given(wages, wages, st.integers(0, 6), st.integers(0, 6))
def test_more_dependants_never_mean_less_relief(unit: Decimal, own: Decimal, a: int, b: int) -> None:
    less, more = (
        ask("pension.death_grant", unit_avg_monthly_wage=unit, own_monthly_wage=own, dependants=n)
        for n in sorted((a, b))
    )
    assert more["relief"] >= less["relief"]
    assert more["funeral"] == less["funeral"]
