"""Pooling's entry of the rail; for the province it is the first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jilin_si.web.navigation import NavItem, register
from pooling.permissions import READERS


def register_entries() -> None:
    """List the pages (called when the app starts)."""
    register(
        NavItem(
            name=_("Pooling"),
            icon="arrows-exchange",
            url_name="pooling:remittances",
            roles=READERS,
            order=80,
            match_prefix="/pooling/",
            home_for=("province", "auditor", "prefecture"),
        )
    )
