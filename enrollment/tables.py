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
from enrollment.models import Declaration, Employer, Industry, LeaveReason, Ownership, System
from enrollment.selectors.declarations import Watch, change_percent
from enrollment.terms import Term, Terms
from enrollment.words import CATEGORY, IDENTITY, SEX
from jilin_si.periods import format_period
from jilin_si.web.tables import (
    ChoiceColumn,
    CountColumn,
    CutColumn,
    DayColumn,
    MaskedIdColumn,
    MoneyColumn,
    OfficeTable,
    PeriodColumn,
    ShortDayColumn,
    StateColumn,
    TermColumn,
)
from jilin_si.web.templatetags.jilin import signed

DASH = "—"


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
    organisation_code = tables.Column(verbose_name=_("Organisation code"))
    system = ChoiceColumn(System.choices, verbose_name=_("System"))
    contact = tables.Column(accessor="contact_name", verbose_name=_("Contact"))
    phone = tables.Column(accessor="contact_phone", verbose_name=_("Telephone"))
    registered_on = DayColumn(verbose_name=_("Registered on"))

    extra_columns = frozenset({"organisation_code", "system", "contact", "phone", "registered_on"})

    def value_running(self, record: Any) -> str:
        return self.render_running(record.running)

    def value_declared(self, record: Any) -> str:
        return str(dict(Declaration.State.choices).get(record.declared, _("not begun")))

    def value_status(self, record: Employer) -> str:
        return str(record.get_status_display())

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
    sex = ChoiceColumn(SEX, accessor="worker__sex", verbose_name=_("Sex"))
    birth_date = DayColumn(accessor="worker__birth_date", verbose_name=_("Born"))
    category = ChoiceColumn(CATEGORY, accessor="worker__category", verbose_name=_("Employed as"))
    employer = CutColumn(
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:employer", args=[record.employer_id]),
    )
    first_period = PeriodColumn(verbose_name=_("First month"))
    last_period = tables.Column(verbose_name=_("Last month"), empty_values=())
    identity = ChoiceColumn(IDENTITY, accessor="worker__identity", verbose_name=_("Identity"))
    first_work_date = DayColumn(accessor="worker__first_work_date", verbose_name=_("Started work"))
    deemed_months = CountColumn(accessor="worker__deemed_months", verbose_name=_("Deemed months"))
    leave_reason = ChoiceColumn(LeaveReason.choices, verbose_name=_("Reason for leaving"))

    extra_columns = frozenset({"identity", "first_work_date", "deemed_months", "leave_reason"})

    def value_last_period(self, record: Any) -> str:
        return format_period(record.last_period) if record.last_period else ""

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
        verbose_name=_("vs. last"),
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    watch = tables.Column(
        empty_values=(), orderable=False, verbose_name=_("To look at"), exclude_from_export=True
    )
    state = tables.Column(verbose_name=_("State"))
    submitted_at = ShortDayColumn(verbose_name=_("Handed in"))
    place = tables.Column(empty_values=(), orderable=False, verbose_name=_("With"))
    term = TermColumn(empty_values=(), orderable=False, verbose_name=_("Due by"))

    def __init__(self, *args: Any, watches: dict[int, list[Watch]] | None = None, **kwargs: Any) -> None:
        self.watches = watches or {}
        self.terms = Terms()
        super().__init__(*args, **kwargs)

    def render_kind(self, record: Declaration) -> Any:
        if not record.from_employer:
            return record.get_kind_display()
        return format_html(
            '{} <span class="st act" title="{}">{}</span>',
            record.get_kind_display(),
            _("handed in by the employer itself"),
            pgettext_lazy("return", "on line"),
        )

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

    def render_submitted_at(self, value: Any) -> Any:
        return ShortDayColumn.show(timezone.localtime(value))

    def value_change(self, record: Declaration) -> str:
        change = change_percent(record)
        return signed(change) if change is not None else ""

    def value_state(self, record: Declaration) -> str:
        return str(record.get_state_display())

    def value_kind(self, record: Declaration) -> str:
        return str(record.get_kind_display())

    def value_period(self, record: Declaration) -> str:
        return self.render_period(record.first_period, record)

    def value_submitted_at(self, record: Declaration) -> Any:
        return timezone.localtime(record.submitted_at).date() if record.submitted_at else None

    def render_place(self, record: Declaration) -> str:
        return self.value_place(record)

    def value_place(self, record: Declaration) -> str:
        """With whom a return lies: who types it, the reviewers while it waits, nobody once it is approved."""
        if record.state == Declaration.State.SUBMITTED:
            return str(_("reviewers"))
        return str(record.entered_by or "") if record.may_be_entered else ""

    def term_of(self, record: Declaration) -> Term | None:
        """By which day it is to be reviewed, or mended."""
        came = {
            Declaration.State.SUBMITTED: ("review", record.submitted_at),
            Declaration.State.RETURNED: ("returned", record.reviewed_at),
        }.get(record.state, ("", None))  # type: ignore[call-overload]
        case, at = came
        return self.terms.of(case, timezone.localtime(at).date()) if at else None


def watch_tag(watch: Watch) -> Any:
    """What a reviewer should look at, as a short tag."""
    words = {
        "own": _("typed by you"),
        "gone": ngettext("%(count)s left", "%(count)s left", watch.count),
        "below": ngettext("%(count)s under the floor", "%(count)s under the floor", watch.count),
    }
    return format_html(
        '<span class="st {}">{}</span>', watch.tone, str(words[watch.code]) % {"count": watch.count}
    )
