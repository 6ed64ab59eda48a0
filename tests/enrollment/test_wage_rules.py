"""What the grid shows of a wage is what the rules say, to the fen, and what the month will bill."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.assess import assess_month
from enrollment.declaring import Checker
from enrollment.hooks import LineRule, explain_wage, wage_rules
from enrollment.invariants import invariants
from enrollment.models import Declaration, Employer
from enrollment.services import approve_declaration, start_declaration, submit_declaration
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.money import from_fen
from jilin_si.periods import month
from jilin_si.policy.calculators import calculate
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

RULE = LineRule("pension", "pension", 215_000, 20_000, 22_150, 110_751, 90_000, 1_846, True)
EDGES = [1, 22_149, 22_150, 22_151, 110_750, 110_751, 110_752, 49_833, 27_045, 1_000_000_000]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.integers(1, 2_000_000), st.sampled_from(EDGES)), st.integers(1, 12))
def test_average_base_own_part_and_credit_are_the_calculators(wages_fen: int, months: int) -> None:
    of_base = {
        "last_year_wages": from_fen(wages_fen),
        "months_worked": months,
        "local_avg_monthly_wage": "369.17",
        "cap_multiple": "3",
        "floor_multiple": "0.6",
    }
    base = calculate("pension.contribution_base", of_base)
    average_fen = (2 * wages_fen + months) // (2 * months)
    assert from_fen(average_fen) == Decimal(str(base["own_avg"]))
    assert from_fen(RULE.base_fen(average_fen)) == Decimal(str(base["base"]))
    credit = calculate(
        "pension.account_credit",
        {
            "base": from_fen(RULE.base_fen(average_fen)),
            "local_avg_monthly_wage": "369.17",
            "own_rate": "0.02",
            "transfer_rate": "0.09",
            "local_avg_rate": "0.05",
        },
    )
    assert from_fen(RULE.own_fen(average_fen)) == Decimal(str(credit["own_part"]))
    assert from_fen(RULE.credit_fen(average_fen)) == Decimal(str(credit["total_credit"]))


def test_the_rules_of_an_employer_are_those_of_its_lines(works: Employer, acting: User) -> None:
    rules = wage_rules(works, month(1996, 1))
    assert [rule.line for rule in rules.lines] == ["pension", "unemployment", "injury"]
    assert rules.personal is not None
    assert (rules.average, rules.personal.floor_fen, rules.personal.cap_fen) == (
        Decimal("369.17"),
        22_150,
        110_751,
    )
    assert (rules.floor_multiple, rules.cap_multiple) == (Decimal("0.60"), Decimal(3))
    calculations = explain_wage(works, month(1996, 1), Decimal("498.33"))
    assert [c.output for c in calculations] == ["base", "own_part", "total_credit"]
    assert "pension.individual_rate" in {version.code for version in calculations[0].versions}


def test_what_the_grid_adds_up_is_what_is_billed(works: Employer, acting: User, reviewer: User) -> None:
    for _ in range(3):
        make.worker(acting, works)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    wages = {0: "5980", 1: "2100", 2: "18000"}
    declaration = make.typed(declaration, acting, wages, retirees="11", retiree_cost="3521.40")
    checked = Checker(declaration).whole(declaration.draft)
    handed_in = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    with make.as_user(reviewer):
        approve_declaration(declaration=handed_in, version=handed_in.version, by=reviewer)
    with as_owner(), acting_as(everything()):
        assess_month(works.county_id, month(1996, 1))
        with connection.cursor() as cursor:
            cursor.execute(
                "select sum(unit_due_fen), sum(own_due_fen) from collection_bill where employer_id = %s",
                [works.pk],
            )
            assert cursor.fetchone() == (checked.unit_fen, checked.own_fen)


def test_the_registry_holds_what_it_promises(works: Employer, acting: User, reviewer: User) -> None:
    make.worker(acting, works)
    declaration = make.approved(works, acting, reviewer)
    with as_owner(), connection.cursor() as cursor:
        for invariant in invariants():
            cursor.execute(invariant.sql)
            assert cursor.fetchall() == [], invariant.name
        Declaration._base_manager.filter(pk=declaration.pk).update(workers=2)
        cursor.execute(invariants()[0].sql)
        assert [row[0] for row in cursor.fetchall()] == [declaration.pk]


@pytest.mark.parametrize(
    ("expression", "index"),
    [
        ("identity_key", "worker_key_prefix"),
        ("identity_number", "worker_number_prefix"),
        ("name", "worker_name_prefix"),
        ("reverse(name)", "worker_name_end"),
        ("pinyin", "worker_pinyin_prefix"),
        ("initials", "worker_initials_prefix"),
    ],
)
def test_the_search_goes_through_prefix_indexes(db: None, expression: str, index: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
        cursor.execute(
            f'explain select id from enrollment_worker where ({expression}) collate "C" >= %s'
            f' and ({expression}) collate "C" < %s order by ({expression}) collate "C" limit 6000',
            ["a", "b"],
        )
        assert index in "\n".join(line for (line,) in cursor.fetchall())
