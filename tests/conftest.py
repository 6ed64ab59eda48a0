"""The embedded servers for the whole run, and a database under its two roles (docs/operations.md, "Two roles")."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis.configuration import set_hypothesis_home_dir
from psycopg2 import sql
from pytest_django.plugin import DjangoDbBlocker

from jilin_si.servers.places import default_places
from jilin_si.servers.sharing import servers
from tests import reference
from tests.order import longest_first
from tests.roles import as_owner, use_role
from tests.template import migrated_database

_servers = ExitStack()
set_hypothesis_home_dir(default_places().var / "hypothesis")


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
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who is the owner needs the database, and pytest-django makes it only where a collected test says so."""
    longest_first(items)
    for item in items:
        if "owner" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)


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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of its own for a test that starts servers: other accounts may pass through it, which those of pytest,
    closed anew by every other run, do not let them."""
    folder = Path(tempfile.mkdtemp(prefix="jsi test ", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _empty_database(self: TransactionTestCase) -> None:
    """After a test that commits."""
    if not connection.in_atomic_block:
        reference.empty()


# Django's own emptying knows neither partitions nor tables that the application's role may not truncate.
TransactionTestCase._fixture_teardown = _empty_database  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The run's database is a copy of one that is migrated already."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Made and migrated as the owner; from then on connections are the application's."""
    with django_db_blocker.unblock():
        reference.load()
        os.environ["JSI_DATABASE"] = str(
            connection.settings_dict["NAME"]
        )  # for the processes that a test starts
        use_role("app")
    yield
    with django_db_blocker.unblock():
        os.environ.pop("JSI_DATABASE", None)
        use_role("owner")
        with connection.cursor() as cursor:  # of live servers, and of processes that a test has left
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and backend_type = 'client backend'"
            )


@pytest.fixture
def owner(request: pytest.FixtureRequest) -> Iterator[None]:
    """The whole test runs as the owner of the tables, as set jobs and commands do."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    commits = commits or (marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if commits else "db")
    with as_owner():
        yield
