"""What happens to an employer, and how an act is taken back."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import jilin_si.money
from jilin_si.access.rls import protect, sees

SQL = (Path(__file__).parent.parent / "sql" / "0008_acts.sql").read_text(encoding="utf-8")
TWO_COUNTIES = f"({sees('county_id', 'employer_id')} or {sees('to_county_id')})"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("ledger", "0002_initial"),
        ("enrollment", "0007_newest_employments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedEmployment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("employer_id", models.IntegerField(verbose_name="employer")),
                ("worker_id", models.BigIntegerField(verbose_name="worker")),
                ("last_period", models.DateField(null=True, verbose_name="last month before")),
                ("leave_reason", models.CharField(blank=True, default="", max_length=30)),
                ("wages", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "employment ended by an event",
                "verbose_name_plural": "employments ended by an event",
            },
        ),
        migrations.CreateModel(
            name="EmployerChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspension", "Production stopped"),
                            ("resumption", "Production resumed"),
                            ("closure", "Closure"),
                            ("bankruptcy", "Bankruptcy"),
                            ("merger", "Merged into another"),
                            ("split", "Split off a new one"),
                            ("ownership", "Ownership changed"),
                            ("move", "Moved to another county"),
                        ],
                        max_length=12,
                        verbose_name="event",
                    ),
                ),
                ("effective_period", models.DateField(verbose_name="takes effect in")),
                (
                    "document_no",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="document"),
                ),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "In force"),
                            ("waiting", "Waiting for the other county"),
                            ("undone", "Taken back"),
                        ],
                        default="done",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "status_before",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("suspended", "Production stopped"),
                            ("closed", "Closed"),
                            ("bankrupt", "Bankrupt"),
                            ("merged", "Merged"),
                            ("moved", "Moved away"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "status_after",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("suspended", "Production stopped"),
                            ("closed", "Closed"),
                            ("bankrupt", "Bankrupt"),
                            ("merged", "Merged"),
                            ("moved", "Moved away"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "ownership_before",
                    models.CharField(
                        choices=[
                            ("state", "State-owned enterprise"),
                            ("collective", "Collective enterprise"),
                            ("private", "Private enterprise"),
                            ("self_employed_household", "Self-employed household"),
                            ("foreign_invested", "Foreign-invested enterprise"),
                            ("self_funded_institution", "Self-funded institution"),
                            ("government_organ", "Government organ"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "ownership_after",
                    models.CharField(
                        choices=[
                            ("state", "State-owned enterprise"),
                            ("collective", "Collective enterprise"),
                            ("private", "Private enterprise"),
                            ("self_employed_household", "Self-employed household"),
                            ("foreign_invested", "Foreign-invested enterprise"),
                            ("self_funded_institution", "Self-funded institution"),
                            ("government_organ", "Government organ"),
                        ],
                        max_length=30,
                    ),
                ),
                ("coverages", models.JSONField(default=list, verbose_name="coverage ended")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="people")),
                (
                    "arrears",
                    jilin_si.money.MoneyField(db_column="arrears_fen", default=0, verbose_name="arrears"),
                ),
                ("retirees", models.PositiveIntegerField(default=0, verbose_name="retirees")),
                (
                    "retiree_cost",
                    jilin_si.money.MoneyField(
                        db_column="retiree_cost_fen", default=0, verbose_name="monthly retiree cost"
                    ),
                ),
                (
                    "particulars",
                    models.JSONField(default=dict, verbose_name="particulars for the other county"),
                ),
                ("made_on", models.DateField(verbose_name="entered on")),
            ],
            options={
                "verbose_name": "employer event",
                "verbose_name_plural": "employer events",
                "ordering": ["-effective_period", "-id"],
            },
        ),
        migrations.CreateModel(
            name="UndoneAct",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True, verbose_name="entry of the trail")),
                ("act", models.CharField(max_length=40, verbose_name="act")),
                ("employer_id", models.IntegerField(null=True, verbose_name="employer")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("direct", models.BooleanField(verbose_name="before the assessment")),
                ("recorded_in", models.DateField(null=True, verbose_name="recorded in")),
                ("details", models.JSONField(default=dict, verbose_name="what was taken back")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="when"
                    ),
                ),
            ],
            options={
                "verbose_name": "act taken back",
                "verbose_name_plural": "acts taken back",
            },
        ),
        migrations.RemoveConstraint(
            model_name="employer",
            name="employer_organisation_code_once",
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
                ],
                default="active",
                max_length=12,
                verbose_name="status",
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
                ],
                default="active",
                max_length=12,
                verbose_name="status",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coverage",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "enrollment_coverageevent" ("county_id", "employer_id", "first_period", "id", "last_period", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."county_id", OLD."employer_id", OLD."first_period", OLD."id", OLD."last_period", OLD."line", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="6985b7a5b0df846e921c61461716a6570b5b427c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cac74",
                    table="enrollment_coverage",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="employment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollment_employmentevent" ("county_id", "employer_id", "first_period", "id", "last_period", "leave_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") SELECT old_values."county_id", old_values."employer_id", old_values."first_period", old_values."id", old_values."last_period", old_values."leave_reason", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."worker_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="51af16668ebc39afcb60405de34b48efa10eb703",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c9901",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="enrollment_employment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="worker",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollment_workerevent" ("birth_date", "category", "deemed_months", "first_work_date", "id", "identity", "identity_key", "identity_number", "initials", "merged_into_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "sex") SELECT old_values."birth_date", old_values."category", old_values."deemed_months", old_values."first_work_date", old_values."id", old_values."identity", old_values."identity_key", old_values."identity_number", old_values."initials", old_values."merged_into_id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pinyin", old_values."sex" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4dab79d2d3ab90829fef1ad8baf973f3a8d2231b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_76b0d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="enrollment_worker",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="employer",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("organisation_code", ""), _negated=True),
                    models.Q(("status", "moved"), _negated=True),
                ),
                fields=("organisation_code",),
                name="employer_organisation_code_once",
            ),
        ),
        migrations.AddField(
            model_name="changedemployment",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="changedemployment",
            name="employment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="enrollment.employment",
                verbose_name="employment",
            ),
        ),
        migrations.AddField(
            model_name="changedemployment",
            name="to_county",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="county",
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="successor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_over",
                to="enrollment.employer",
                verbose_name="successor",
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="taken_in_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="employerchange",
            name="to_county",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
                verbose_name="to county",
            ),
        ),
        migrations.AddField(
            model_name="changedemployment",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="employments",
                to="enrollment.employerchange",
            ),
        ),
        migrations.AddField(
            model_name="undoneact",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="undoneact",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="employerchange",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["to_county"], name="employer_change_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="employerchange",
            index=models.Index(fields=["successor"], name="employer_change_successor"),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("effective_period__day", 1)), name="employer_change_from_a_first_of_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["merger", "split"]), _negated=True),
                    ("successor__isnull", False),
                    _connector="OR",
                ),
                name="employer_change_names_its_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor__isnull", True),
                    models.Q(("successor", models.F("employer")), _negated=True),
                    _connector="OR",
                ),
                name="employer_change_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "move"), ("to_county__isnull", False)),
                    models.Q(models.Q(("kind", "move"), _negated=True), ("to_county__isnull", True)),
                    _connector="OR",
                ),
                name="employer_change_moves_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True), ("kind", "move"), _connector="OR"
                ),
                name="employer_change_only_a_move_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="changedemployment",
            constraint=models.UniqueConstraint(
                fields=("change", "employment"), name="changed_employment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="undoneact",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="undone_act_has_a_reason"
            ),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="employment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="worker",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="employment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollment_employmentevent" ("county_id", "employer_id", "first_period", "id", "last_period", "leave_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") SELECT new_values."county_id", new_values."employer_id", new_values."first_period", new_values."id", new_values."last_period", new_values."leave_reason", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."worker_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7eb1e1810d808ed468a8901510b46b5da92941eb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2456f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="enrollment_employment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="worker",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollment_workerevent" ("birth_date", "category", "deemed_months", "first_work_date", "id", "identity", "identity_key", "identity_number", "initials", "merged_into_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "sex") SELECT new_values."birth_date", new_values."category", new_values."deemed_months", new_values."first_work_date", new_values."id", new_values."identity", new_values."identity_key", new_values."identity_number", new_values."initials", new_values."merged_into_id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pinyin", new_values."sex" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bb057e85f742bc076979dce8e15923f35cd31525",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_87402",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="enrollment_worker",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        protect("enrollment_employerchange", condition=TWO_COUNTIES),
        protect("enrollment_changedemployment", condition=TWO_COUNTIES),
        protect("enrollment_undoneact", employer="employer_id"),
    ]
