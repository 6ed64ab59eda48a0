"""What the office may rely on in the database that it is given."""

import pytest
from django.db import connection

from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def _one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_requests_run_as_the_application_role_and_not_for_ever() -> None:
    assert _one("select current_user") == "jsi_app"
    assert _one("select current_setting('statement_timeout')") == "15s"


def test_the_owner_is_asked_for_by_name() -> None:
    with as_owner():
        assert _one("select current_user") == "jsi_owner"
    assert _one("select current_user") == "jsi_app"


def test_neither_role_passes_by_row_level_security_of_right() -> None:
    assert not _one(
        "select bool_or(rolsuper or rolbypassrls) from pg_roles where rolname in ('jsi_owner', 'jsi_app')"
    )


def test_a_chinese_name_has_trigrams() -> None:
    assert _one("select show_trgm('王小明') <> '{}'")


def test_pages_are_checked_for_bit_rot() -> None:
    assert _one("select current_setting('data_checksums')") == "on"
