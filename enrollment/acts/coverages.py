"""Taking back a coverage: a line was not joined, or not left.

Until a month of it is assessed this is done at once. Afterwards bills of the line hang on it: a case is entered about
it, and its approval, by a second person, takes the act back.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment import hooks
from enrollment.acts.employers import GONE
from enrollment.acts.models import EmployerChange, UndoneAct
from enrollment.acts.people import period_of_entry
from enrollment.acts.undoing import How, Point, UndoPlan
from enrollment.hooks import LineMonths
from enrollment.lines import line_name
from enrollment.models import Coverage, Employer
from enrollment.permissions import MAY_ENTER
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import add_months, format_period, parse_period


def coverage_months(entry: AuditEntry) -> LineMonths:
    """The months in which the employer was not in the line after all, or was. Raises Refusal where nothing is left."""
    coverage, ended = _coverage(entry), _ended_with(entry)
    if ended:
        return LineMonths(coverage.line, add_months(ended, 1), None, covered=True)
    return LineMonths(coverage.line, coverage.first_period, coverage.last_period, covered=False)


class UndoCoverage:
    """A line was not joined, or not left."""

    roles = MAY_ENTER

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        coverage, ended = _coverage(entry), _ended_with(entry)
        months = coverage_months(entry)
        names = {"line": line_name(coverage.line), "period": format_period(coverage.first_period)}
        if ended:
            names |= {"last": format_period(ended)}
            takes = [Point(_("The end of the coverage with %(last)s: %(line)s from %(period)s") % names)]
            blocks = _against_reopening(coverage, ended)
        else:
            takes = [Point(_("Coverage: %(line)s from %(period)s") % names)]
            blocks = _endings(entry, coverage)
        if months.first >= open_period:
            return UndoPlan(takes, (), blocks, months.first)
        employer = Employer.objects.get(pk=coverage.employer_id)
        effect = hooks.line_effect(employer, months, open_period)
        blocks += [Point(each.text, each.url) for each in effect.blocks]
        page = hooks.coverage_case(entry.pk) if effect.billed else ""
        return UndoPlan(takes, (), blocks, months.first, not effect.billed, case_url=page)

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        coverage = _coverage(entry)
        if _ended_with(entry):
            coverage.last_period = None
            coverage.save(update_fields=["last_period"])
            return {"line": coverage.line, "reopened": True}
        coverage.delete()
        return {"line": coverage.line, "reopened": False}


def _told_last(entry: AuditEntry) -> date | None:
    last = (entry.details or {}).get("last_period")
    return parse_period(str(last)[:7]) if last else None


def _acts_on(entry: AuditEntry) -> Any:
    """The other acts about the same coverage."""
    told = entry.details or {}
    return AuditEntry.objects.filter(
        act="set_coverage",
        object_kind="employer",
        object_id=entry.object_id,
        details__line=told.get("line"),
        details__first_period=told.get("first_period"),
    ).exclude(pk=entry.pk)


def _ended_with(entry: AuditEntry) -> date | None:
    """The last month that the act gave to a coverage that ran already; entries of old do not say so themselves."""
    last = _told_last(entry)
    if (told := (entry.details or {}).get("ended")) is not None:
        return last if told else None
    undone = UndoneAct.objects.filter(act="set_coverage").values("entry_id")
    earlier = _acts_on(entry).filter(pk__lt=entry.pk).exclude(pk__in=undone)
    return last if last and earlier.exists() else None


def _coverage(entry: AuditEntry) -> Coverage:
    """The coverage that the act made or ended. Raises Refusal where it is not there as the act left it."""
    last = _told_last(entry)
    found = Coverage.objects.filter(
        employer_id=entry.object_id,
        line=(entry.details or {}).get("line"),
        first_period=period_of_entry(entry),
    ).first()
    if found is None or (last and found.last_period != last):
        raise Refusal("", "gone", GONE)
    return found


def _endings(entry: AuditEntry, coverage: Coverage) -> list[Point]:
    """The later act that ended the coverage which this one began."""
    if coverage.last_period is None or coverage.last_period == _told_last(entry):
        return []
    words = {"line": line_name(coverage.line), "last": format_period(coverage.last_period)}
    text = _("%(line)s ended with %(last)s") % words
    undone = UndoneAct.objects.filter(act="set_coverage").values("entry_id")
    later = _acts_on(entry).filter(pk__gt=entry.pk).exclude(pk__in=undone).order_by("-pk").first()
    if later is not None and _told_last(later) == coverage.last_period:
        return [Point(text, reverse("enrollment:undo", args=[later.pk]))]
    return [Point(str(event)) for event in _ended_by_event(coverage.employer_id)] or [Point(text)]


def _against_reopening(coverage: Coverage, ended: date) -> list[Point]:
    """The line was joined again since, or the employer has ended."""
    again = Coverage.objects.filter(
        employer_id=coverage.employer_id, line=coverage.line, first_period__gt=ended
    ).order_by("first_period")
    words = {"line": line_name(coverage.line)}
    blocks = [
        Point(_("%(line)s joined again from %(period)s") % {**words, "period": format_period(c.first_period)})
        for c in again
    ]
    return blocks + [Point(str(event)) for event in _ended_by_event(coverage.employer_id)]


def _ended_by_event(employer_id: int) -> list[EmployerChange]:
    return list(
        EmployerChange.objects.filter(employer_id=employer_id, kind__in=EmployerChange.ENDING).exclude(
            state=EmployerChange.State.UNDONE
        )
    )
