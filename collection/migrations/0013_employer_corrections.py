"""Employers' wrong records are corrected through cases, which employers may ask for on line."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect

SQL = Path(__file__).parent.parent / "sql" / "0013_employer_corrections.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("collection", "0010_takeover"),
        ("enrollment", "0011_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TradeClass",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("trade_class", models.PositiveSmallIntegerField(verbose_name="injury risk class")),
                ("first_period", models.DateField(verbose_name="from")),
                ("recorded_in", models.DateField(verbose_name="recorded in")),
            ],
            options={
                "verbose_name": "risk class in past months",
                "verbose_name_plural": "risk classes in past months",
                "db_table": "collection_tradeclass",
                "managed": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_decided_by_whom",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_has_evidence",
        ),
        migrations.AddField(
            model_name="correction",
            name="counter_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counter_cases",
                to="collection.correction",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="request",
            field=models.CharField(
                blank=True, default="", max_length=500, verbose_name="what the employer writes"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="requested",
            field=models.JSONField(default=dict, verbose_name="asked for"),
        ),
        migrations.AddField(
            model_name="correction",
            name="requested_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="requested_on",
            field=models.DateField(null=True, verbose_name="asked for on"),
        ),
        migrations.AddField(
            model_name="correction",
            name="written",
            field=models.JSONField(default=dict, verbose_name="months before and after"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="about",
            field=models.CharField(
                choices=[
                    ("name", "Name"),
                    ("birth_date", "Birth date"),
                    ("identity_number", "Identity number"),
                    ("first_work_date", "Started work"),
                    ("wage", "Declared wage"),
                    ("months", "Months of employment"),
                    ("employer_name", "Employer's name"),
                    ("organisation_code", "Organisation code"),
                    ("ownership", "Ownership"),
                    ("industry", "Industry"),
                    ("trade_class", "Injury risk class"),
                    ("retirees", "Retirees and their cost"),
                ],
                max_length=20,
                verbose_name="about",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="entered_on",
            field=models.DateField(null=True, verbose_name="entered on"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="evidence",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="what it proves"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="evidence_no",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="document"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "Asked by the employer"),
                    ("waiting", "To decide"),
                    ("approved", "Approved"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="worker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="enrollment.worker",
                verbose_name="worker",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_by__isnull", True),
                        ("decided_on__isnull", True),
                        ("state__in", ["asked", "waiting"]),
                    ),
                    models.Q(
                        ("decided_by__isnull", True), ("decided_on__isnull", False), ("state", "withdrawn")
                    ),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("decided_on__isnull", False),
                        ("state__in", ["approved", "refused"]),
                    ),
                    _connector="OR",
                ),
                name="correction_decided_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entered_on__isnull", False), ("requested_on__isnull", True)),
                    models.Q(
                        ("requested_by__isnull", False),
                        ("requested_on__isnull", False),
                        models.Q(("request", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_came_from_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "withdrawn", "refused"]),
                    ("entered_on__isnull", False),
                    _connector="OR",
                ),
                name="correction_taken_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entered_on__isnull", True),
                    models.Q(
                        models.Q(("evidence_no", ""), _negated=True),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_has_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "about__in",
                            [
                                "employer_name",
                                "organisation_code",
                                "ownership",
                                "industry",
                                "trade_class",
                                "retirees",
                            ],
                        ),
                        ("worker__isnull", True),
                    ),
                    models.Q(
                        ("worker__isnull", False),
                        models.Q(
                            (
                                "about__in",
                                [
                                    "employer_name",
                                    "organisation_code",
                                    "ownership",
                                    "industry",
                                    "trade_class",
                                    "retirees",
                                ],
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="correction_about_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("worker", "about"),
                name="correction_asked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "waiting"]), ("worker__isnull", True)),
                fields=("employer", "about"),
                name="correction_of_employer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counter_of__isnull", False), ("state__in", ["waiting", "approved"])),
                fields=("counter_of",),
                name="correction_countered_once",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
        protect("collection_tradeclass", employer="employer_id"),
    ]
