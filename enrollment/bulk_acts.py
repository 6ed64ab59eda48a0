"""Acts of the registry over all rows of a list: reminding silent employers, approving returns, ending employments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.approvals import TO_REVIEW
from enrollment.checks import check_first_period
from enrollment.forms import DeclarationFilter, RefusedForm, WorkerFilter
from enrollment.gaps.forms import FollowUpForm, SilentFilter
from enrollment.gaps.selectors import silent_employers
from enrollment.gaps.services import follow_up_many, take_back_steps
from enrollment.hooks import PeopleMoved
from enrollment.models import Declaration, LeaveReason
from enrollment.permissions import MAY_ENTER, MAY_REVIEW
from enrollment.refusals import Refusal, Stale
from enrollment.selectors.declarations import declarations as find_declarations
from enrollment.selectors.declarations import fee_years, review_of
from enrollment.selectors.workers import employments_listed
from enrollment.services import approve_declaration
from enrollment.services.declarations import typed_by
from enrollment.services.leavings import leavings_of
from enrollment.services.undo import undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.ledger.services import LedgerError
from jilin_si.money import format_yuan
from jilin_si.periods import add_months, format_period
from jilin_si.web.bulk import MOST_ROWS, BulkAct, BulkRefused, Plan, register_act
from jilin_si.web.forms import PeriodField, PlainCharField

if TYPE_CHECKING:
    from jilin_si.access.models import User
    from jilin_si.web.models import BulkRun

SHOWN = 12
MOST_RETURNS = 500


def register_acts() -> None:
    """List the acts (called when the app starts)."""
    register_act(FollowUpSilent())
    register_act(ApproveQuiet())
    register_act(EndEmployments())


class FollowUpSilent(BulkAct):
    """The same step about every silent employer of the list: called, asked in the portal."""

    name = "follow_up_silent"
    table = "enrollment.SilentTable"
    title = gettext_lazy("Note a step for all")
    what = gettext_lazy(
        "The same step is noted for each silent employer; asked in the portal, each is told there."
    )
    roles = MAY_ENTER

    def form(self, data: Any) -> forms.Form:
        return FollowUpForm(data, of_worker=False, initial={"how": "asked"})

    def plan(self, unit: int, query: QueryDict, user: User, values: Mapping[str, Any]) -> Plan:
        rows = silent_employers(unit, SilentFilter(query, units=[unit]).read)
        return Plan(
            unit,
            [row.pk for row in rows],
            [
                (f"{row.number} {row.name}", " ".join((row.contact_name, row.contact_phone)))
                for row in rows[:SHOWN]
            ],
        )

    def carry_out(self, plan: Plan, values: Mapping[str, Any], run: BulkRun, user: User) -> Mapping[str, Any]:
        try:
            noted = follow_up_many(
                county_id=plan.unit, employers=plan.ids, run=run.pk, by=user, how=values["how"],
                said=values["said"], promised_on=values["promised_on"],
            )  # fmt: skip
        except Refusal as refusal:
            raise BulkRefused(refusal.message) from refusal
        return {"how": values["how"], "noted": noted}

    def take_back(self, run: BulkRun, user: User) -> None:
        take_back_steps(county_id=run.unit_id, run=run.pk, by=user)


class ApproveQuiet(BulkAct):
    """Every yearly return of the list that waits, was typed by others, and in which nothing stands out."""

    name = "approve_quiet"
    table = "enrollment.DeclarationTable"
    title = gettext_lazy("Approve where nothing stands out")
    what = gettext_lazy(
        "Each yearly return is approved that waits for review, has the same people as the year before, and no wage"
        " that is new, held by floor or cap, kept with a reason, or changed otherwise than the rest."
    )
    roles = MAY_REVIEW

    def form(self, data: Any) -> forms.Form:
        return RefusedForm(data)

    def plan(self, unit: int, query: QueryDict, user: User, values: Mapping[str, Any]) -> Plan:
        filters = DeclarationFilter(fee_years(), query)
        asked = filters.cleaned_data if filters.is_valid() else {}
        waiting = find_declarations(asked | {"state": Declaration.State.SUBMITTED}).filter(county_id=unit)
        rows = list(waiting.defer(None).filter(kind=Declaration.Kind.YEARLY)[: MOST_RETURNS + 1])
        if len(rows) > MOST_RETURNS:
            raise BulkRefused(_("More than %(most)s rows. Filter the list first.") % {"most": MOST_RETURNS})
        listed = find_declarations(asked).filter(county_id=unit).count()
        own = [row for row in rows if typed_by(row, user)]
        others = [row for row in rows if row not in own]
        quiet = [row for row in others if not _stands_out(row)]
        out = [
            (_("you entered them yourself"), len(own)),
            (_("something stands out: to be reviewed one by one"), len(others) - len(quiet)),
            (
                _("a joining return, or not waiting"),
                listed - len(rows),
            ),
        ]
        return Plan(
            unit,
            [row.pk for row in quiet],
            [
                (
                    f"{row.code} {row.employer.name}",
                    _("%(workers)s people, %(wages)s yuan a month")
                    % {"workers": row.workers, "wages": format_yuan(row.wages)},
                )
                for row in quiet[:SHOWN]
            ],
            [(why, count) for why, count in out if count > 0],
        )

    def carry_out(self, plan: Plan, values: Mapping[str, Any], run: BulkRun, user: User) -> Mapping[str, Any]:
        for row in Declaration.objects.filter(pk__in=plan.ids).select_related("employer").order_by("pk"):
            try:
                approve_declaration(declaration=row, version=row.version, by=user)
            except Refusal as refusal:
                raise BulkRefused(f"{row.employer.name}: {refusal.message}") from refusal
            except Stale as stale:
                raise BulkRefused(
                    _("The list has changed meanwhile. Look at what would change now.")
                ) from stale
        return {}

    def take_back(self, run: BulkRun, user: User) -> None:
        """Each approval by its own undoing: the return waits for review again, what it charged is reversed."""
        for number in run.ids:
            entry = (
                AuditEntry.objects.filter(
                    act="approve_declaration", object_kind="declaration", object_id=number
                )
                .order_by("-id")
                .first()
            )
            if entry is None:
                raise BulkRefused(_("One of these returns is not there any more."))
            try:
                undo_act(entry=entry, reason=run.undo_reason, by=user, way=TO_REVIEW)
            except Refusal as refusal:
                raise BulkRefused(refusal.message) from refusal


def _stands_out(declaration: Declaration) -> bool:
    """Whether a reviewer should look at a return: somebody new or gone, a wage changed otherwise than the rest."""
    review = review_of(declaration)
    return (
        review.before is None
        or bool(review.outstanding or review.gone)
        or declaration.newcomers.exists()
        or bool(leavings_of(declaration))
    )


class EndForm(RefusedForm):
    """Why, and from which month on, everybody of the list leaves."""

    effective_period = PeriodField(
        label=gettext_lazy("Takes effect in"),
        help_text=gettext_lazy("the first month for which nothing is owed"),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why they leave"),
        choices=[
            choice
            for choice in LeaveReason.choices
            if choice[0] not in (LeaveReason.DIED, LeaveReason.RETIRED)
        ],
    )
    note = PlainCharField(label=gettext_lazy("Note"), required=False, max_length=200)

    def clean_effective_period(self) -> date:
        period: date = self.cleaned_data["effective_period"]
        try:
            check_first_period(None, period)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return period


class EndEmployments(BulkAct):
    """Everybody of the list who is employed leaves, with one reason, from one month on."""

    name = "end_employments"
    table = "enrollment.WorkerTable"
    title = gettext_lazy("End the employments")
    what = gettext_lazy(
        "Each employment ends with the month before; what was charged from then on is taken back by reversals."
    )
    roles = MAY_ENTER

    def form(self, data: Any) -> forms.Form:
        return EndForm(data)

    def plan(self, unit: int, query: QueryDict, user: User, values: Mapping[str, Any]) -> Plan:
        filters = WorkerFilter(query)
        asked = filters.cleaned_data if filters.is_valid() else {}
        if not any(asked.get(name) for name in ("q", "employer", "category")):
            raise BulkRefused(_("Filter the list first: by employer, by name or by how people are employed."))
        listed = employments_listed(asked).filter(county_id=unit).select_related("worker", "employer")
        rows = list(listed[: MOST_ROWS + 1])
        if len(rows) > MOST_ROWS:
            raise BulkRefused(
                _("More than %(most)s rows. Filter the list first.") % {"most": f"{MOST_ROWS:,}"}
            )
        first = values.get("effective_period")
        ended = [row for row in rows if row.last_period is not None]
        later = [row for row in rows if row.last_period is None and first and row.first_period >= first]
        left = {row.pk for row in (*ended, *later)}
        kept = [row for row in rows if row.pk not in left]
        out = [(_("has left already"), len(ended)), (_("joins in that month or later"), len(later))]
        return Plan(
            unit,
            [row.pk for row in kept],
            [
                (f"{row.worker.name} · {row.employer.name}", f"{format_period(row.first_period)} –")
                for row in kept[:SHOWN]
            ],
            [(why, count) for why, count in out if count],
        )

    def carry_out(self, plan: Plan, values: Mapping[str, Any], run: BulkRun, user: User) -> Mapping[str, Any]:
        first, reason = values["effective_period"], values["reason"]
        with connection.cursor() as cursor:
            cursor.execute(
                "update enrollment_employment set last_period = %s, leave_reason = %s"
                " where id = any (%s) and county_id = %s and last_period is null"
                " returning employer_id, worker_id",
                [add_months(first, -1), reason, list(plan.ids), plan.unit],
            )
            ended = cursor.fetchall()
        if len(ended) != len(plan.ids):
            raise BulkRefused(_("The list has changed meanwhile. Look at what would change now."))
        for moved in _by_employer(ended, plan.unit, first):
            _told(hooks.on_people_left, moved)
        return {"effective_period": first.isoformat(), "reason": reason}

    def take_back(self, run: BulkRun, user: User) -> None:
        first = date.fromisoformat(run.details["effective_period"])
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "update enrollment_employment set last_period = null, leave_reason = ''"
                    " where id = any (%s) and county_id = %s and last_period = %s and leave_reason = %s"
                    " returning employer_id, worker_id",
                    [run.ids, run.unit_id, add_months(first, -1), run.details["reason"]],
                )
                back = cursor.fetchall()
        except IntegrityError as error:
            raise BulkRefused(_("Somebody of them works elsewhere since. Take that back first.")) from error
        if len(back) != run.count:
            raise BulkRefused(
                _("%(count)s of these employments were changed since. Take that back first.")
                % {"count": run.count - len(back)}
            )
        for moved in _by_employer(back, run.unit_id, first):
            _told(hooks.on_people_back, moved)


def _by_employer(rows: list[tuple[int, int]], unit: int, first: date) -> list[PeopleMoved]:
    """The people of each employer together, as what follows from a leaving is worked out."""
    workers: dict[int, list[int]] = {}
    for employer_id, worker_id in rows:
        workers.setdefault(employer_id, []).append(worker_id)
    return [PeopleMoved(employer_id, unit, people, first) for employer_id, people in workers.items()]


def _told(hook: hooks.Hook, moved: PeopleMoved) -> None:
    try:
        hook.call(moved)
    except LedgerError as error:
        raise BulkRefused(str(error)) from error
