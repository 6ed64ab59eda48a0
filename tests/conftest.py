"""The embedded servers for the whole run, and a database under its two roles (docs/operations.md, "Two roles")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from psycopg2 import sql

from jilin_si.servers.connections import APP_ROLE
from jilin_si.servers.sharing import servers
from jilin_si.servers.upkeep import AFTER_MIGRATE
from tests.roles import as_owner, use_role

_servers = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers once, in the process that starts the others."""
    if session.config.option.collectonly:
        return
    if not hasattr(session.config, "workerinput"):
        _servers.enter_context(servers())
        _drop_databases_of_dead_runs()
    for url in (settings.REDIS.broker, settings.REDIS.cache, settings.REDIS.results):
        redis.Redis.from_url(url).flushdb()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()


def _drop_databases_of_dead_runs() -> None:
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    parameters = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
    given = psycopg2.connect(**parameters)
    given.autocommit = True
    with given.cursor() as cursor:
        cursor.execute("select datname from pg_database where datname ~ '^test_[0-9]+(_gw[0-9]+)?$'")
        for (name,) in cursor.fetchall():
            pid = re.match(r"test_(\d+)", name)
            if pid and not Path(f"/proc/{pid[1]}").exists():
                cursor.execute(
                    sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
                )
    given.close()


def _load_reference_data() -> None:
    for name in AFTER_MIGRATE:
        if name in get_commands():
            call_command(name, verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Made and migrated as the owner; from then on connections are the application's."""
    with django_db_blocker.unblock():
        _load_reference_data()
        with connection.cursor() as cursor:
            cursor.execute(
                f"grant truncate on all tables in schema public to {APP_ROLE}"
            )  # to empty it after a test
        os.environ["JSI_DATABASE"] = str(
            connection.settings_dict["NAME"]
        )  # for the processes that a test starts
        use_role("app")
    yield
    with django_db_blocker.unblock():
        os.environ.pop("JSI_DATABASE", None)
        use_role("owner")


@pytest.fixture(autouse=True)
def _reference_data(request: pytest.FixtureRequest) -> None:
    """A test that commits is followed by an empty database: load agencies and parameters again before the next."""
    marker = request.node.get_closest_marker("django_db")
    if {"transactional_db", "live_server"} & set(request.fixturenames) or (
        marker and marker.kwargs.get("transaction")
    ):
        request.getfixturevalue("transactional_db")
    elif marker or "db" in request.fixturenames:
        request.getfixturevalue("db")
    else:
        return
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from agencies_agency)")
        if cursor.fetchone()[0]:
            return
    with as_owner():
        _load_reference_data()


@pytest.fixture
def owner(request: pytest.FixtureRequest, _reference_data: None) -> Iterator[None]:
    """The whole test runs as the owner of the tables, as set jobs and commands do."""
    if "transactional_db" not in request.fixturenames and "live_server" not in request.fixturenames:
        marker = request.node.get_closest_marker("django_db")
        request.getfixturevalue("transactional_db" if marker and marker.kwargs.get("transaction") else "db")
    with as_owner():
        yield
