from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect

SQL = (Path(__file__).parent.parent / "sql" / "0004_pages.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("collection", "0003_interest"),
        ("enrollment", "0003_joining_and_questions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("statement", "Account statement"),
                            ("collection", "Results of entrusted collection"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("bank", models.CharField(max_length=100, verbose_name="bank")),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                ("body", models.BinaryField(verbose_name="content")),
                (
                    "state",
                    models.CharField(
                        choices=[("preview", "Waiting to be taken in"), ("committed", "Taken in")],
                        default="preview",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("counts", models.JSONField(blank=True, default=dict, verbose_name="counts")),
                (
                    "uploaded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="handed in"
                    ),
                ),
                ("committed_at", models.DateTimeField(null=True, verbose_name="taken in")),
                (
                    "committed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="unit",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "bank file",
                "verbose_name_plural": "bank files",
                "constraints": [
                    models.UniqueConstraint(fields=("county", "sha256"), name="bank_file_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "preview"), ("committed_at__isnull", False), _connector="OR"
                        ),
                        name="bank_file_committed_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedStatement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=14, unique=True, verbose_name="check code")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contribution", "Contribution statement"),
                            ("account", "Account statement"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="from")),
                ("last_period", models.DateField(verbose_name="to")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                (
                    "issued_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="issued at"
                    ),
                ),
                ("figures", models.JSONField(default=dict, verbose_name="figures")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="people")),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                ("content", models.BinaryField(verbose_name="content")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.employer",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "issued statement",
                "verbose_name_plural": "issued statements",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["employer", "-id"], name="statements_of_employer")],
            },
        ),
        protect("collection_bankfile"),
        protect("collection_issuedstatement", employer="employer_id"),
        migrations.RunSQL(
            SQL,
            "drop function collection_account_credits(bigint, int); drop function collection_check_statement(text)",
        ),
    ]
