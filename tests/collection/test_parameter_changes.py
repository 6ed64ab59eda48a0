"""A parameter changed backwards is refused for assessed months, naming the supplement; what no month used may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.utils.translation import override

from collection.parameter_changes import refuse_assessed_months
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy.services import ChangeRefusal, Proposal, Reach, propose_value
from tests.roles import as_owner

JIUTAI, YUSHU, CHANGCHUN, PROVINCE = 220181, 220182, 220100, 220000


@pytest.fixture
def assessed_until_march(owner: None) -> None:
    """Jiutai's January to March 1996 are assessed by the province's rates."""
    with connection.cursor() as cursor:
        for month in (1, 2, 3):
            cursor.execute(
                "insert into collection_assessmentparameter (line, county_id, due_period, trade_class, unit_ppm, own_ppm,"
                " floor_fen, cap_fen, transfer_ppm, average_part_fen, includes_retiree_cost, versions)"
                " values ('maternity', %s, %s, 0, 8000, 0, 0, 9007199254740992, 0, 0, false, '{\"mat.rate\": 1}')",
                [JIUTAI, date(1996, month, 1)],
            )


def reach(first: date, last: date | None = None, place: int = PROVINCE, code: str = "mat.rate") -> Reach:
    return Reach(code, place, first, last)


def test_what_reaches_into_an_assessed_month_is_refused_with_the_way_to_do_it(
    assessed_until_march: None,
) -> None:
    with override("en"):
        said = refuse_assessed_months(reach(date(1996, 3, 15)))
    assert said is not None
    assert "1996-03 is assessed already in 1 units" in said
    assert "1996-04-01" in said
    assert "supplement" in said


def test_what_begins_after_it_may_be(assessed_until_march: None) -> None:
    assert refuse_assessed_months(reach(date(1996, 4, 1))) is None
    assert refuse_assessed_months(reach(date(1995, 1, 1), date(1995, 12, 31))) is None


@pytest.mark.parametrize(
    ("place", "refused"), [(PROVINCE, True), (CHANGCHUN, True), (JIUTAI, True), (YUSHU, False)]
)
def test_the_place_decides(place: int, refused: bool, assessed_until_march: None) -> None:
    assert (refuse_assessed_months(reach(date(1996, 2, 1), place=place)) is not None) == refused


def test_a_parameter_that_no_month_used_may_change(assessed_until_march: None) -> None:
    assert refuse_assessed_months(reach(date(1996, 1, 1), code="death.funeral")) is None


def test_a_book_rate_with_which_accounts_were_closed_stays(owner: None) -> None:
    change = reach(date(1996, 1, 1), date(1996, 12, 31), code="account.book_rate")
    assert refuse_assessed_months(change) is None
    with connection.cursor() as cursor:
        cursor.execute("create table collection_accountyear_1996_220181 (like collection_accountyear)")
    with override("en"):
        assert "1996" in (refuse_assessed_months(change) or "")
    assert refuse_assessed_months(replace(change, agency_id=YUSHU)) is None
    assert refuse_assessed_months(replace(change, first=date(1997, 1, 1), last=None)) is None


def test_the_policy_app_asks(assessed_until_march: None) -> None:
    user = User.objects.create_user("provincial", password="of-the-tests-1996")
    with as_owner():
        Assignment.objects.create(user=user, role=Role.PROVINCE, agency_id=PROVINCE)
    late = Proposal("mat.rate", date(1996, 2, 1), "0.009", "LBF-1994-504", "illustrative")
    with acting_as(scope_of(user)):
        with pytest.raises(ChangeRefusal) as caught:
            propose_value(late, user)
        assert caught.value.code == "period"
        propose_value(replace(late, valid_from=date(1996, 4, 1)), user)
