"""Taking back that people came or left: one enrolment, one leaving, a whole roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.undoing import How, Point, UndoPlan, charged_points
from enrollment.declaring import draft_rows
from enrollment.hooks import PeopleMoved
from enrollment.models import TAKEN_BACK, Declaration, DeclarationLine, Employment, Worker
from enrollment.permissions import MAY_ENTER
from enrollment.refusals import Refusal
from enrollment.services.workers import EXCLUSION_VIOLATION, sqlstate
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import add_months, format_period, parse_period

NAMED = 5
State = Declaration.State


def period_of_entry(entry: AuditEntry, name: str = "first_period") -> date:
    """The month that an entry names."""
    return parse_period(str((entry.details or {})[name])[:7])


class UndoJoining:
    """People who came with one act never came: their employments go, or stand void where they were charged."""

    roles = MAY_ENTER

    def joined(self, entry: AuditEntry) -> list[Employment]:
        """The employments that the act began."""
        return employments_of(entry, [entry.object_id or 0])

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        people = self.joined(entry)
        first = period_of_entry(entry)
        if not people:
            raise Refusal("", "gone", gettext_lazy("Nothing of this act is left."))
        charged = hooks.charged(people[0].employer_id, people[0].county_id, _workers(people), first)
        direct = first >= open_period or not charged.billed
        takes = [
            Point(
                _("%(name)s: employment from %(period)s")
                % {"name": e.worker.name, "period": format_period(e.first_period)},
                reverse("enrollment:worker", args=[e.worker_id]),
            )
            for e in people[:NAMED]
        ]
        if len(people) > NAMED:
            takes.append(Point(_("and %(count)s more") % {"count": len(people) - NAMED}))
        blocks = left_since(people)
        pending, approved = returns_of(people)
        takes += [Point(_("%(document)s, not approved yet") % {"document": d.code}) for d in pending]
        blocks += [block(d) for d in pending if not _only_theirs(d, people)]
        if charged.living and direct:
            blocks += [block(d) for d in approved]
        depends = charged_points(charged) + [
            Point(_("%(document)s counts on it") % {"document": d.code}, _url(d)) for d in approved
        ]
        return UndoPlan(takes, depends, blocks, first, direct)

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        people = self.joined(entry)
        first = period_of_entry(entry)
        employer_id, county_id = people[0].employer_id, people[0].county_id
        pending, _approved = returns_of(people)
        for declaration in pending:
            _take_out(declaration, people)
        hooks.on_people_left.call(PeopleMoved(employer_id, county_id, _workers(people), first))
        return {"people": len(people)} | void(people, first)


class UndoRoster(UndoJoining):
    """A roster is taken back: whom it brought, and what it said otherwise about others."""

    def joined(self, entry: AuditEntry) -> list[Employment]:
        details = entry.details or {}
        if "workers" not in details:
            raise Refusal("", "no_list", gettext_lazy("This roster was stored before its people were noted."))
        return employments_of(entry, details["workers"])

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        changed = _changed(entry)
        if not self.joined(entry):
            return UndoPlan(self._told(changed), first_period=period_of_entry(entry))
        planned = super().plan(entry, open_period)
        return UndoPlan(
            [*planned.takes, *self._told(changed)],
            planned.depends,
            planned.blocks,
            planned.first_period,
            planned.direct,
        )

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        details = super().undo(entry, plan, how) if self.joined(entry) else {}
        for worker, (category, identity, first_work_date, deemed) in _changed(entry).items():
            Worker.objects.filter(pk=worker).update(
                category=category,
                identity=identity,
                first_work_date=first_work_date,
                deemed_months=int(deemed or 0),
            )
        return details | {"changed": len(_changed(entry))}

    def _told(self, changed: dict[int, list[Any]]) -> list[Point]:
        if not changed:
            return []
        return [Point(_("%(count)s people stand again as before") % {"count": len(changed)})]


class UndoLeaving:
    """Who left did not leave: the employment runs on, and the wages that were taken back are charged anew."""

    roles = MAY_ENTER

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        if (entry.details or {}).get("part_of"):
            raise Refusal(
                "", "part", gettext_lazy("This is one half of a transfer: take the transfer back, as one.")
            )
        employment, first = self._left(entry)
        blocks = joined_since([employment])
        direct = first >= open_period
        depends = [
            Point(_("the wages from %(period)s on are charged again") % {"period": format_period(first)})
        ]
        if not direct:
            depends.append(Point(_("assessed months are billed as supplements in the next assessment")))
        takes = [
            Point(
                _("%(name)s leaves %(employer)s from %(period)s")
                % {
                    "name": employment.worker.name,
                    "employer": employment.employer.name,
                    "period": format_period(first),
                }
            )
        ]
        return UndoPlan(takes, depends, blocks, first, direct)

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        employment, first = self._left(entry)
        reopen([(employment.pk, None, "")])
        hooks.on_people_back.call(
            PeopleMoved(employment.employer_id, employment.county_id, [employment.worker_id], first)
        )
        return {"people": 1}

    def _left(self, entry: AuditEntry) -> tuple[Employment, date]:
        first = period_of_entry(entry, "effective_period")
        found = (
            Employment.objects.filter(
                worker_id=entry.object_id, employer_id=entry.employer_id, last_period=add_months(first, -1)
            )
            .exclude(leave_reason=TAKEN_BACK)
            .select_related("worker", "employer")
            .first()
        )
        if found is None:
            raise Refusal("", "gone", gettext_lazy("Nothing of this act is left."))
        return found, first


# ── employments ──────────────────────────────────────────────────────────────────────────────────────────────────
def reopen(rows: Sequence[tuple[int, date | None, str]]) -> None:
    """Let employments stand as they did: number, last month, reason. Raises Refusal where somebody is elsewhere now."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "update enrollment_employment e set last_period = t.last_period, leave_reason = t.reason"
                " from unnest(%s::bigint[], %s::date[], %s::text[]) t(id, last_period, reason) where e.id = t.id",
                [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
            )
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal(
            "", "insured_elsewhere", gettext_lazy("Somebody of them is insured with another employer since.")
        ) from error


def void(people: Sequence[Employment], first: date) -> dict[str, Any]:
    """Take employments out of the registry: deleted, or void where a spell or an approved return stands on them.

    A person whom only such an employment made known goes too. Says how many of each.
    """
    charged = hooks.charged(people[0].employer_id, people[0].county_id, _workers(people), first).ever
    lined = set(
        DeclarationLine.objects.filter(
            worker_id__in=_workers(people),
            employer_id=people[0].employer_id,
            declaration__state__in=[State.APPROVED, State.RETURNED],
        ).values_list("worker_id", flat=True)
    )
    kept = [e.pk for e in people if e.worker_id in charged | lined]
    gone = [e for e in people if e.pk not in set(kept)]
    if kept:
        Employment.objects.filter(pk__in=kept).update(last_period=F("first_period"), leave_reason=TAKEN_BACK)
    _delete(gone)
    return {"void": len(kept), "deleted": len(gone)}


def _delete(people: Sequence[Employment]) -> None:
    """Delete employments, and with them whoever has no other and is named nowhere else."""
    if not people:
        return
    others = set(
        Employment.objects.filter(worker_id__in=_workers(people))
        .exclude(pk__in=[e.pk for e in people])
        .values_list("worker_id", flat=True)
    )
    numbers, alone = [e.pk for e in people], [e.worker_id for e in people if e.worker_id not in others]
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                # the person first: under row-level security one without an employment is not seen any more
                cursor.execute("delete from enrollment_worker where id = any(%s)", [alone])
                cursor.execute("delete from enrollment_employment where id = any(%s)", [numbers])
                cursor.execute("set constraints all immediate; set constraints all deferred")
        except IntegrityError:  # something else names one of them: the records stay, without an employment
            cursor.execute("delete from enrollment_employment where id = any(%s)", [numbers])


def employments_of(entry: AuditEntry, workers: Sequence[int]) -> list[Employment]:
    """The employments of these people that an act began, by its employer and month."""
    return list(
        Employment.objects.filter(
            worker_id__in=list(workers), employer_id=entry.employer_id, first_period=period_of_entry(entry)
        )
        .exclude(leave_reason=TAKEN_BACK)
        .select_related("worker")
        .order_by("worker_id")
    )


def _workers(people: Sequence[Employment]) -> list[int]:
    return [e.worker_id for e in people]


def left_since(people: Sequence[Employment]) -> list[Point]:
    """Leavings entered since, which would be left hanging."""
    return [
        Point(
            _("%(name)s left from %(period)s")
            % {"name": e.worker.name, "period": format_period(add_months(e.last_period, 1))},
            reverse("enrollment:worker", args=[e.worker_id]),
        )
        for e in people
        if e.last_period is not None
    ][:NAMED]


def joined_since(people: Sequence[Employment]) -> list[Point]:
    """Employments that began after these had ended: who is there now did leave."""
    ended = {e.worker_id: e for e in people}
    later = (
        Employment.objects.filter(worker_id__in=list(ended))
        .exclude(pk__in=[e.pk for e in people])
        .exclude(leave_reason=TAKEN_BACK)
        .select_related("employer", "worker")
    )
    return [
        Point(
            _("%(name)s joined %(employer)s from %(period)s")
            % {"name": e.worker.name, "employer": e.employer.name, "period": format_period(e.first_period)},
            reverse("enrollment:employer", args=[e.employer_id]),
        )
        for e in later
        if e.first_period >= ended[e.worker_id].last_period
    ][:NAMED]


def corrected_since(entry: AuditEntry, employer_id: int, **about: Any) -> list[Point]:
    """The corrections of an employer's record, or of its people's, that were approved after an act."""
    later = AuditEntry.objects.filter(
        act="approve_correction", employer_id=employer_id, pk__gt=entry.pk, **about
    )
    return [
        Point(
            _("correction %(code)s was approved after it") % {"code": (each.details or {}).get("code", "")},
            reverse(f"enrollment:{each.object_kind}", args=[each.object_id]),
        )
        for each in later[:NAMED]
    ]


def _changed(entry: AuditEntry) -> dict[int, list[Any]]:
    return {int(worker): values for worker, values in (entry.details or {}).get("before", {}).items()}


# ── returns ──────────────────────────────────────────────────────────────────────────────────────────────────────
def returns_of(people: Sequence[Employment]) -> tuple[list[Declaration], list[Declaration]]:
    """The returns that name these people from their first year on: those not approved, and the approved."""
    year = people[0].first_period.year
    numbers = (
        DeclarationLine.objects.filter(
            fee_year__gte=year, worker_id__in=_workers(people), employer_id=people[0].employer_id
        )
        .values_list("declaration_id", flat=True)
        .distinct()
    )
    typed = Declaration.objects.filter(
        employer_id=people[0].employer_id, fee_year__gte=year, state__in=[State.DRAFT, State.RETURNED]
    )
    named = {str(worker) for worker in _workers(people)}
    drafts = [d for d in typed if any(row["worker"] in named for row in draft_rows(d.draft))]
    listed = list(Declaration.objects.filter(pk__in=list(numbers)).select_related("employer"))
    pending = {d.pk: d for d in [*drafts, *(d for d in listed if d.state != State.APPROVED)]}
    return list(pending.values()), [d for d in listed if d.state == State.APPROVED]


def _only_theirs(declaration: Declaration, people: Sequence[Employment]) -> bool:
    """Whether a return can lose these people: it is being typed, or names nobody else."""
    if declaration.state != State.SUBMITTED:
        return True
    named = set(
        DeclarationLine.objects.filter(fee_year=declaration.fee_year, declaration=declaration).values_list(
            "worker_id", flat=True
        )
    )
    return declaration.kind == Declaration.Kind.JOINING and named <= set(_workers(people))


def _take_out(declaration: Declaration, people: Sequence[Employment]) -> None:
    """Take people out of a return that is not approved; one that names nobody else goes."""
    workers = _workers(people)
    lines = DeclarationLine.objects.filter(
        fee_year=declaration.fee_year, county_id=declaration.county_id, declaration=declaration
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from enrollment_declarationline where fee_year = %s and county_id = %s and declaration_id = %s"
            " and worker_id = any(%s)",
            [declaration.fee_year, declaration.county_id, declaration.pk, workers],
        )
    named = declaration.newcomers.exists()
    if declaration.kind == Declaration.Kind.JOINING and not lines.exists() and not named:
        Declaration.objects.filter(pk=declaration.pk).delete()
        return
    out = {str(worker) for worker in workers}
    draft = dict(declaration.draft or {})
    draft["rows"] = [row for row in draft_rows(draft) if row["worker"] not in out]
    Declaration.objects.filter(pk=declaration.pk).update(
        draft=draft, workers=len(draft["rows"]), version=F("version") + 1
    )


def block(declaration: Declaration) -> Point:
    """A return that stands in the way."""
    words = (
        _("%(document)s was approved with it")
        if declaration.state == State.APPROVED
        else _("%(document)s waits for review")
    )
    return Point(words % {"document": declaration.code}, _url(declaration))


def _url(declaration: Declaration) -> str:
    return reverse("enrollment:declaration", args=[declaration.pk])
