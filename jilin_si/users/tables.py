"""Users and what was held off as lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jilin_si.access.employers import NamedEmployer
from jilin_si.access.held_off import HeldOff
from jilin_si.access.models import Assignment, Role, User
from jilin_si.agencies.clock import today
from jilin_si.web.tables import ChoiceColumn, CountColumn, CutColumn, DayColumn, OfficeTable


def moment(value: Any) -> str:
    """A moment of the clock, as the office reads it."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


class MomentColumn(tables.Column):
    """A moment of the clock."""

    def render(self, value: Any) -> str:
        return moment(value)

    def value(self, value: Any) -> str:
        return moment(value)


class UserTable(OfficeTable):
    """Sign-ins with their roles."""

    username = tables.Column(
        verbose_name=gettext_lazy("Sign-in name"),
        linkify=lambda record: reverse("users:user", args=[record.pk]),
    )
    display_name = CutColumn(verbose_name=gettext_lazy("Full name"))
    unit = tables.Column(verbose_name=pgettext_lazy("agency", "Unit"), order_by=("unit_id", "username"))
    roles = tables.Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Roles"))
    employers = tables.Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Acts for"))
    state = tables.Column(
        empty_values=(), order_by=("is_active", "username"), verbose_name=gettext_lazy("State")
    )
    last_login = MomentColumn(verbose_name=gettext_lazy("Last sign-in"))
    second_factor = tables.Column(accessor="has_second_factor", verbose_name=gettext_lazy("Second factor"))
    date_joined = MomentColumn(verbose_name=gettext_lazy("Made on"))
    ends_on = DayColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Next end of a role"))

    extra_columns = frozenset({"date_joined", "ends_on"})

    def __init__(self, *args: Any, named: dict[int, NamedEmployer] | None = None, **kwargs: Any) -> None:
        self.named = named or {}
        self.day = today()
        super().__init__(*args, **kwargs)

    def _in_force(self, record: Any) -> list[Assignment]:
        return [a for a in record.desks if in_force(a, self.day)]

    def value_unit(self, record: User) -> str:
        return record.unit.unit_name if record.unit else ""

    def render_unit(self, record: User) -> str:
        return self.value_unit(record)

    def value_roles(self, record: Any) -> str:
        """The roles that hold today; with the place where it is not the own unit."""
        told = []
        for a in self._in_force(record):
            if a.role == Role.EMPLOYER:
                continue
            elsewhere = a.agency if a.agency_id != record.unit_id else None
            told.append(
                f"{a.get_role_display()} ({elsewhere.unit_name})" if elsewhere else a.get_role_display()
            )
        return ", ".join(told)

    def render_roles(self, record: Any) -> str:
        return self.value_roles(record)

    def value_employers(self, record: Any) -> str:
        held = [a.employer_id for a in self._in_force(record) if a.employer_id]
        return ", ".join(self.named[pk].number for pk in held if pk in self.named)

    def render_employers(self, record: Any) -> Any:
        held = [self.named[a.employer_id] for a in self._in_force(record) if a.employer_id in self.named]
        if not held:
            return ""
        more = f" +{len(held) - 1}" if len(held) > 1 else ""
        return format_html(
            '<span title="{}">{}{}</span>', "、".join(str(one) for one in held), held[0].number, more
        )

    def value_state(self, record: Any) -> str:
        return ", ".join(word for word, _tone in state_tags(record))

    def render_state(self, record: Any) -> Any:
        return format_html_join(" ", '<span class="st {1}">{0}</span>', state_tags(record))

    def value_last_login(self, record: User) -> str:
        return moment(record.last_login)

    def value_date_joined(self, record: User) -> str:
        return moment(record.date_joined)

    def value_second_factor(self, record: Any) -> str:
        return _("yes") if record.has_second_factor else _("no")

    def render_second_factor(self, record: Any) -> str:
        return self.value_second_factor(record)

    def value_ends_on(self, record: Any) -> Any:
        return min((a.last_day for a in self._in_force(record) if a.last_day), default=None)

    def render_ends_on(self, record: Any) -> str:
        ends = self.value_ends_on(record)
        return ends.isoformat() if ends else ""


def in_force(assignment: Assignment, day: Any) -> bool:
    """Whether a role holds on a day."""
    return (assignment.first_day is None or assignment.first_day <= day) and (
        assignment.last_day is None or assignment.last_day >= day
    )


def state_tags(record: Any) -> list[tuple[str, str]]:
    """What there is to say of a sign-in, in words with their tone."""
    told = [(_("closed"), "bad")] if not record.is_active else []
    if record.is_held_off:
        told.append((_("held off"), "warn"))
    if not record.has_role:
        told.append((_("no role"), "warn"))
    if record.must_change_password:
        told.append((_("first password"), ""))
    return told


class HeldOffTable(OfficeTable):
    """What was held off, and what became of it."""

    what = tables.Column(
        empty_values=(), orderable=False, verbose_name=pgettext_lazy("held off", "Who"),
        linkify=lambda record: reverse("users:release", args=[record.pk]),
    )  # fmt: skip
    unit = tables.Column(verbose_name=pgettext_lazy("agency", "Unit"), order_by="unit_id")
    kind = ChoiceColumn(HeldOff.Kind.choices, verbose_name=gettext_lazy("What"))
    since = MomentColumn(verbose_name=pgettext_lazy("held off", "Since"))
    tries = CountColumn(verbose_name=gettext_lazy("Tries"))
    addresses = CountColumn(verbose_name=gettext_lazy("Addresses"))
    until = MomentColumn(verbose_name=pgettext_lazy("held off", "Until"))
    state = tables.Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("State"))
    address = tables.Column(verbose_name=gettext_lazy("Address"))
    reason = CutColumn(verbose_name=gettext_lazy("Reason"))

    extra_columns = frozenset({"address", "reason"})

    def value_what(self, record: HeldOff) -> str:
        return who_of(record)

    def render_what(self, record: HeldOff) -> str:
        return who_of(record)

    def value_unit(self, record: HeldOff) -> str:
        return record.unit.unit_name if record.unit and record.user_id else ""

    def render_unit(self, record: HeldOff) -> str:
        return self.value_unit(record)

    def value_since(self, record: HeldOff) -> str:
        return moment(record.since)

    def value_until(self, record: HeldOff) -> str:
        return moment(record.until)

    def value_state(self, record: HeldOff) -> str:
        return held_state(record)[0]

    def render_state(self, record: HeldOff) -> Any:
        word, tone = held_state(record)
        return format_html('<span class="st {}">{}</span>', tone, word)


def who_of(held: HeldOff) -> str:
    """Whose sign-in it is; a name that nobody has is not told."""
    if held.user is not None:
        return f"{held.user.username} {held.user.display_name}".strip()
    if held.kind == HeldOff.Kind.ADDRESS:
        return _("all names from %(address)s") % {"address": held.address}
    return _("a name that nobody has")


def held_state(held: HeldOff) -> tuple[str, str]:
    if held.live:
        return _("held off"), "warn"
    if held.released_at is not None:
        return _("released by %(name)s") % {"name": held.released_by}, ""
    return _("over"), ""
