"""Users belong to a unit, roles have days, and the database too lets nobody give rights to himself."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "0005_granting.sql").read_text(encoding="utf-8")

UNDO = """
drop policy read on access_assignment;
drop policy give on access_assignment;
drop policy change on access_assignment;
drop policy take_away on access_assignment;
alter table access_assignment disable row level security;
drop function access_may_give(bigint, int);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0004_chain"), ("agencies", "0001_initial")]

    operations = [
        migrations.AddField(
            "user",
            "unit",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            "user", "version", models.PositiveIntegerField(default=0, db_default=0, verbose_name="version")
        ),
        migrations.AddField(
            "user",
            "session_stamp",
            models.PositiveIntegerField(default=0, db_default=0, verbose_name="end of sessions"),
        ),
        migrations.AddField(
            "assignment", "first_day", models.DateField(blank=True, null=True, verbose_name="first day")
        ),
        migrations.AddField(
            "assignment", "last_day", models.DateField(blank=True, null=True, verbose_name="last day")
        ),
        migrations.AddConstraint(
            "assignment",
            models.CheckConstraint(
                condition=models.Q(
                    ("first_day", None),
                    ("last_day", None),
                    ("first_day__lte", models.F("last_day")),
                    _connector="OR",
                ),
                name="assignment_days_in_order",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
