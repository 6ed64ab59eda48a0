"""What people see of pooling and do on its pages, each in the own scope, under the application's role."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.jobs.models import JobRun
from jilin_si.ledger.models import Posting
from jilin_si.periods import last_day, month
from pooling import services
from pooling.models import CountyPlan, PensionPayment, Redistribution, Remittance
from pooling.month import next_number
from tests.pooling import facts
from tests.pooling.facts import CHANGCHUN, DONGFENG, JANUARY, JIUTAI, LIAOYUAN, YUSHU
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = month(1996, 2), month(1996, 3)
FIGURES = {
    CHANGCHUN: ("9000000.00", "900000.00"),
    JIUTAI: ("7333333.33", "1208333.33"),
    YUSHU: ("3416666.67", "1266666.67"),
    LIAOYUAN: ("2000000.00", "900000.00"),
    DONGFENG: ("1000000.00", "500000.00"),
}
Open = Callable[[User], Client]


class Office:
    """A province three months into the year: Changchun paid all, Jiutai is behind, three counties benefit."""

    def __init__(self) -> None:
        set_today(last_day(JANUARY))
        self.first, self.second = facts.year_plan(FIGURES)
        facts.assessed(FIGURES, FEBRUARY, MARCH)
        for period in (JANUARY, FEBRUARY, MARCH):
            set_today(last_day(period))
            facts.collected(CHANGCHUN, "5000000.00", period)
            facts.collected(JIUTAI, "1400000.00", period)
            for county in (YUSHU, LIAOYUAN, DONGFENG):
                facts.collected(county, "400000.00", period)
            facts.remitted(CHANGCHUN, period, received_by=self.first)
            if period < MARCH:
                facts.remitted(JIUTAI, period, received_by=self.first)
                self._pass_down(period)
        self.proposal = services.propose_remittance(JIUTAI, MARCH)

    def _pass_down(self, period: date) -> None:
        proposal = services.propose_redistribution(period, self.first.pk)
        assert proposal is not None
        services.approve_redistribution(proposal.pk, self.second.pk)
        for county_id in FIGURES:
            services.book_pensions(county_id, period)


@pytest.fixture
def office(db: None) -> Office:
    with as_owner(), acting_as(everything()):
        return Office()


@pytest.fixture
def opened(client: Client) -> Open:
    """The browser of somebody who has signed in."""

    def sign_in(user: User, language: str = "en") -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
        return client

    return sign_in


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


BOARD = reverse("pooling:remittances")
SPAN = "?from=1996-01&to=1996-03"


class TestTheDashboard:
    def test_tells_who_owes_how_much_and_since_when(self, office: Office, opened: Open) -> None:
        response = opened(office.first).get(BOARD + SPAN)
        assert response.status_code == 200
        board = response.context["board"]
        jiutai = next(unit for unit in board.units if unit.agency.pk == JIUTAI)
        assert jiutai.kind == "owed"
        assert jiutai.up.due - jiutai.up.paid == jiutai.up.owed > 0
        assert jiutai.since == JANUARY
        assert board.counts == {"owed": 1, "paid": 1, "benefiting": 50}
        assert "Jiutai City" in _text(response)

    def test_counties_add_up_to_the_province(self, office: Office, opened: Open) -> None:
        board = opened(office.first).get(BOARD + SPAN).context["board"]
        for name in ("due", "paid", "owed"):
            assert getattr(board.all.up, name) == sum(getattr(unit.up, name) for unit in board.units)
        prefectures = opened(office.first).get(BOARD + SPAN + "&level=prefecture").context["board"]
        assert len(prefectures.rows) == 9
        assert sum(row.up.due for row in prefectures.rows) == board.all.up.due
        assert sum(row.cash for row in prefectures.rows) == board.all.cash

    def test_money_conserves_itself_in_the_streams(self, office: Office, opened: Open) -> None:
        context = opened(office.first).get(BOARD + SPAN).context
        assert sum(flow.yuan for flow in context["came"]) == sum(flow.yuan for flow in context["went"])

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_speaks_both_languages(self, office: Office, opened: Open, language: str) -> None:
        response = opened(office.first, language).get(BOARD + SPAN)  # type: ignore[call-arg]
        assert ("上解与下拨" in _text(response)) is (language == "zh-hans")
        assert ("Remittance and redistribution" in _text(response)) is (language == "en")

    def test_keeps_list_span_and_selection_in_its_address(self, office: Office, opened: Open) -> None:
        page = opened(office.first).get(f"{BOARD}?from=1996-02&to=1996-02&tab=benefiting&unit=220182")
        assert page.context["tab"] == "benefiting"
        assert page.context["selected"] == "220182"
        assert page.context["span"].key == "1996-02_1996-02"

    @pytest.mark.parametrize("wrong", ["from=1996-13&to=1996-05", "from=1996-05&to=1996-01", "from=x"])
    def test_says_what_is_wrong_with_a_span(self, office: Office, opened: Open, wrong: str) -> None:
        page = opened(office.first).get(f"{BOARD}?{wrong}")
        assert page.status_code == 200
        assert page.context["span_form"].errors

    def test_shows_one_units_months_alone(self, office: Office, opened: Open) -> None:
        part = opened(office.first).get(f"{BOARD}{SPAN}&part=months&unit=220181")
        assert "Jiutai City" in _text(part)
        assert "<html" not in part.content.decode()

    def test_asks_the_database_a_fixed_number_of_times(
        self,
        office: Office,
        opened: Open,
        django_assert_max_num_queries: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # else one of the two asks, a second after the last, whether the parameters are still those
        monkeypatch.setattr("jilin_si.policy.database.SECONDS_BETWEEN_LOOKS", 3600.0)
        browser = opened(office.first)
        browser.get(BOARD)
        with django_assert_max_num_queries(34) as narrow:
            browser.get(BOARD + "?from=1996-03&to=1996-03")
        with django_assert_max_num_queries(34) as wide:
            browser.get(BOARD + SPAN)
        assert len(narrow) == len(wide)

    def test_gives_the_filtered_table_as_a_file(self, office: Office, opened: Open) -> None:
        response = opened(office.first).get(BOARD + SPAN + "&tab=owed&export=xlsx")
        rows = CalamineWorkbook.from_filelike(
            io.BytesIO(b"".join(response.streaming_content))  # type: ignore[attr-defined]
        ).get_sheet_by_index(0)
        sheet = rows.to_python()
        line = next(row for row in sheet if row[0] == "220181")
        board = opened(office.first).get(BOARD + SPAN).context["board"]
        jiutai = next(unit for unit in board.units if unit.agency.pk == JIUTAI)
        assert Decimal(str(line[2])).quantize(Decimal("0.01")) == jiutai.up.due
        assert Decimal(str(line[5])).quantize(Decimal("0.01")) == jiutai.up.owed


class TestWhoSeesWhat:
    def test_a_prefecture_sees_its_counties(self, office: Office, opened: Open) -> None:
        board = opened(facts.person("prefecture", CHANGCHUN)).get(BOARD + SPAN).context["board"]
        assert {unit.agency.pk // 100 for unit in board.units} == {2201}
        assert board.province_bank is None

    def test_a_county_comes_to_its_own_page(self, office: Office, opened: Open) -> None:
        browser = opened(facts.finance(YUSHU))
        assert browser.get(BOARD + SPAN).headers["Location"].startswith(reverse("pooling:unit", args=[YUSHU]))
        assert browser.get(reverse("pooling:unit", args=[YUSHU]) + SPAN).status_code == 200

    def test_another_county_is_not_there(self, office: Office, opened: Open) -> None:
        browser = opened(facts.finance(YUSHU))
        assert browser.get(reverse("pooling:unit", args=[JIUTAI])).status_code == 404
        assert browser.get(reverse("pooling:confirm", args=[office.proposal.pk])).status_code == 404
        assert browser.get("/trace/pool_due/1996-01_1996-03_220181/").status_code == 404
        assert browser.get(f"/trace/pool_remittance/{office.proposal.pk}/").status_code == 404

    @pytest.mark.parametrize("role", ["clerk", "reviewer"])
    def test_who_has_no_part_in_it_is_refused(self, office: Office, opened: Open, role: str) -> None:
        browser = opened(facts.person(role, JIUTAI))
        for name in ("remittances", "latest_plan", "current_month"):
            assert browser.get(reverse(f"pooling:{name}")).status_code == 403

    def test_who_is_not_signed_in_is_sent_to_the_sign_in(self, office: Office, client: Client) -> None:
        for name in ("remittances", "latest_plan", "current_month"):
            assert client.get(reverse(f"pooling:{name}")).status_code == 302

    @pytest.mark.parametrize("role", ["auditor", "administrator"])
    def test_who_only_reads_may_not_act(self, office: Office, opened: Open, role: str) -> None:
        browser = opened(facts.person(role))
        assert browser.get(BOARD).status_code == 200
        found = Redistribution
        with as_owner(), acting_as(everything()):
            redistribution = found.objects.first()
        assert redistribution is not None
        for name, args in (
            ("start", ["1996-03"]),
            ("propose_redistribution", ["1996-03"]),
            ("pensions", ["1996-03"]),
            ("close", ["1996-03"]),
            ("receive", [office.proposal.pk]),
            ("approve_redistribution", [redistribution.pk]),
            ("propose_plan", [1996]),
            ("approve_plan", [1996]),
            ("adjust_plan", [1996, JIUTAI]),
        ):
            assert browser.post(reverse(f"pooling:{name}", args=args)).status_code == 403, name


class TestEveryFigureExplainsItself:
    KINDS = ("due", "remitted", "owed", "down", "gap", "reserve")

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("key", ["1996-01_1996-03", "1996-02_1996-03"])
    def test_its_parts_add_up(self, office: Office, opened: Open, kind: str, key: str) -> None:
        browser = opened(office.first)
        _adds_up(browser, f"/trace/pool_{kind}/{key}/")

    @pytest.mark.parametrize("kind", KINDS[:5])
    @pytest.mark.parametrize("county", [JIUTAI, YUSHU])
    def test_down_to_the_months_of_a_unit(self, office: Office, opened: Open, kind: str, county: int) -> None:
        told = opened(office.first).get(f"/trace/pool_{kind}/1996-01_1996-03_{county}/?format=json").json()
        assert told["amount"]

    def test_a_plan_by_its_formula(self, office: Office, opened: Open) -> None:
        plan = self._one(CountyPlan, county_id=JIUTAI)
        told = opened(office.first).get(f"/trace/pool_plan/{plan.pk}/?format=json").json()
        assert told["recomputed"] is True
        assert {p["code"] for p in told["parameters"]} >= {
            "pension.unit_rate",
            "pool.accumulation_prov_share",
        }

    def test_a_remittance_by_due_and_cash(self, office: Office, opened: Open) -> None:
        told = opened(office.first).get(f"/trace/pool_remittance/{office.proposal.pk}/?format=json").json()
        assert told["recomputed"] is True

    def test_a_share_by_what_there_was(self, office: Office, opened: Open) -> None:
        from pooling.models import RedistributionShare

        share = self._one(RedistributionShare, county_id=YUSHU, period=JANUARY)
        told = opened(office.first).get(f"/trace/pool_share/{share.pk}/?format=json").json()
        assert told["recomputed"] is True
        mine = opened(facts.finance(YUSHU)).get(f"/trace/pool_share/{share.pk}/?format=json").json()
        assert mine["amount"] == told["amount"]
        assert mine["recomputed"] is None

    @pytest.mark.parametrize(
        "key", ["1996-01_1996-13", "x", "1996-05_1996-01", "1996-01_1996-03_999999", "1900-01_2100-01"]
    )
    def test_and_nothing_else(self, office: Office, opened: Open, key: str) -> None:
        browser = opened(office.first)
        assert browser.get(f"/trace/pool_due/{key}/").status_code == 404
        assert browser.get(f"/trace/pool_plan/{key}/").status_code == 404

    def _one(self, model: Any, **which: Any) -> Any:
        with as_owner(), acting_as(everything()):
            return model.objects.get(**which)


def _adds_up(browser: Client, address: str) -> None:
    """Each sum is the sum of its parts, and each part's own explanation has the part's amount."""
    told = browser.get(address + "?format=json").json()
    number = lambda text: Decimal(text.replace(",", "").replace("−", "-"))  # noqa: E731
    if told["parts"]:
        assert sum(number(part["rounded"]) for part in told["parts"]) == number(told["amount"])
    for part in told["parts"][:3]:
        link = part["link"]
        if link and link["url"] and "/trace/pool_remitted" not in link["url"]:
            below = browser.get(link["url"] + "?format=json").json()
            if below["parts"] or below["steps"]:
                assert below["amount"]


class TestActs:
    def test_a_month_is_started_once_its_period_is_typed(self, office: Office, opened: Open) -> None:
        browser = opened(office.first)
        address = reverse("pooling:start", args=["1996-03"])
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"typed": "1996-02", "number": "1"}).status_code == 422
        assert browser.post(address, {"typed": "", "number": "1"}).status_code == 422
        assert not JobRun.objects.exists()
        assert browser.post(address, {"typed": "1996-03", "number": "1"}).status_code == 302
        assert browser.post(address, {"typed": "1996-03", "number": "1"}).status_code == 302
        run = JobRun.objects.get()
        assert run.started_by_id == office.first.pk
        part = browser.get(reverse("pooling:progress", args=[run.pk]) + "?whole=1")
        assert "0 / 5" in _text(part)
        assert "every 2s" in part.content.decode()

    def test_polling_stops_when_the_run_is_done(self, office: Office, opened: Open) -> None:
        from django.utils import timezone

        browser = opened(office.first)
        browser.post(reverse("pooling:start", args=["1996-03"]), {"typed": "1996-03"})
        JobRun.objects.update(finished_at=timezone.now())
        part = browser.get(reverse("pooling:progress", args=[JobRun.objects.get().pk]) + "?whole=1")
        assert "hx-trigger" not in part.content.decode()
        assert next_number(MARCH) == 2

    def test_a_remittance_goes_up(self, office: Office, opened: Open) -> None:
        number = office.proposal.pk
        county = facts.finance(JIUTAI)
        browser = opened(county)
        address = reverse("pooling:confirm", args=[number])
        given = {"typed": "1996-03", "amount": str(office.proposal.amount)}
        assert browser.get(address).status_code == 200
        assert browser.post(address, given | {"amount": "1.00"}).status_code == 409
        assert self._remittance(number).state == "proposed"
        assert browser.post(address, given).status_code == 302
        assert self._remittance(number).state == "confirmed"
        browser = opened(office.second)
        assert browser.post(reverse("pooling:receive", args=[number]), given).status_code == 302
        assert self._remittance(number).state == "received"
        assert browser.post(reverse("pooling:receive", args=[number]), given).status_code == 302
        self._nothing_offends()

    def test_a_redistribution_takes_two(self, office: Office, opened: Open) -> None:
        browser = opened(office.first)
        assert browser.post(reverse("pooling:propose_redistribution", args=["1996-03"])).status_code == 302
        with as_owner(), acting_as(everything()):
            proposal = Redistribution.objects.get(state="proposed")
        address = reverse("pooling:approve_redistribution", args=[proposal.pk])
        given = {"typed": "1996-03", "total": str(proposal.total)}
        assert "cannot approve" in _text(browser.get(address))
        assert browser.post(address, given).status_code == 422
        browser = opened(office.second)
        assert browser.get(address).status_code == 200
        assert browser.post(address, given | {"typed": "1996-01"}).status_code == 422
        assert browser.post(address, given | {"total": "1"}).status_code == 409
        assert browser.post(address, given).status_code == 302
        assert browser.post(address, given).status_code == 302
        with as_owner(), acting_as(everything()):
            proposal.refresh_from_db()
            assert proposal.state == "approved"
            assert Posting.objects.filter(account_id="5102").count() == 3
        self._nothing_offends()

    def test_a_plan_is_adjusted_with_a_reason_and_approved_by_another(self, db: None, opened: Open) -> None:
        with as_owner(), acting_as(everything()):
            facts.open_books(FIGURES)
            facts.assessed(FIGURES)
            first, second = facts.province(), facts.province()
        browser = opened(first)
        assert "no plan of 1996" in _text(browser.get(reverse("pooling:plan", args=[1996])))
        assert browser.post(reverse("pooling:propose_plan", args=[1996])).status_code == 302
        adjust = reverse("pooling:adjust_plan", args=[1996, JIUTAI])
        assert browser.get(adjust).status_code == 200
        assert browser.post(adjust, {"adjustment": "−1,000,000.00", "reason": ""}).status_code == 422
        assert browser.post(adjust, {"adjustment": "1.005", "reason": "x"}).status_code == 422
        assert browser.post(adjust, {"adjustment": "−1,000,000.00", "reason": "调剂政策"}).status_code == 302
        assert browser.get(reverse("pooling:plan", args=[1996])).status_code == 200
        approve = reverse("pooling:approve_plan", args=[1996])
        assert browser.post(approve, {"typed": "1996"}).status_code == 422
        browser = opened(second)
        assert browser.get(approve).status_code == 200
        assert browser.post(approve, {"typed": "1997"}).status_code == 422
        assert browser.post(approve, {"typed": "1996", "net": "1"}).status_code == 409
        assert browser.post(approve, {"typed": "1996"}).status_code == 302
        with as_owner(), acting_as(everything()):
            plans = CountyPlan.objects.filter(fee_year=1996)
            assert {plan.state for plan in plans} == {"approved"}
            assert plans.get(county_id=JIUTAI).adjustment == Decimal("-1000000.00")
        assert browser.get(adjust).status_code == 200
        assert browser.post(adjust, {"adjustment": "1", "reason": "x"}).status_code == 409
        self._nothing_offends()

    def test_pensions_are_booked_once_their_period_is_typed(self, office: Office, opened: Open) -> None:
        browser = opened(office.first)
        address = reverse("pooling:pensions", args=["1996-03"])
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"typed": "1996-03"}).status_code == 302
        assert browser.post(address, {"typed": "1996-03"}).status_code == 302
        assert JobRun.objects.filter(job="pensions").count() == 1
        with as_owner(), acting_as(everything()):
            assert not PensionPayment.objects.filter(period=MARCH).exists()  # the queue does it

    def test_the_books_of_the_province_close_after_the_units(self, office: Office, opened: Open) -> None:
        browser = opened(office.first)
        address = reverse("pooling:close", args=["1996-01"])
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"typed": "1996-01"}).status_code == 422

    def test_looking_changes_nothing(self, office: Office, opened: Open) -> None:
        browser = opened(office.first)
        with as_owner(), acting_as(everything()):
            before = facts.rows_of(*facts.POOLING_TABLES)
        for address in (
            BOARD,
            reverse("pooling:unit", args=[JIUTAI]) + SPAN,
            reverse("pooling:month", args=["1996-03"]),
            reverse("pooling:plan", args=[1996]),
            reverse("pooling:start", args=["1996-03"]),
            reverse("pooling:pensions", args=["1996-03"]),
            reverse("pooling:approve_plan", args=[1996]),
        ):
            assert browser.get(address).status_code == 200, address
        with as_owner(), acting_as(everything()):
            assert facts.rows_of(*facts.POOLING_TABLES) == before
        for name, args in (
            ("propose_redistribution", ["1996-03"]),
            ("propose_plan", [1997]),
            ("receive", [office.proposal.pk]),
        ):
            assert browser.get(reverse(f"pooling:{name}", args=args)).status_code == 405

    def _remittance(self, number: int) -> Remittance:
        with as_owner(), acting_as(everything()):
            found: Remittance = Remittance.objects.get(pk=number)
            return found

    def _nothing_offends(self) -> None:
        with acting_as(everything()):
            assert not facts.offences()


def test_the_provinces_staff_begin_at_the_dashboard(office: Office, opened: Open) -> None:
    assert opened(office.first).get("/").headers["Location"] == BOARD
    assert opened(facts.finance(JIUTAI)).get("/").headers["Location"] != BOARD
