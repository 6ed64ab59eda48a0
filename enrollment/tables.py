"""The lists of the registry as tables."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from enrollment.lines import line_choices
from enrollment.models import Declaration, Employer, Industry, Ownership
from enrollment.selectors.declarations import Watch, change_percent, is_late
from enrollment.words import CATEGORY, SEX
from jilin_si.periods import format_period
from jilin_si.web.tables import (
    CountColumn,
    CutColumn,
    MaskedIdColumn,
    MoneyColumn,
    OfficeTable,
    PeriodColumn,
    ShortDayColumn,
    StateColumn,
)
from jilin_si.web.templatetags.jilin import signed

DASH = "—"


class ChoiceColumn(tables.Column):
    """A stored choice by its word."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.words = dict(choices)
        super().__init__(**kwargs)

    def render(self, value: str) -> Any:
        return self.words.get(value, value)


class EmployerTable(OfficeTable):
    """Employers."""

    number = tables.Column(verbose_name=_("Number"))
    name = CutColumn(
        verbose_name=_("Name"), linkify=lambda record: reverse("enrollment:employer", args=[record.pk])
    )
    ownership = ChoiceColumn(Ownership.choices, verbose_name=_("Ownership"))
    industry = ChoiceColumn(Industry.choices, verbose_name=_("Industry"))
    people = CountColumn(verbose_name=_("People"))
    running = tables.Column(verbose_name=_("Lines"), orderable=False)
    declared = tables.Column(verbose_name=_("Return of the year"), empty_values=())
    status = tables.Column(verbose_name=_("Status"))

    def render_running(self, value: list[Any]) -> str:
        lines = {coverage.line for coverage in value}
        return " ".join(str(name) for line, name in line_choices() if line in lines) or DASH

    def render_declared(self, value: str | None) -> Any:
        return (
            StateColumn().render(value)
            if value
            else format_html('<span class="muted">{}</span>', _("not begun"))
        )

    def render_status(self, record: Employer) -> Any:
        if record.status == Employer.Status.ACTIVE:
            return ""
        return format_html('<span class="st warn">{}</span>', record.get_status_display())


class WorkerTable(OfficeTable):
    """Workers with their employments; in the order in which they were found."""

    name = tables.Column(
        accessor="worker__name",
        verbose_name=pgettext_lazy("person", "Name"),
        linkify=lambda record: reverse("enrollment:worker", args=[record.worker_id]),
    )
    number = MaskedIdColumn(accessor="worker__identity_number", verbose_name=_("Identity number"))
    sex = tables.Column(accessor="worker__sex", verbose_name=_("Sex"))
    birth_date = tables.DateColumn(accessor="worker__birth_date", verbose_name=_("Born"), format="Y-m-d")
    category = tables.Column(accessor="worker__category", verbose_name=_("Employed as"))
    employer = CutColumn(
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:employer", args=[record.employer_id]),
    )
    first_period = PeriodColumn(verbose_name=_("First month"))
    last_period = tables.Column(verbose_name=_("Last month"), empty_values=())

    class Meta:
        orderable = False

    def render_category(self, record: Any) -> str:
        return str(CATEGORY[record.worker.category])

    def render_sex(self, record: Any) -> str:
        return str(SEX[record.worker.sex])

    def render_last_period(self, value: Any) -> Any:
        return (
            format_period(value) if value else format_html('<span class="st good">{}</span>', _("employed"))
        )


class DeclarationTable(OfficeTable):
    """Returns: the queue and the list."""

    employer = CutColumn(
        accessor="employer__name",
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:declaration", args=[record.pk]),
    )
    kind = ChoiceColumn(Declaration.Kind.choices, verbose_name=_("Kind"))
    period = tables.Column(accessor="first_period", verbose_name=_("Period"))
    workers = CountColumn(verbose_name=_("People"))
    wages = MoneyColumn(verbose_name=_("Monthly wages"))
    change = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=_("Against last"),
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    watch = tables.Column(empty_values=(), orderable=False, verbose_name=_("To look at"))
    state = tables.Column(verbose_name=_("State"))
    submitted_at = ShortDayColumn(verbose_name=_("Handed in"))

    def __init__(self, *args: Any, watches: dict[int, list[Watch]] | None = None, **kwargs: Any) -> None:
        self.watches = watches or {}
        super().__init__(*args, **kwargs)

    def render_period(self, value: Any, record: Declaration) -> str:
        return str(record.fee_year) if record.kind == Declaration.Kind.YEARLY else format_period(value)

    def render_state(self, record: Declaration) -> Any:
        return StateColumn().render(record.state)

    def render_change(self, record: Declaration) -> Any:
        change = change_percent(record)
        tone = "bad" if change is not None and abs(change) > 20 else ""
        return format_html('<span class="{}">{}</span>', tone, signed(change)) if change is not None else ""

    def render_watch(self, record: Declaration) -> Any:
        told = self.watches.get(record.pk)
        return watch_tag(told[0]) if told else ""

    def render_submitted_at(self, value: Any, record: Declaration) -> Any:
        shown = ShortDayColumn.show(timezone.localtime(value))
        late = record.state == Declaration.State.SUBMITTED and is_late(record)
        return (
            format_html('<span class="bad" title="{}">{}</span>', _("waiting for more than two days"), shown)
            if late
            else shown
        )


def watch_tag(watch: Watch) -> Any:
    """What a reviewer should look at, as a short tag."""
    words = {
        "own": _("yours: needs another"),
        "gone": ngettext("%(count)s left", "%(count)s left", watch.count),
        "below": ngettext("%(count)s under the floor", "%(count)s under the floor", watch.count),
    }
    return format_html(
        '<span class="st {}">{}</span>', watch.tone, str(words[watch.code]) % {"count": watch.count}
    )
