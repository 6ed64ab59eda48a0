"""Imports: heads that somebody corrected, runs with progress, sheets that came back, and who is answered for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import APP_ROLE, protect, sees

# An employer hands in; whatever the application forgets, the database lets only the office approve.
DECIDED_BY_THE_OFFICE = f"(state <> 'approved' or {sees()})"

ON_UPDATE = (
    f"create policy approved_by_the_office on enrollment_declaration as restrictive for update to {APP_ROLE}"
    f" using ({DECIDED_BY_THE_OFFICE}) with check ({DECIDED_BY_THE_OFFICE})"
)
ON_INSERT = (
    f"create policy added_by_the_office on enrollment_declaration as restrictive for insert to {APP_ROLE}"
    f" with check ({DECIDED_BY_THE_OFFICE})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("enrollment", "0008_acts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclarationAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("left", "Has left"),
                            ("unpaid", "Unpaid"),
                            ("moved", "Moved"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "person answered for",
                "verbose_name_plural": "people answered for",
            },
        ),
        migrations.CreateModel(
            name="ReturnedSheet",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("differences", models.JSONField(default=list, verbose_name="differences")),
                ("faults", models.JSONField(default=list, verbose_name="faults")),
                ("same", models.PositiveIntegerField(default=0, verbose_name="rows that say the same")),
                ("totals", models.JSONField(default=dict, verbose_name="retirees")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="taken over at")),
            ],
            options={
                "verbose_name": "returned sheet",
                "verbose_name_plural": "returned sheets",
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="RosterHeads",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shape", models.CharField(max_length=64, verbose_name="shape")),
                ("choices", models.JSONField(default=dict, verbose_name="columns")),
                ("made_at", models.DateTimeField(auto_now=True, verbose_name="made at")),
            ],
            options={
                "verbose_name": "heads of a roster",
                "verbose_name_plural": "heads of rosters",
            },
        ),
        migrations.AddField(
            model_name="declaration",
            name="from_employer",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="handed in by the employer"
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="checked",
            field=models.JSONField(null=True, verbose_name="found by the check"),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="digest",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="digest"
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="run",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="jobs so far"),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="told",
            field=models.JSONField(db_default=[], default=list, verbose_name="why it was not stored"),
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("checking", "Being checked"),
                    ("checked", "Checked, not stored"),
                    ("storing", "Being stored"),
                    ("stored", "Stored"),
                ],
                default="checked",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="rosterimport",
            index=models.Index(fields=["employer", "digest"], name="roster_of_employer"),
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="county",
            ),
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="declaration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="enrollment.declaration",
                verbose_name="declaration",
            ),
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="declarationanswer",
            name="worker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enrollment.worker",
                verbose_name="worker",
            ),
        ),
        migrations.AddField(
            model_name="returnedsheet",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="county",
            ),
        ),
        migrations.AddField(
            model_name="returnedsheet",
            name="declaration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="enrollment.declaration",
                verbose_name="declaration",
            ),
        ),
        migrations.AddField(
            model_name="returnedsheet",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="returnedsheet",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="rosterheads",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="county",
            ),
        ),
        migrations.AddField(
            model_name="rosterheads",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="rosterheads",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddConstraint(
            model_name="declarationanswer",
            constraint=models.UniqueConstraint(
                fields=("declaration", "worker"), name="declaration_answer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="declarationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["left", "unpaid", "moved"])),
                name="declaration_answer_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterheads",
            constraint=models.UniqueConstraint(fields=("employer", "shape"), name="roster_heads_once"),
        ),
        protect("enrollment_rosterheads", employer="employer_id"),
        protect("enrollment_returnedsheet", employer="employer_id"),
        protect("enrollment_declarationanswer", employer="employer_id"),
        migrations.RunSQL(
            sql=[ON_UPDATE, ON_INSERT],
            reverse_sql=[
                "drop policy approved_by_the_office on enrollment_declaration",
                "drop policy added_by_the_office on enrollment_declaration",
            ],
        ),
    ]
