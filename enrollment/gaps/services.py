"""Following up what was not reported: one step about one case, or the same step about many in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.gaps.models import FollowUp
from enrollment.gaps.selectors import month_asked
from enrollment.models import Employer, Employment
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

How = FollowUp.How


def follow_up(
    *,
    employer: Employer,
    how: str,
    by: User | None,
    employment: Employment | None = None,
    said: str = "",
    promised_on: date | None = None,
    explains: bool = False,
) -> FollowUp:
    """Note what was done about a silent employer, or about one worker's broken months.

    ``explains`` says that the answer gives the reason of the gap: it leaves the list. Raises Refusal, PermissionDenied.
    """
    require(by, employer.county_id, *MAY_ENTER)
    said = check_step(how, said, promised_on, explains)
    if employment is not None and how == How.ASKED:
        raise Refusal(
            "how", "asked_of_one", _("In the portal the employer is asked for its return as a whole.")
        )
    with transaction.atomic():
        step: FollowUp = FollowUp.objects.create(
            county_id=employer.county_id,
            employer=employer,
            employment=employment,
            period=month_asked(),
            how=how,
            said=said,
            promised_on=promised_on,
            explains=explains and employment is not None,
            day=today(),
            made_by=by,
        )
        record(
            "follow_up",
            by=by,
            about="worker" if employment else "employer",
            number=employment.worker_id if employment else employer.pk,
            county_id=employer.county_id,
            employer_id=employer.pk,
            reason=said,
            details={"how": how, "explains": explains, "promised_on": promised_on or ""},
        )
    if step.explains:
        forget_count("broken", employer.county_id)
    return step


def follow_up_many(
    *,
    county_id: int,
    employers: Sequence[int],
    how: str,
    run: int,
    by: User | None,
    said: str = "",
    promised_on: date | None = None,
) -> int:
    """The same step about many silent employers of a unit, as part of a run that takes it back as one.

    The run writes the one audit entry. Gives how many steps were noted.
    """
    require(by, county_id, *MAY_ENTER)
    said = check_step(how, said, promised_on, explains=False)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_followup (county_id, employer_id, period, how, said, promised_on, explains, run,
                                             day, made_by_id)
            select m.county_id, m.id, %s, %s, %s, %s, false, %s, %s, %s
            from enrollment_employer m where m.county_id = %s and m.id = any (%s)
            """,
            [
                month_asked(),
                how,
                said,
                promised_on,
                run,
                today(),
                by.pk if by else None,
                county_id,
                list(employers),
            ],
        )
        return cursor.rowcount


def take_back_steps(*, county_id: int, run: int, by: User | None) -> int:
    """Take every step of a run back: it stands in the history and counts no more."""
    require(by, county_id, *MAY_ENTER)
    with connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_followup set taken_back_at = now(), taken_back_by_id = %s"
            " where county_id = %s and run = %s and taken_back_at is null",
            [by.pk if by else None, county_id, run],
        )
        return cursor.rowcount


def check_step(how: str, said: str, promised_on: date | None, explains: bool) -> str:
    """What a step has to say; the text made plain. Raises Refusal."""
    said = " ".join(said.split())[:300]
    if how not in How.values:
        raise Refusal("how", "choice", _("Choose one from the list."))
    if not said and (how == How.ANSWERED or explains):
        raise Refusal("said", "said_missing", _("Say what they answered."))
    if promised_on is not None and promised_on < today():
        raise Refusal("promised_on", "promised_past", _("A day that was promised lies ahead."))
    return said
