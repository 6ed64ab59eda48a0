"""The contribution statement says what of arrears went over between employers (REST-5), as the books do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collection.models import IssuedStatement
from collection.selectors import bills
from collection.selectors.takeovers import takeovers_of
from collection.statements.figures import ContributionFigures, contribution_figures
from collection.statements.issue import issue_contribution_statement, statement_file
from enrollment.models import Employer, Employment, LeaveReason
from enrollment.services import Event, end_employment, record_event
from jilin_si.access.models import Role, User
from jilin_si.money import format_yuan, from_fen, to_fen
from jilin_si.periods import month
from tests.collection import factories as make
from tests.collection.test_statement import sheets_of, text_of, yuan

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = make.JANUARY, make.FEBRUARY, make.MARCH
LINES = ["pension", "unemployment"]
SECRET = "秘密朴哲"  # left the old works before it was merged: nobody of the successor's


@pytest.fixture
def clerk(db: None) -> Iterator[User]:
    make.open_year()
    make.on(date(1996, 2, 6))
    made = make.person(Role.CLERK, name="王淑琴")
    with make.as_user(made):
        yield made


@pytest.fixture
def old(clerk: User) -> Employer:
    names = ("王桂芝", "李德林", SECRET)
    return make.employer(["500.00", "400.00", "600.00"], lines=LINES, name="九台市农具厂", names=names)


@pytest.fixture
def second(clerk: User) -> Employer:
    return make.employer(["450.00"], lines=LINES, name="九台市翻砂厂")


@pytest.fixture
def new(old: Employer, second: Employer) -> Employer:
    """All three are assessed for January, nobody has paid."""
    made = make.employer(["700.00"], lines=LINES, name="九台市机械总厂")
    make.assess(JANUARY)
    return made


@pytest.fixture
def merged(old: Employer, second: Employer, new: Employer, clerk: User) -> Employer:
    """Both merged into the third from February; a part is paid on the 20th, and it is the middle of March."""
    left = Employment.objects.get(worker_id=make.workers_of(old)[2])
    end_employment(employment=left, effective_period=FEBRUARY, reason=LeaveReason.RESIGNED, by=clerk)
    for gone in (old, second):
        _enter(clerk, gone, "merger", successor=new)
    make.assess(FEBRUARY)
    make.pay(new, "100.00", date(1996, 2, 20))
    make.on(date(1996, 3, 15))
    return new


def _enter(by: User, at: Employer, kind: str, **given: Any) -> None:
    record_event(employer=at, event=Event(kind, FEBRUARY, **given), by=by)


def _figures(at: Employer, first: date = FEBRUARY, last: date = FEBRUARY) -> ContributionFigures:
    return contribution_figures(at, first, last)


def _open_items(at: Employer) -> dict[tuple[str, str], int]:
    """What the books hold open of an employer, by month and line (fen)."""
    return {
        (f"{period:%Y-%m}", line): fen
        for period, line, fen in make.rows(
            "select due_period, line, sum(own_fen + unit_fen)::bigint from collection_openitem"
            " where employer_id = %s and own_fen + unit_fen > 0 group by 1, 2",
            [at.pk],
        )
    }


def test_what_was_taken_over_is_a_part_of_its_own_to_the_fen(
    merged: Employer, old: Employer, second: Employer
) -> None:
    figures = _figures(merged)
    for gone in (old, second):
        mine = {(row.period, row.line): row.principal for row in figures.taken if row.number == gone.number}
        assert mine == _open_items(gone)
        assert mine
    told = takeovers_of(merged.pk).taken
    assert figures.taken_owed == to_fen(sum(owed.amount for owed in told))
    assert figures.taken_fee == to_fen(sum(owed.fee for owed in told)) > 0
    # and it is in none of the sums of the months
    own = sum(fen for (period, _line), fen in _open_items(merged).items() if period == "1996-02")
    assert figures.owed == own
    assert figures.taken_owed + sum(_open_items(merged).values()) == to_fen(bills.owed_now(merged.pk))
    assert ContributionFigures.from_json(figures.as_json()) == figures


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_files_say_from_whom_which_month_line_and_how_much(
    merged: Employer, old: Employer, second: Employer, clerk: User, language: str
) -> None:
    figures = _figures(merged)
    issued = issue_contribution_statement(employer=merged, first=FEBRUARY, last=FEBRUARY, by=clerk)
    pdf = text_of(statement_file(issued, "pdf", language).body)
    sheets = sheets_of(statement_file(issued, "xlsx", language).body)
    overview, _by_month, _by_person, taken = sheets
    for row in figures.taken:
        assert format_yuan(from_fen(row.principal)) in pdf
        assert format_yuan(from_fen(row.late_fee)) in pdf
    for shown in (old.name, second.name, format_yuan(from_fen(figures.taken_owed))):
        assert shown in pdf
    body = taken[1:-1]
    assert [(row[0], row[1], row[2], to_fen(yuan(row[4])), to_fen(yuan(row[5]))) for row in body] == [
        (row.number, row.name, row.period, row.principal, row.late_fee) for row in figures.taken
    ]
    assert [to_fen(yuan(cell)) for cell in taken[-1][4:6]] == [figures.taken_owed, figures.taken_fee]
    assert [to_fen(yuan(row[4])) for row in overview[-3:]] == [
        figures.owed,
        figures.taken_owed,
        figures.owed + figures.taken_owed,
    ]
    # nobody of the other employers is named
    assert SECRET not in pdf + str(sheets)


def test_the_successor_s_own_people_get_the_same(merged: Employer, old: Employer, clerk: User) -> None:
    said = _figures(merged)
    user = make.employer_user(merged)
    with make.as_user(user):
        assert _figures(merged) == said
    portal = Client()
    portal.force_login(user)
    form = {"first": "1996-02", "last": "1996-02", "format": "pdf", "language": "zh-hans"}
    answer = portal.get(portal.post(reverse("portal:statements"), form)["Location"])
    assert old.name in text_of(answer.content)
    assert SECRET not in text_of(answer.content)


def test_the_office_confirms_what_was_taken_over(merged: Employer, clerk: User) -> None:
    figures = _figures(merged)
    issued = issue_contribution_statement(employer=merged, first=FEBRUARY, last=FEBRUARY, by=clerk)
    page = Client().get(reverse("check:statement", args=[issued.code])).content.decode()
    assert format_yuan(from_fen(figures.taken_owed)) in page
    assert format_yuan(from_fen(figures.taken_fee)) in page


def test_who_was_taken_over_is_told_who_pays(merged: Employer, old: Employer, clerk: User) -> None:
    figures = _figures(old, JANUARY, FEBRUARY)
    assert [(other.number, other.owed) for other in figures.handed] == [
        (merged.number, sum(_open_items(old).values()))
    ]
    assert figures.taken == []
    issued = issue_contribution_statement(employer=old, first=JANUARY, last=FEBRUARY, by=clerk)
    assert merged.name in text_of(statement_file(issued, "pdf", "zh-hans").body)


def test_at_a_split_by_agreement_only_the_months_before_it(old: Employer, new: Employer, clerk: User) -> None:
    _enter(
        clerk,
        old,
        "split",
        successor=new,
        workers=make.workers_of(old)[:1],
        arrears_taken=True,
        document_no="协议1号",
    )
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 15))
    taken = _figures(new).taken
    assert {row.period for row in taken} == {"1996-01"}
    assert sum(row.principal for row in taken) == sum(
        fen for (period, _line), fen in _open_items(old).items() if period == "1996-01"
    )


def test_arrears_alone_are_a_statement(merged: Employer, clerk: User) -> None:
    """A span without bills of its own: what was taken over is still to be said."""
    issued = issue_contribution_statement(
        employer=merged, first=month(1996, 6), last=month(1996, 6), by=clerk
    )
    figures = _figures(merged)
    text = text_of(statement_file(issued, "pdf", "en").body)
    assert format_yuan(from_fen(figures.taken_owed)) in text
    assert len(sheets_of(statement_file(issued, "xlsx", "en").body)) == 4


def test_a_statement_kept_before_there_was_this_part_is_still_drawn(merged: Employer) -> None:
    kept = _figures(merged).as_json()
    del kept["taken"], kept["handed"]
    assert ContributionFigures.from_json(kept).taken == []


def test_who_took_nothing_over_has_no_such_part(new: Employer, clerk: User) -> None:
    issued = issue_contribution_statement(employer=new, first=JANUARY, last=JANUARY, by=clerk)
    assert len(sheets_of(statement_file(issued, "xlsx", "zh-hans").body)) == 3
    assert set(IssuedStatement.objects.get().figures) == {"due", "paid", "owed"}
