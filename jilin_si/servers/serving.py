"""What stands in front of the web application, whoever runs it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

from jilin_si.servers.errors import SetupError

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def is_loopback(address: str) -> bool:
    """Whether this address is one that only this machine reaches (also "localhost" and a socket's path)."""
    if address in {"", "localhost"} or address.startswith(("unix:", "/")):
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_demo(addresses: Iterable[str]) -> None:
    """The sample's sign-ins are printed in the README: they are for this machine only."""
    for address in addresses:
        if settings.DEMO and not is_loopback(address):
            raise SetupError(
                f"DEMO=1 serves on this machine only, not on {address}. Bind 127.0.0.1, or unset DEMO."
            )


def refuse_to_serve_as_owner() -> None:
    """The owner is not bound by row-level security; a web process that connects as one must not run."""
    if settings.DB_ROLE != "app":
        raise SetupError("The web must not serve as the database's owner. Set DB_ROLE=app.")
    if settings.TESTING:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_user, r.rolsuper or r.rolbypassrls or exists ("
                "  select from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p'))"
                " from pg_roles r where r.rolname = current_user"
            )
            name, sees_all = cursor.fetchone()
    except OperationalError:
        return  # the database is away; requests are answered with 503 until it is back
    finally:
        connection.close()
    if sees_all:
        raise SetupError(
            f"The web must not serve as {name}, whom row-level security does not bind. Use jsi_app."
        )


def guarded(application: WsgiApplication) -> WsgiApplication:
    """In a demo, answer callers on this machine only, also through a proxy."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if settings.DEMO and (
            not is_loopback(environ.get("REMOTE_ADDR", "")) or "HTTP_X_FORWARDED_FOR" in environ
        ):
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"The demo answers on this machine only.\n"]
        return application(environ, start_response)

    return answer
