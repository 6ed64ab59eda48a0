"""Cases about a coverage whose months are billed: the counter-act of a line joined, or of one that was left (参保更正).

What the case wants is read from the act it takes back. Its approval takes that act back, notes the months of the line,
and the next assessment reverses their bills or makes them (``collection.coverages``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collection.accounts import account_line
from collection.corrections.models import Correction, LineChange
from collection.corrections.months import Difference
from collection.coverages import changes_of
from collection.names import line_name
from enrollment.acts.coverages import coverage_months
from enrollment.hooks import LineEffect, LineMonths, MetAcross
from enrollment.models import Employer
from enrollment.refusals import Refusal
from enrollment.services.undo import PlannedUndo, plan_undo, undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.money import ZERO, format_yuan, from_fen
from jilin_si.periods import add_months, format_period, parse_period

SHOWN = 5
CHANGED = gettext_lazy("The coverage was changed since: refuse this case and enter a new one.")


# ── the case ─────────────────────────────────────────────────────────────────────────────────────────────────────
def coverage_page(entry: int) -> str:
    """The page on which the case about an act is entered."""
    return reverse("collection:coverage_case", args=[entry])


def coverage_case(entry: AuditEntry) -> Correction:
    """A case that takes an act about a coverage back, not stored yet. Raises Refusal."""
    plan_undo(entry)  # an act that was taken back, or is none to be, has no case
    employer = Employer.objects.get(pk=entry.object_id)
    months = coverage_months(entry)
    span = {
        "line": months.line,
        "first_period": format_period(months.first),
        "last_period": format_period(months.last) if months.last else "",
    }
    return Correction(
        county_id=employer.county_id,
        employer=employer,
        about=Correction.About.COVERAGE,
        asked_by=Correction.AskedBy.EMPLOYER,
        asked={"entry": entry.pk, **span, "covered": months.covered},
        stood={**span, "covered": not months.covered},
    )


def coverage_differences(case: Correction) -> list[Difference]:
    """What each assessed month of the line is billed more or less. Raises Refusal where the act stays."""
    _entry, months, planned = _read(case)
    if planned.plan.blocks:
        raise Refusal(
            "",
            "depends",
            gettext_lazy("Later acts depend on it: %(what)s. Take those back first."),
            what="; ".join(point.text for point in planned.plan.blocks[:3]),
        )
    if not planned.plan.case_url:
        raise Refusal(
            "",
            "direct",
            gettext_lazy("Nothing is billed for it: the act is taken back directly, without a case."),
        )
    return changes_of(case.employer, months, planned.recorded_in)


def write_coverage(case: Correction) -> date:
    """Take the act back and note the months of the line. Returns the period of recording. Raises Refusal."""
    entry, months, planned = _read(case)
    reason = f"{case.evidence_no}: {case.evidence}"
    undo_act(entry=entry, reason=reason, by=case.decided_by, case=case.code)
    LineChange.objects.create(
        employer_id=case.employer_id,
        county_id=case.county_id,
        line=months.line,
        first_period=months.first,
        last_period=months.last,
        covered=months.covered,
        recorded_in=planned.recorded_in,
        correction=case,
    )
    return planned.recorded_in


def _read(case: Correction) -> tuple[AuditEntry, LineMonths, PlannedUndo]:
    """The act, its months as the case names them, and what taking it back does. Raises Refusal."""
    entry = AuditEntry.objects.get(pk=case.asked["entry"])
    planned = plan_undo(entry)
    months = coverage_months(entry)
    last = parse_period(case.asked["last_period"]) if case.asked["last_period"] else None
    if (months.first, months.last) != (parse_period(case.asked["first_period"]), last):
        raise Refusal("", "changed_since", CHANGED)
    return entry, months, planned


# ── what depends on it ───────────────────────────────────────────────────────────────────────────────────────────
def line_effect(employer: Employer, months: LineMonths, recorded: date) -> LineEffect:
    """Whether bills of the line change, and what stands against it: accounts that went elsewhere with these months."""
    return LineEffect(
        billed=bool(changes_of(employer, months, recorded)),
        blocks=[] if months.covered else _accounts_gone(employer, months),
    )


def _accounts_gone(employer: Employer, months: LineMonths) -> list[MetAcross]:
    """Accounts that were sent to another unit with what these months had brought them."""
    if months.line != account_line().line:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct v.transfer_id, w.name, v.sent_in::date
            from collection_accountmove v join enrollment_worker w on w.id = v.worker_id
            where v.county_id = %(county)s and v.sent_in >= %(first)s
              and not exists (       -- it came back, with this case or a later one
                select from collection_accountmove n
                where n.person_id = v.person_id and n.move_id >= v.move_id and n.arrived_county_id = v.county_id)
              and exists (
              select from collection_workermonth m
              where m.county_id = %(county)s and m.worker_id = v.worker_id and m.employer_id = %(employer)s
                and m.line = %(line)s and m.due_period >= %(first)s
                and m.due_period <= coalesce(%(last)s::date, 'infinity') and m.paid_in <= v.sent_in)
            order by 3, 1 limit %(shown)s
            """,
            {
                "county": employer.county_id,
                "employer": employer.pk,
                "line": months.line,
                "first": months.first,
                "last": months.last,
                "shown": SHOWN,
            },
        )
        return [
            MetAcross(
                _("the account of %(name)s went to another unit in %(period)s with these months")
                % {"name": name, "period": format_period(sent)},
                reverse("enrollment:transfer_case", args=[transfer]),
            )
            for transfer, name, sent in cursor.fetchall()
        ]


@dataclass(frozen=True)
class LineMonth:
    """A month of the line as it stands, and what the next assessment bills for it; yuan."""

    period: date
    workers: int
    billed: Decimal
    paid: Decimal
    credited: Decimal
    change: Decimal


@dataclass(frozen=True)
class Dependents:
    """What depends on the months of a line: them, and in how many people's record and account they stand."""

    months: list[LineMonth]
    people: int
    retired: int
    accounts: bool
    closed_year: int | None

    @property
    def sums(self) -> dict[str, Decimal]:
        """The money of all months together."""
        return {
            name: sum((getattr(month, name) for month in self.months), ZERO)
            for name in ("billed", "paid", "credited", "change")
        }


def dependents_of(employer: Employer, months: LineMonths, recorded: date) -> Dependents:
    """What the page lists before the case is entered."""
    arguments: dict[str, int | str | date] = {
        "county": employer.county_id,
        "employer": employer.pk,
        "line": months.line,
        "first": months.first,
        "last": months.last or add_months(recorded, -1),
        "recorded": recorded,
        "retired": "retired",
    }
    changes = {change.period: change for change in changes_of(employer, months, recorded)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select b.due_period, sum(b.workers)::int, sum(b.own_due_fen + b.unit_due_fen)::bigint,
                   sum(coalesce(a.fen, 0))::bigint,
                   coalesce(sum(b.own_due_fen + b.unit_credit_fen)
                            filter (where p.transfer_ppm + p.average_part_fen > 0 and d.bill_id is not null), 0)::bigint
            from collection_bill b
            join collection_assessmentparameter p on p.id = b.parameter_id
            left join collection_paidbill d on d.bill_id = b.bill_id
            left join lateral (select sum(own_fen + unit_fen) as fen from collection_allocation a
                               where a.bill_id = b.bill_id) a on true
            where b.employer_id = %(employer)s and b.line = %(line)s and b.due_period between %(first)s and %(last)s
              and b.reverses is null and not exists (select from collection_bill r where r.reverses = b.bill_id)
            group by 1
            """,
            arguments,
        )
        stands = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(
            """
            select count(*), count(*) filter (where exists (
                     select from enrollment_employment e where e.worker_id = s.worker_id
                     and e.employer_id = %(employer)s and e.leave_reason = %(retired)s))
            from (select worker_id from collection_spell
                  where county_id = %(county)s and employer_id = %(employer)s
                    and fee_year >= extract(year from %(first)s::date)
                    and first_period <= %(last)s and last_period >= %(first)s
                  group by 1 having sum(sign) > 0) s
            """,
            arguments,
        )
        people, retired = cursor.fetchone()
        cursor.execute(
            "select max(fee_year) from collection_accountyear where county_id = %(county)s and not taken_over"
            " and fee_year >= extract(year from %(first)s::date)",
            arguments,
        )
        (closed,) = cursor.fetchone()
    accounts = months.line == account_line().line
    return Dependents(
        [
            _line_month(period, stands.get(period, (0, 0, 0, 0)), changes.get(period))
            for period in sorted({*stands, *changes})
        ],
        people,
        retired if accounts else 0,
        accounts,
        closed if accounts else None,
    )


def _line_month(period: date, stands: Sequence[int], change: Difference | None) -> LineMonth:
    workers, *money = stands
    billed, paid, credited = (from_fen(fen) for fen in money)
    return LineMonth(period, workers, billed, paid, credited, from_fen(change.together) if change else ZERO)


def what_follows(case: Correction) -> list[str]:
    """What depends on what a waiting case takes back, for who decides it; nothing where the act has changed since."""
    try:
        _entry, months, planned = _read(case)
    except Refusal:
        return []
    return in_words(dependents_of(case.employer, months, planned.recorded_in), months, planned.recorded_in)


def in_words(found: Dependents, months: LineMonths, recorded: date) -> list[str]:
    """What follows, besides the months: participations, money, accounts, pensions."""
    line = {"line": line_name(months.line), "period": format_period(months.first), "count": found.people}
    lines = []
    if months.covered:
        lines.append(
            ngettext(
                "%(count)s worker is in %(line)s again from %(period)s on",
                "%(count)s workers are in %(line)s again from %(period)s on",
                found.people,
            )
            % line
        )
        lines.append(
            _("the months are charged as supplements, due with the bills of %(period)s")
            % {"period": format_period(recorded)}
        )
        if found.accounts:
            lines.append(_("they count in the individual accounts when they are paid (COL-9)"))
        return lines
    lines.append(
        ngettext(
            "%(count)s worker is not in %(line)s from %(period)s on",
            "%(count)s workers are not in %(line)s from %(period)s on",
            found.people,
        )
        % line
    )
    sums = found.sums
    if paid := sums["paid"]:
        lines.append(
            _(
                "%(amount)s paid for it becomes a credit of the employer in this line: it meets what is open there, "
                "the oldest month first, or waits (COL-7)"
            )
            % {"amount": format_yuan(paid)}
        )
    if owed := sums["billed"] - sums["paid"]:
        lines.append(
            _("%(amount)s that is still open is settled by the credit notes") % {"amount": format_yuan(owed)}
        )
    if credited := sums["credited"]:
        lines.append(
            _("%(amount)s leaves the individual accounts, and the months do not count any more")
            % {"amount": format_yuan(credited)}
        )
    if found.closed_year:
        lines.append(
            _(
                "the accounts of %(year)s are closed and stay so: it is taken out in the year that runs (COL-9)"
            )
            % {"year": found.closed_year}
        )
    if found.retired:
        lines.append(
            ngettext(
                "%(count)s of these workers has retired: the pension stays as granted until it is reviewed",
                "%(count)s of these workers have retired: their pensions stay as granted until they are reviewed",
                found.retired,
            )
            % {"count": found.retired}
        )
    return lines
