"""Row-level security: PostgreSQL decides a second time who sees what, and what the application's role may do.

Policies are written by migrations through ``protect``; privileges are granted after every migration, so that a new
table is never forgotten. The role ``jsi_app`` serves requests; the owner of the tables runs migrations and set jobs.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, migrations
from psycopg2 import sql

APP_ROLE = "jsi_app"

# Tables that the application's role may add to but neither change nor delete: money, facts and history.
APPEND_ONLY: set[str] = set()
# Tables that only migrations and set jobs write.
READ_ONLY: set[str] = {"django_migrations"}

_UNITS = "(select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[]"
_EMPLOYERS = "(select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[]"


def append_only(*tables: str) -> None:
    """Register tables (called from an app's ``ready``)."""
    APPEND_ONLY.update(tables)


def sees(county: str | None = "county_id", employer: str | None = None) -> str:
    """The condition of a policy over these columns, as SQL."""
    parts = []
    if county:
        parts.append(f"{county} = any ({_UNITS})")
    if employer:
        parts.append(f"{employer} = any ({_EMPLOYERS})")
    return "(" + " or ".join(parts) + ")"


def protect(
    table: str,
    county: str | None = "county_id",
    employer: str | None = None,
    condition: str | None = None,
    insert: str | None = None,
) -> migrations.RunSQL:
    """A migration step: row-level security for ``table``, readable and writable where the scope reaches.

    ``insert`` is the condition for new rows where it differs: a worker is seen through an employment, which cannot
    be there before the worker.
    """
    rule = condition or sees(county, employer)
    sql_: list[Any] = [f"alter table {table} enable row level security"]
    if insert is None:
        sql_.append(f"create policy scope on {table} to {APP_ROLE} using ({rule}) with check ({rule})")
        names = ["scope"]
    else:
        names = ["scope_select", "scope_update", "scope_delete", "scope_insert"]
        sql_ += [
            f"create policy scope_select on {table} for select to {APP_ROLE} using ({rule})",
            f"create policy scope_update on {table} for update to {APP_ROLE} using ({rule}) with check ({rule})",
            f"create policy scope_delete on {table} for delete to {APP_ROLE} using ({rule})",
            f"create policy scope_insert on {table} for insert to {APP_ROLE} with check ({insert})",
        ]
    return migrations.RunSQL(
        sql=sql_,
        reverse_sql=[
            *[f"drop policy {name} on {table}" for name in names],
            f"alter table {table} disable row level security",
        ],
    )


def create_app_role() -> migrations.RunSQL:
    """A migration step: the role of the application, where the server has it not yet."""
    return migrations.RunSQL(
        sql=f"""
        do $$ begin
          if not exists (select from pg_roles where rolname = '{APP_ROLE}') then
            create role {APP_ROLE} nologin;
          end if;
        exception when duplicate_object or unique_violation then null;
        end $$;
        do $$ begin
          execute format('grant {APP_ROLE} to %I', current_user);
        exception when others then null;  -- a superuser is a member already; elsewhere the check below tells
        end $$;
        grant usage on schema public to {APP_ROLE};
        """,
        reverse_sql=migrations.RunSQL.noop,
    )


def grant_privileges(sender: Any = None, using: str = "default", **kwargs: Any) -> None:
    """Give the application's role what it needs on every table, and no more (runs after each migrate)."""
    if sender is not None and sender.label != "access":
        return
    connection = connections[using]
    role = sql.Identifier(APP_ROLE)
    known = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and c.relkind in ('r', 'p', 'v') and not c.relispartition"
            " and pg_has_role(c.relowner, 'usage')"
        )
        tables = {name for (name,) in cursor.fetchall()}
        for table in sorted(tables):
            cursor.execute(sql.SQL("revoke all on {} from {}").format(sql.Identifier(table), role))
            rights = "select"
            if table in APPEND_ONLY:
                rights = "select, insert"
            elif table not in READ_ONLY and (table in known or table.startswith("pgh")):
                rights = "select, insert, update, delete"
            cursor.execute(
                sql.SQL("grant {} on {} to {}").format(sql.SQL(rights), sql.Identifier(table), role)
            )
        cursor.execute(sql.SQL("grant usage, select on all sequences in schema public to {}").format(role))
