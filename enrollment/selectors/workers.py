"""Workers as their list and their page show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from enrollment.lines import line_choices, line_name
from enrollment.models import TAKEN_BACK, Coverage, Employment, Worker
from enrollment.search import employers_like, worker_ids
from jilin_si.access.scope import current
from jilin_si.agencies.clock import today
from jilin_si.periods import add_months, format_period, months_between, period_of

LISTED = 300
SORTED_AT_MOST = 100_000  # sorting so many by name takes a third of a second
# How much of a time line, in percent, a letter of its texts takes, and the room around a text in a bar and beside it.
WIDE, NARROW, INSIDE, BESIDE = Decimal("1.75"), Decimal("0.9"), Decimal("1.8"), Decimal("0.8")
LATIN = 0x2FFF


def employments_listed(filters: Mapping[str, Any]) -> QuerySet[Employment]:
    """Employments that fit, the newest first; those that were taken back never were.

    A question goes through the search, which knows prefixes; without one they are read backwards by key, so that a
    page costs the same however many people there are.
    """
    queryset: QuerySet[Employment] = (
        Employment.objects.exclude(leave_reason=TAKEN_BACK)
        .select_related("worker", "employer")
        .order_by("-pk")
    )
    if filters.get("q"):
        numbers, _complete = worker_ids(filters["q"], LISTED)
        queryset = queryset.filter(worker_id__in=numbers).order_by("worker__pinyin", "-pk")
    if filters.get("employer"):
        queryset = queryset.filter(
            employer_id__in=list(
                employers_like(filters["employer"]).order_by().values_list("pk", flat=True)[:200]
            )
        )
    if filters.get("category"):
        queryset = queryset.filter(worker__category=filters["category"])
    if filters.get("now"):
        queryset = queryset.filter(last_period__isnull=filters["now"] == "living")
    return queryset


def scope_is_small() -> bool:
    """Whether the reader's one unit has so few employments that all may be sorted while one waits."""
    units = current().units
    if len(units) != 1:
        return False
    many = cache.get_or_set(
        f"many-people:{min(units)}",
        lambda: Employment.objects.order_by()[SORTED_AT_MOST : SORTED_AT_MOST + 1].exists(),
        3600,
    )
    return not many


@dataclass(frozen=True)
class Bar:
    """A stretch on a time line, in percent of its width."""

    left: str
    width: str
    text: str
    tone: str = ""
    url: str = ""
    beside: str = ""  # "after" or "before": the bar is too short for its text, which stands beside it


@dataclass
class Lane:
    """One time line: an employer's, or a line of insurance."""

    name: Any
    bars: list[Bar] = field(default_factory=list)
    nothing: Any = ""


@dataclass(frozen=True)
class TimeLines:
    """Where a worker worked and was covered, with the years under it."""

    lanes: list[Lane]
    axis: list[tuple[str, int]]


def time_lines(worker: Worker, employments: list[Employment]) -> TimeLines:
    """Employments and the coverages of their employers, drawn to scale from the first month to two years ahead."""
    from django.utils.translation import gettext as _

    end = add_months(period_of(today()), 12)
    starts = [e.first_period for e in employments]
    if worker.first_work_date:
        starts.append(period_of(worker.first_work_date))
    first_year = min(starts, default=end).year
    years = -(-(end.year + 1 - first_year) // 6) * 6
    begin = date(first_year, 1, 1)
    total = years * 12

    def bar(first: date, last: date | None, text: str, tone: str = "", url: str = "") -> Bar:
        first = max(first, begin)
        length = months_between(first, last or add_months(period_of(today()), 0))
        return Bar(
            _percent(months_between(begin, first) - 1, total),
            _percent(max(length, 1), total),
            text,
            tone,
            url,
        )

    employer_lane = Lane(_("Employer"))
    for e in employments:
        employer_lane.bars.append(
            bar(
                e.first_period,
                e.last_period,
                f"{e.employer.name} {_span(e.first_period, e.last_period)}",
                "e",
            )
        )
    lanes = [employer_lane]
    coverages = list(
        Coverage.objects.filter(employer_id__in={e.employer_id for e in employments}).order_by("first_period")
    )
    for line, name in line_choices():
        lane = Lane(name, nothing=_("not covered"))
        if line == "pension" and worker.deemed_months:
            lane.bars.append(_deemed(worker, employments, coverages, bar))
        for first, last in _covered(line, employments, coverages):
            lane.bars.append(bar(first, last, _span(first, last)))
        lanes.append(lane)
    for each in lanes:
        each.bars = _with_room(each.bars)
    axis = [(_percent(step * 12 * years // 6, total), first_year + step * years // 6) for step in range(6)]
    return TimeLines(lanes, axis)


def _with_room(bars: list[Bar]) -> list[Bar]:
    """The bars of a lane, in order: a text that does not fit into its bar stands where there is room for it."""
    ends = [Decimal(bar.left) + Decimal(bar.width) for bar in bars]
    placed = []
    for at, bar in enumerate(bars):
        need = BESIDE + sum(WIDE if ord(letter) > LATIN else NARROW for letter in bar.text)
        after = (Decimal(bars[at + 1].left) if at + 1 < len(bars) else Decimal(100)) - ends[at]
        before = Decimal(bar.left) - (ends[at - 1] if at else 0)
        fits = need - BESIDE + INSIDE <= Decimal(bar.width)
        beside = "" if fits else "after" if need <= after else "before" if need <= before else ""
        placed.append(replace(bar, beside=beside))
    return placed


def _deemed(worker: Worker, employments: list[Employment], coverages: list[Coverage], bar: Any) -> Bar:
    """Deemed months count from the first work on, or end before the first covered month if none is known (PEN-18a)."""
    from django.utils.translation import gettext as _

    covered = _covered("pension", employments, coverages)
    last = add_months(covered[0][0] if covered else period_of(today()), -1)
    first = add_months(last, 1 - worker.deemed_months)
    if worker.first_work_date:
        first = min(period_of(worker.first_work_date), first)
        last = add_months(first, worker.deemed_months - 1)
    text = _("deemed %(span)s (%(months)s months)") % {
        "span": _span(first, last),
        "months": worker.deemed_months,
    }
    return bar(first, last, text, "dash")


def _covered(
    line: str, employments: list[Employment], coverages: list[Coverage]
) -> list[tuple[date, date | None]]:
    """The months in which a worker was covered by a line: employment and the employer's coverage at once."""
    spans: list[tuple[date, date | None]] = []
    for e in employments:
        for c in coverages:
            if c.employer_id != e.employer_id or c.line != line:
                continue
            first = max(e.first_period, c.first_period)
            last = min((p for p in (e.last_period, c.last_period) if p), default=None)
            if last is None or first <= last:
                spans.append((first, last))
    return sorted(spans, key=lambda span: span[0])


def covered_lines(employment: Employment) -> list[Any]:
    """The words of the lines that cover a worker through an employment now."""
    period = period_of(today())
    running = [
        c.line
        for c in employment.employer.coverages.all()
        if c.first_period <= period and (c.last_period is None or c.last_period >= period)
    ]
    return [line_name(line) for line, _name in line_choices() if line in running]


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def years_and_months(months: int) -> tuple[int, int]:
    return divmod(months, 12)


def _span(first: date, last: date | None) -> str:
    from django.utils.translation import gettext as _

    if last is None:
        return _("from %(first)s") % {"first": format_period(first)}
    return f"{format_period(first)} – {format_period(last)}"


def _percent(months: int, total: int) -> str:
    tenths = months * 1000 // total
    return f"{tenths // 10}.{tenths % 10}"
