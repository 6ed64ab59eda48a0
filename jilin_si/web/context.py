"""What every page of the shell needs. Everything is looked up on first use: a page without a bar asks nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from jilin_si.access.desks import desks_of
from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.web import navigation, shell


class Shell:
    """The bar, the rail and the tabs for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo = settings.DEMO

    @cached_property
    def roles(self) -> frozenset[str]:
        return navigation.roles_of(self.request)

    @cached_property
    def portal(self) -> bool:
        return navigation.is_portal_user(self.request)

    @cached_property
    def rail(self) -> list[navigation.ShownItem]:
        return navigation.items_for(self.roles, self.request.path)

    @cached_property
    def tabs(self) -> list[navigation.ShownItem]:
        return navigation.items_for(self.roles, self.request.path, portal=True)

    @cached_property
    def office(self) -> str:
        """The office of who is signed in; with several, the highest."""
        user = self.request.user
        if not user.is_authenticated:
            return ""
        held = [desk.agency for desk in desks_of(user.pk) if desk.agency is not None]
        held.sort(
            key=lambda agency: (agency.id != PROVINCE, agency.level != Agency.Level.PREFECTURE, agency.id)
        )
        return held[0].company_name if held else _("No office assigned")

    @cached_property
    def employer(self) -> shell.EmployerShown | None:
        return shell.employer_for(self.request)

    @cached_property
    def period(self) -> shell.PeriodShown | None:
        return shell.period_for(self.request)

    @cached_property
    def notices(self) -> list[shell.Notice]:
        return shell.notices_for(self.request)

    @cached_property
    def search_url(self) -> str:
        """The registry's search, or nothing while it has none."""
        for name in ("search", "enrollment:search"):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
        return ""

    @cached_property
    def query(self) -> str:
        on_search_page = self.search_url and self.request.path == self.search_url
        return self.request.GET.get("q", "") if on_search_page else ""

    @cached_property
    def here(self) -> str:
        """The page to come back to: for the language switch and for signing in again."""
        return self.request.get_full_path() if self.request.method in ("GET", "HEAD") else self.request.path

    @cached_property
    def words(self) -> dict[str, str]:
        """The words that scripts show, in the language of the page."""
        return {
            "saving": _("saving …"),
            "saved": _("draft saved %s"),
            "kept": _("not connected, kept on this machine"),
            "draft_found": _("A draft from %s is kept on this machine."),
            "restore": _("Take it up"),
            "discard": _("Drop it"),
            "not_a_number": _(
                "This is not an amount. Write yuan with at most two decimals, for example 1,234.50."
            ),
            "too_precise": _("An amount ends at the fen: two decimals at most."),
            "not_a_period": _("This is not a month. Write it like 1996-03."),
            "not_a_day": _("This is not a day. Write it like 1996-03-14."),
            "not_whole": _("This is not a whole number."),
            "must": _("This has to be filled in."),
            "row": _("Row %s"),
            "moved": _("%s is number %s of %s"),
            "to_mend": _("%s to mend before this can be handed in"),
            "reason": _("Reason"),
            "reason_kept": _("kept, with reason: %s"),
            "give_reason": _("Why is this right? The reason is stored with the row."),
            "failed": _("This could not be loaded. The figures on the page are those of before."),
            "retry": _("Try again"),
            "no_answer": _("The server did not answer. Nothing was stored."),
            "wrong_password": _("The password is not right."),
            "chart_failed": _("The chart could not be drawn. The table has the same figures."),
            "table": _("Table"),
            "changed": _("Figures on this page have changed."),
        }


def shell_context(request: HttpRequest) -> dict[str, Any]:
    """``shell`` in every template."""
    return {"shell": Shell(request)}
