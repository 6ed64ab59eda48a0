"""The addresses of the database and of Redis: those of the URLs given, else the embedded servers' sockets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import environ

from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import Places

OWNER_ROLE = "jsi_owner"
APP_ROLE = "jsi_app"
DATABASE = "jilin_si"
APP_STATEMENT_TIMEOUT_MS = 15_000


def flag(name: str, default: bool = False) -> bool:
    """A setting that is on or off. A word that is neither is refused: a misspelt switch must not open a door."""
    word = os.environ.get(name, "").strip().lower()
    if word in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        return word in {"1", "true", "yes", "on"} if word else default
    raise SetupError(f"{name}={word} is neither on nor off. Set {name}=1 or {name}=0.")


def uses_embedded_database() -> bool:
    return not os.environ.get("DATABASE_URL")


def uses_embedded_redis() -> bool:
    return not os.environ.get("REDIS_URL")


def role_options(role: str, url_has_its_own_login: bool = False) -> str:
    """The libpq options of a connection: the application's requests run as ``jsi_app`` and not for ever."""
    if role == "owner":
        return ""
    become = "" if url_has_its_own_login else f"-c role={APP_ROLE} "
    return f"{become}-c statement_timeout={APP_STATEMENT_TIMEOUT_MS}"


def database(places: Places, role: str) -> dict[str, Any]:
    """The DATABASES entry for a process of this role ("owner" or "app")."""
    if role not in {"owner", "app"}:
        raise SetupError(f"DB_ROLE={role} is not known. Set DB_ROLE to owner or app.")
    login = os.environ.get("DATABASE_APP_URL") if role == "app" else None
    url = login or os.environ.get("DATABASE_URL")
    if url:
        try:
            settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
        except (ValueError, environ.ImproperlyConfigured) as wrong:
            raise SetupError(
                f"DATABASE_URL cannot be read ({wrong}). Write postgres://USER@HOST/NAME."
            ) from wrong
        if "postgres" not in str(settings.get("ENGINE")):
            raise SetupError("DATABASE_URL must name a PostgreSQL database: postgres://USER@HOST/NAME.")
    else:
        settings = {"NAME": DATABASE, "USER": OWNER_ROLE, "HOST": str(places.sockets), "PORT": "5432"}
    settings["NAME"] = os.environ.get("JSI_DATABASE") or settings["NAME"]  # tests and benchmarks use another
    settings["ENGINE"] = "django.db.backends.postgresql"
    settings["CONN_MAX_AGE"] = 300 if role == "app" else 0
    settings["CONN_HEALTH_CHECKS"] = True
    settings["ATOMIC_REQUESTS"] = False  # ScopeMiddleware opens the transaction of a request
    settings["DISABLE_SERVER_SIDE_CURSORS"] = False
    options = settings.setdefault("OPTIONS", {})
    own = role_options(role, bool(login))
    if given := options.get("options"):
        own = f"{given} {own}".strip()
    if own:
        options["options"] = own
    if run := os.environ.get("JSI_TEST_DATABASE"):
        settings["TEST"] = {"NAME": run, "TEMPLATE": "template0"}
    return settings


@dataclass(frozen=True)
class RedisUrls:
    """Three databases of one server; clearing the cache must not empty the queues."""

    broker: str
    cache: str
    results: str


def _numbered(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def redis_urls(places: Places) -> RedisUrls:
    """``REDIS_URL`` names the server and the first of three databases; tests move to numbers of their own."""
    url = os.environ.get("REDIS_URL") or f"unix://{quote(str(places.valkey_socket))}?db=0"
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise SetupError(
            "REDIS_URL must begin with redis://, rediss:// or unix://, as in redis://HOST:6379/0."
        )
    digits = parts.query.removeprefix("db=") if parts.scheme == "unix" else parts.path.strip("/")
    first = int(os.environ.get("JSI_REDIS_DB") or (digits if digits.isdigit() else 0))
    return RedisUrls(_numbered(url, first), _numbered(url, first + 1), _numbered(url, first + 2))


def cache_location(urls: RedisUrls) -> str:
    return urls.cache


def celery_url(url: str) -> str:
    """Celery writes a socket as ``redis+socket:///path?virtual_host=N``."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={parts.query.removeprefix('db=')}"
