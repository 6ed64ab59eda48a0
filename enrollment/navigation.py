"""The registry's entries of the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jilin_si.web.navigation import STAFF_ROLES, NavItem, register


def register_entries() -> None:
    """List the pages (called when the app starts)."""
    for name, icon, url_name, order in (
        (_("Employers"), "building-factory-2", "employers", 20),
        (_("Workers"), "users", "workers", 30),
        (_("Returns"), "table", "declarations", 40),
    ):
        register(
            NavItem(
                name=name,
                icon=icon,
                url_name=f"enrollment:{url_name}",
                roles=STAFF_ROLES,
                order=order,
                match_prefix=f"/enrollment/{url_name}/",
            )
        )
