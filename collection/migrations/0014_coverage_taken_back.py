"""A coverage whose months are assessed is taken back by a case: bills of one line are reversed, or billed again."""

from pathlib import Path

from django.db import migrations, models

from jilin_si.access.rls import protect

SQL = Path(__file__).parent.parent / "sql" / "0014_coverage_taken_back.sql"
OF_EMPLOYER = [
    "employer_name",
    "organisation_code",
    "ownership",
    "industry",
    "trade_class",
    "retirees",
    "coverage",
]


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0015_supplements"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.CharField(max_length=30, verbose_name="line")),
                ("first_period", models.DateField(verbose_name="from")),
                ("last_period", models.DateField(null=True, verbose_name="to")),
                ("covered", models.BooleanField(verbose_name="covered")),
                ("recorded_in", models.DateField(verbose_name="recorded in")),
            ],
            options={
                "verbose_name": "coverage in past months",
                "verbose_name_plural": "coverages in past months",
                "db_table": "collection_linechange",
                "managed": False,
            },
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
                    ("coverage", "Coverage by a line"),
                ],
                max_length=20,
                verbose_name="about",
            ),
        ),
        migrations.RemoveConstraint(model_name="correction", name="correction_about_whom"),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about__in", OF_EMPLOYER), ("worker__isnull", True)),
                    models.Q(
                        ("worker__isnull", False),
                        models.Q(("about__in", OF_EMPLOYER), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_about_whom",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
        protect("collection_linechange", employer="employer_id"),
    ]
