"""A taking in that is taken back, and answers of a return that say from when and why somebody left."""

from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "0013_taken_back.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("enrollment", "0011_desk"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="employer",
            name="employer_organisation_code_once",
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="effective_period",
            field=models.DateField(blank=True, null=True, verbose_name="left from"),
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="leave_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("contract_ended", "Contract ended"),
                    ("resigned", "Resigned"),
                    ("dismissed", "Dismissed"),
                    ("transferred", "Transferred to another employer"),
                    ("moved_away", "Moved out of the province"),
                    ("retired", "Retired"),
                    ("died", "Died"),
                    ("military_service", "Military service"),
                    ("prison", "Prison"),
                    ("employer_ended", "The employer closed"),
                    ("other", "Another reason"),
                ],
                db_default="",
                default="",
                max_length=30,
                verbose_name="reason for leaving",
            ),
        ),
        migrations.AlterField(
            model_name="employer",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Production stopped"),
                    ("closed", "Closed"),
                    ("bankrupt", "Bankrupt"),
                    ("merged", "Merged"),
                    ("moved", "Moved away"),
                    ("taken_back", "Registration taken back"),
                ],
                default="active",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="employerchange",
            name="status_after",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Production stopped"),
                    ("closed", "Closed"),
                    ("bankrupt", "Bankrupt"),
                    ("merged", "Merged"),
                    ("moved", "Moved away"),
                    ("taken_back", "Registration taken back"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="employerchange",
            name="status_before",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Production stopped"),
                    ("closed", "Closed"),
                    ("bankrupt", "Bankrupt"),
                    ("merged", "Merged"),
                    ("moved", "Moved away"),
                    ("taken_back", "Registration taken back"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="employerevent",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Production stopped"),
                    ("closed", "Closed"),
                    ("bankrupt", "Bankrupt"),
                    ("merged", "Merged"),
                    ("moved", "Moved away"),
                    ("taken_back", "Registration taken back"),
                ],
                default="active",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="declarationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effective_period__isnull", True), ("leave_reason", "")),
                    models.Q(
                        ("answer__in", ["left", "moved"]),
                        ("effective_period__day", 1),
                        models.Q(("leave_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="declaration_answer_leaves_when_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="employer",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("organisation_code", ""), _negated=True),
                    models.Q(("status", "moved"), _negated=True),
                    models.Q(("status", "taken_back"), _negated=True),
                ),
                fields=("organisation_code",),
                name="employer_organisation_code_once",
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
