"""What whoever starts the embedded servers does before others come in: migrations and reference data where behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions
import redis
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from jilin_si.servers.connections import APP_ROLE, database
from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import default_places

# Commands that bring reference data in step, after the migrations and in this order. Each may run at every start:
# it is quick where nothing is behind. Agencies, area codes and parameters are loaded by ``bootstrap``.
AFTER_MIGRATE = ["bootstrap"]

OLDEST_POSTGRES = 150000


@contextmanager
def as_owner() -> Iterator[None]:
    """Let this process's connection be the owner's meanwhile, also where it serves requests."""
    if settings.DB_ROLE == "owner":
        yield
        return
    before = dict(connection.settings_dict)
    owners = database(default_places(), "owner")
    connection.close()
    connection.settings_dict.update(
        {key: owners.get(key, "") for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    )
    connection.settings_dict["OPTIONS"] = owners.get("OPTIONS", {})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def is_behind() -> bool:
    """Whether a migration has not been applied yet."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> None:
    """Apply what is missing of the migrations, and load the reference data."""
    from jilin_si.servers.commands import say

    with as_owner():
        if is_behind():
            say("Bringing the database up to date …")
            call_command("migrate", interactive=False, verbosity=0)
        for name in AFTER_MIGRATE:
            if name in get_commands():
                call_command(name, verbosity=0)
        connection.close()


def check_given_urls() -> None:
    """Ask the servers of DATABASE_URL and REDIS_URL for a word before a command begins."""
    if os.environ.get("DATABASE_URL"):
        check_database()
    if os.environ.get("REDIS_URL"):
        check_redis()


def check_database() -> None:
    parameters = connection.get_connection_params() | {"connect_timeout": 5}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    try:
        given = psycopg2.connect(**parameters)
    except psycopg2.OperationalError as refused:
        reason = (str(refused).strip().splitlines() or ["no reason was given"])[0]
        if 'role "jsi_app" does not exist' in str(refused):
            raise SetupError(
                "The database has no role jsi_app. Run `manage.py migrate` as its owner first."
            ) from None
        raise SetupError(
            f"The database of DATABASE_URL cannot be reached ({reason}). Start it, or mend the URL."
        ) from None
    try:
        if given.server_version < OLDEST_POSTGRES:
            raise SetupError("The server of DATABASE_URL is older than PostgreSQL 15. Use 15 or newer.")
        if settings.DB_ROLE == "owner":
            _check_roles(given)
    finally:
        given.close()


def _check_roles(given: psycopg2.extensions.connection) -> None:
    """The owner makes the application's role where it may; where it may not, an administrator does."""
    with given.cursor() as cursor:
        cursor.execute(
            "select current_user,"
            " exists (select from pg_roles where rolname = %(app)s),"
            " (select rolsuper or rolcreaterole from pg_roles where rolname = current_user),"
            " coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %(app)s), false)",
            {"app": APP_ROLE},
        )
        me, exists, may_create, is_member = cursor.fetchone() or ("", False, False, False)
    if (exists and is_member) or (not exists and may_create):
        return
    make = "" if exists else f"create role {APP_ROLE} nologin; "
    raise SetupError(
        f'The database lacks its second role. As an administrator: {make}grant {APP_ROLE} to "{me}".'
    )


def check_redis() -> None:
    try:
        with redis.Redis.from_url(
            settings.REDIS.broker, retry=Retry(NoBackoff(), 0), socket_connect_timeout=5, socket_timeout=5
        ) as given:
            given.ping()
    except (redis.RedisError, OSError) as refused:
        raise SetupError(
            f"The Redis of REDIS_URL cannot be reached ({refused}). Start it, or mend the URL."
        ) from None
