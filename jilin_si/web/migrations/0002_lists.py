"""Lists kept under a name."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import APP_ROLE, protect

USER = "nullif((select current_setting('app.user', true)), '')::bigint"
OFFICE = f"unit_id in (select agency_id from access_assignment where user_id = {USER})"

OWN = (
    f"create policy own on web_savedlist to {APP_ROLE} using (user_id = {USER})"
    f" with check (user_id = {USER} and (not shared or {OFFICE}))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("web", "0001_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=80, verbose_name="list")),
                ("columns", models.JSONField(default=list, verbose_name="columns")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "columns of a list",
                "verbose_name_plural": "columns of lists",
                "constraints": [models.UniqueConstraint(fields=("user", "table"), name="list_columns_once")],
            },
        ),
        migrations.CreateModel(
            name="SavedList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=80, verbose_name="list")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("path", models.CharField(max_length=200, verbose_name="page")),
                ("query", models.CharField(blank=True, default="", max_length=1000, verbose_name="filter")),
                ("columns", models.JSONField(default=list, verbose_name="columns")),
                ("shared", models.BooleanField(default=False, verbose_name="shared")),
                ("made_at", models.DateTimeField(auto_now=True, verbose_name="made at")),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="office",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept list",
                "verbose_name_plural": "kept lists",
                "ordering": ["name"],
                "indexes": [models.Index(fields=["table", "unit"], name="saved_list_of_office")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "table", "name"), name="saved_list_once"),
                    models.CheckConstraint(
                        condition=models.Q(("shared", False), ("unit__isnull", False), _connector="OR"),
                        name="saved_list_is_shared_in_an_office",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=40, verbose_name="act")),
                ("table", models.CharField(max_length=80, verbose_name="list")),
                ("query", models.CharField(blank=True, default="", max_length=1000, verbose_name="filter")),
                ("day", models.DateField(verbose_name="business date")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="when"
                    ),
                ),
                ("ids", models.JSONField(default=list, verbose_name="records")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="how many")),
                ("details", models.JSONField(default=dict, verbose_name="details")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back at")),
                (
                    "undo_reason",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="reason"),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken back by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="office",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "act over a list",
                "verbose_name_plural": "acts over lists",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["unit", "-id"], name="bulk_run_of_unit")],
            },
        ),
        protect("web_listcolumns", condition=f"user_id = {USER}"),
        # the owner's alone to change and to forget, and only into an office of one's own; colleagues read what is shared
        migrations.RunSQL(
            [
                "alter table web_savedlist enable row level security",
                OWN,
                f"create policy shared on web_savedlist for select to {APP_ROLE} using (shared and {OFFICE})",
            ],
            [
                "drop policy shared on web_savedlist",
                "drop policy own on web_savedlist",
                "alter table web_savedlist disable row level security",
            ],
        ),
        protect("web_bulkrun", county="unit_id"),
    ]
