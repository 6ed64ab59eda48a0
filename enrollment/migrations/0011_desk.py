"""What the desk and its lists keep."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import APP_ROLE, protect, sees

SQL = (Path(__file__).parent.parent / "sql" / "0011_desk.sql").read_text(encoding="utf-8")
UNDO = """
drop function reaching_age(integer, date, date, jsonb, jsonb);
drop index worker_birth;
drop function broken_off(integer, date, date, text[]);
drop index employment_living;
drop index employment_ended;
"""
# What the office asks in the portal its employer reads, and no more of what the office notes about it.
ASKED = f"(how = 'asked' and employment_id is null and taken_back_at is null and {sees(None, 'employer_id')})"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("enrollment", "0010_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("period", models.DateField(verbose_name="period")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("called", "Called"),
                            ("visited", "Visited"),
                            ("written", "Reminded in writing"),
                            ("asked", "Asked in the employer's portal"),
                            ("answered", "They answered"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                (
                    "said",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="what was said"),
                ),
                ("promised_on", models.DateField(blank=True, null=True, verbose_name="promised for")),
                ("explains", models.BooleanField(default=False, verbose_name="explains the gap")),
                ("run", models.BigIntegerField(blank=True, null=True, verbose_name="run")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="made at"
                    ),
                ),
                (
                    "taken_back_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back at"),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="county",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="enrollment.employer",
                        verbose_name="employer",
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="enrollment.employment",
                        verbose_name="employment",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken back by",
                    ),
                ),
            ],
            options={
                "verbose_name": "follow-up",
                "verbose_name_plural": "follow-ups",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["employer", "-id"], name="follow_up_of_employer"),
                    models.Index(
                        fields=["run"],
                        condition=models.Q(run__isnull=False),
                        name="follow_up_of_run",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("explains", False),
                            models.Q(("employment__isnull", False), models.Q(("said", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="follow_up_explains_a_workers_gap",
                    )
                ],
            },
        ),
        protect("enrollment_followup"),
        migrations.RunSQL(
            f"create policy asked on enrollment_followup for select to {APP_ROLE} using ({ASKED})",
            "drop policy asked on enrollment_followup",
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
