"""The claim with the liquidator (REST-2, REST-4): arrears by line, late fee to the day, the reserve for the retirees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collection.models import IssuedStatement
from collection.selectors import bills
from collection.selectors.claims import claim_of
from collection.selectors.fees import late_fees
from collection.statements.claim import ClaimFigures, claim_figures, claim_paper
from collection.statements.issue import check_statement, issue_claim_sheet, statement_file
from collection.statements.paper import Issue
from enrollment.models import Employer
from enrollment.refusals import Refusal
from enrollment.services import Event, record_event
from jilin_si.access.models import Role, User
from jilin_si.money import ZERO
from jilin_si.web.traces import explain
from tests.collection import factories as make

pytestmark = pytest.mark.django_db

FEBRUARY = make.FEBRUARY


@pytest.fixture
def clerk(db: None) -> Iterator[User]:
    make.open_year()
    make.on(date(1996, 2, 6))
    made = make.person(Role.CLERK, name="王淑琴")
    with make.as_user(made):
        yield made


@pytest.fixture
def bankrupt(clerk: User) -> Employer:
    """Two lines owed for January, three retirees who get 615.50 a month; bankrupt from February, today the 26th."""
    works = make.employer(lines=["pension", "unemployment"], retirees=3, retiree_cost="615.50")
    make.assess(make.JANUARY)
    record_event(
        employer=works, event=Event("bankruptcy", FEBRUARY, document_no="法破字第3号", note=""), by=clerk
    )
    make.on(date(1996, 2, 26))
    works.refresh_from_db()
    return works


def test_the_claim_is_arrears_fee_and_reserve(bankrupt: Employer) -> None:
    filed = claim_of(bankrupt)
    rows = bills.employer_year(bankrupt.pk, 1996)[0]
    assert [(line.line, line.arrears) for line in filed.claim.lines] == [
        (line.line, line.owed) for line in rows.lines
    ]
    fee = sum(
        (f.fee for f in late_fees([b for line in rows.lines for b in line.bills], date(1996, 2, 26))), ZERO
    )
    assert filed.claim.late_fee == fee > 0
    assert filed.claim.reserve is not None
    assert (filed.claim.reserve.months, filed.claim.reserved) == (120, Decimal("73860.00"))  # 615.50 × 120
    assert filed.claim.total == rows.owed + fee + Decimal("73860.00")


def test_what_the_bankrupt_one_had_taken_over_is_claimed_from_it_too(bankrupt: Employer, clerk: User) -> None:
    alone = claim_of(bankrupt).claim.arrears
    small = make.employer(["300.00"], lines=["pension"], first_period=FEBRUARY)
    other = make.employer(["700.00"], lines=["pension"], first_period=FEBRUARY)
    make.on(date(1996, 2, 6))
    record_event(employer=small, event=Event("merger", FEBRUARY, successor=other), by=clerk)
    make.assess(FEBRUARY)
    assert claim_of(bankrupt).claim.arrears == alone  # what others owe one another is none of its
    assert claim_of(small).claim.arrears == 0
    assert claim_of(other).claim.arrears == bills.owed_now(other.pk) > 0


def test_the_sum_explains_itself(bankrupt: Employer, clerk: User, rf: Any) -> None:
    request = rf.get("/")
    request.user, request.roles = clerk, frozenset({"clerk"})
    whole = explain(request, "claim", str(bankrupt.pk))
    reserve = explain(request, "retiree_reserve", str(bankrupt.pk))
    assert whole.recomputed
    assert reserve.recomputed
    assert [parameter.confidence for parameter in reserve.parameters]
    assert reserve.total is not None
    assert reserve.total.values == "615.50 × 120"


def test_the_sheet_is_issued_once_a_day_and_confirmed_to_anybody(bankrupt: Employer, clerk: User) -> None:
    made = issue_claim_sheet(employer=bankrupt, by=clerk)
    assert issue_claim_sheet(employer=bankrupt, by=clerk).pk == made.pk
    for language in ("zh-hans", "en"):
        assert statement_file(made, "pdf", language).body.startswith(b"%PDF")
    found = check_statement(made.code)
    assert found is not None
    assert (found.kind, found.figures["total"]) == ("claim", claim_of(bankrupt).claim.total)
    works = make.employer(["500.00"], first_period=FEBRUARY)
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "no_end"):
        issue_claim_sheet(employer=works, by=clerk)


def test_plan_panel_and_page_show_it(bankrupt: Employer, clerk: User, client: Client) -> None:
    client.force_login(clerk)
    page = client.get(reverse("enrollment:employer", args=[bankrupt.pk])).content.decode()
    assert "73,860.00" in page
    url = reverse("collection:claim", args=[bankrupt.pk])
    assert "73,860.00" in client.get(url).content.decode()
    sent = client.post(url)
    assert sent.status_code == 302
    assert client.get(sent.headers["Location"])["Content-Type"] == "application/pdf"
    code = IssuedStatement.objects.get().code
    client.logout()
    assert "73,860.00" in client.get(reverse("check:statement", args=[code])).content.decode()
    works = make.employer(["500.00"], retirees=1, retiree_cost="200.00", first_period=FEBRUARY)
    make.on(date(1996, 2, 6))
    client.force_login(clerk)
    plan = reverse("enrollment:event_new", args=[works.pk, "closure"])
    given = {"_once": client.get(plan).context["once_key"], "effective_period": "1996-03"}
    assert "24,000.00" in client.post(plan, given).content.decode()
    client.force_login(make.person(Role.AUDITOR))
    assert client.post(url).status_code == 403


def test_the_sheet_names_from_whom_arrears_were_taken_over(clerk: User) -> None:
    small = make.employer(["300.00"], lines=["pension"], name="九台市农具厂")
    other = make.employer(["700.00"], lines=["pension"])
    make.assess(make.JANUARY)
    record_event(employer=small, event=Event("merger", FEBRUARY, successor=other), by=clerk)
    record_event(employer=other, event=Event("closure", make.MARCH), by=clerk)
    filed = claim_of(other)
    assert filed.event is not None
    figures = claim_figures(other, filed, filed.event)
    assert sorted(row[4] for row in figures.rows) == ["", small.name]
    paper = claim_paper(figures, Issue("ZQ-1", "", date(1996, 2, 6), "九台市社会保险公司"))
    assert any(small.name in row[1] for row in paper["months"]["rows"])
    assert ClaimFigures.from_json(figures.as_json()).total == figures.total
