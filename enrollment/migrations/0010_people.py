"""What a worker's record says besides, how two records become one, and how people go from unit to unit."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect, sees

SQL = (Path(__file__).parent.parent / "sql" / "0010_people.sql").read_text(encoding="utf-8")

EITHER_UNIT = f"({sees('county_id')} or {sees('%s')})"
SEEN_WORKER = "exists (select 1 from enrollment_worker w where w.id = {}.worker_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("agencies", "0001_initial"),
        ("enrollment", "0009_imports"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeemedEvidence",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("months", models.PositiveSmallIntegerField(verbose_name="deemed months")),
                ("document", models.CharField(max_length=100, verbose_name="document")),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="note")),
                ("noted_on", models.DateField(verbose_name="noted on")),
                (
                    "noted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="noted"
                    ),
                ),
                (
                    "noted_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deemed_evidence",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of deemed months",
                "verbose_name_plural": "evidence of deemed months",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("same_number", "same number of 15 digits"),
                            ("same_name", "same name and birth date"),
                        ],
                        max_length=15,
                        verbose_name="why",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("others", "Two persons"),
                            ("merged", "Merged"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("found_on", models.DateField(verbose_name="found on")),
                ("settled_on", models.DateField(null=True, verbose_name="settled on")),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="note")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="enrollment.worker",
                        verbose_name="record",
                    ),
                ),
                (
                    "other_county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="enrollment.worker",
                        verbose_name="record",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "likely duplicate",
                "verbose_name_plural": "likely duplicates",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="IdentitySpan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "identity",
                    models.CharField(
                        choices=[("worker", "Worker (identity)"), ("cadre", "Cadre")],
                        max_length=10,
                        verbose_name="identity",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="from")),
                (
                    "document",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="document"),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity",
                "verbose_name_plural": "identities",
                "ordering": ["first_period"],
            },
        ),
        migrations.CreateModel(
            name="IdentitySpanEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "identity",
                    models.CharField(
                        choices=[("worker", "Worker (identity)"), ("cadre", "Cadre")],
                        max_length=10,
                        verbose_name="identity",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="from")),
                (
                    "document",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="document"),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="enrollment.identityspan",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("touches_money", models.BooleanField(verbose_name="touches money")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for a second person"),
                            ("done", "Merged"),
                            ("refused", "Not merged"),
                            ("undone", "Taken apart again"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_on", models.DateField(verbose_name="proposed on")),
                ("decided_on", models.DateField(null=True, verbose_name="decided on")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("answer", models.CharField(blank=True, default="", max_length=500, verbose_name="answer")),
                (
                    "months_assessed",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="months assessed by then"
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.worker",
                        verbose_name="record kept",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.worker",
                        verbose_name="record merged",
                    ),
                ),
                (
                    "other_county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="enrollment.duplicate",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SpecialWork",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("underground", "Underground"),
                            ("high_altitude", "At heights"),
                            ("high_temperature", "In heat"),
                            ("specially_heavy", "Especially heavy"),
                            ("toxic", "With poisons"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="from")),
                ("last_period", models.DateField(blank=True, null=True, verbose_name="to")),
                ("document", models.CharField(max_length=100, verbose_name="document")),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="special_work",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "special work",
                "verbose_name_plural": "special work",
                "ordering": ["first_period"],
            },
        ),
        migrations.CreateModel(
            name="SpecialWorkEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("underground", "Underground"),
                            ("high_altitude", "At heights"),
                            ("high_temperature", "In heat"),
                            ("specially_heavy", "Especially heavy"),
                            ("toxic", "With poisons"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="from")),
                ("last_period", models.DateField(blank=True, null=True, verbose_name="to")),
                ("document", models.CharField(max_length=100, verbose_name="document")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="enrollment.specialwork",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "destination",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="office outside the province"
                    ),
                ),
                ("first_period", models.DateField(verbose_name="moves from")),
                ("name", models.CharField(max_length=64, verbose_name="name")),
                ("identity_number", models.CharField(max_length=18, verbose_name="identity number")),
                ("employer_name", models.CharField(max_length=200, verbose_name="employer")),
                ("facts", models.JSONField(default=dict, verbose_name="facts sent with it")),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Under way"),
                            ("done", "Taken in"),
                            ("returned", "Sent back"),
                            ("back", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("sent_on", models.DateField(verbose_name="sent on")),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="sent"
                    ),
                ),
                ("done_on", models.DateField(null=True, verbose_name="finished on")),
                ("done_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "return_reason",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="reason for sending back"
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="from",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.employment",
                        verbose_name="employment",
                    ),
                ),
                (
                    "new_employment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.employment",
                        verbose_name="new employment",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_county",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="to",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "transfers",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="duplicate",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["county"], name="duplicate_here"
            ),
        ),
        migrations.AddIndex(
            model_name="duplicate",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["other_county"], name="duplicate_there"
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicate",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="duplicate_once"),
        ),
        migrations.AddConstraint(
            model_name="duplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_id__lt", models.F("second_id"))), name="duplicate_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="identityspan",
            constraint=models.UniqueConstraint(
                fields=("worker", "first_period"), name="identity_one_from_a_month"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="identityspan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "enrollment_identityspanevent" ("document", "first_period", "id", "identity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") VALUES (NEW."document", NEW."first_period", NEW."id", NEW."identity", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."worker_id"); RETURN NULL;',
                    hash="050f5bd67850420c576a62b3924371759a62473e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4fa73",
                    table="enrollment_identityspan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="identityspan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "enrollment_identityspanevent" ("document", "first_period", "id", "identity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") VALUES (NEW."document", NEW."first_period", NEW."id", NEW."identity", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."worker_id"); RETURN NULL;',
                    hash="b45ef4db4eeda08a2a00a6d1441ecd7715093d27",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d7748",
                    table="enrollment_identityspan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="identityspanevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="740de46695204cf1c076dd725988593ac558bd71",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_dca24",
                    table="enrollment_identityspanevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "done"])),
                fields=("merged",),
                name="merged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), ("touches_money", True), _negated=True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="merge_of_money_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialwork",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_period__isnull", True),
                    ("last_period__gte", models.F("first_period")),
                    _connector="OR",
                ),
                name="special_work_ends_after_it_begins",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="specialwork",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "enrollment_specialworkevent" ("document", "first_period", "id", "kind", "last_period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") VALUES (NEW."document", NEW."first_period", NEW."id", NEW."kind", NEW."last_period", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."worker_id"); RETURN NULL;',
                    hash="ce4dc65ce309fd0633624c110ca621ab5f128a62",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9d2fb",
                    table="enrollment_specialwork",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="specialwork",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "enrollment_specialworkevent" ("document", "first_period", "id", "kind", "last_period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "worker_id") VALUES (NEW."document", NEW."first_period", NEW."id", NEW."kind", NEW."last_period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."worker_id"); RETURN NULL;',
                    hash="76b6fab76960843d4125f62c16b54b0c366d3738",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_eef87",
                    table="enrollment_specialwork",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="specialworkevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a3cc71f9122093a7c84537555eada486eb113887",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1f526",
                    table="enrollment_specialworkevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["county", "state"], name="transfer_from"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["to_county", "state"], name="transfer_to"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "returned"])),
                fields=("worker",),
                name="transfer_one_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_county__isnull", True),
                    models.Q(("to_county", models.F("county")), _negated=True),
                    _connector="OR",
                ),
                name="transfer_to_another_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_county__isnull", False),
                    models.Q(("destination", ""), _negated=True),
                    _connector="OR",
                ),
                name="transfer_goes_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "waiting"),
                    models.Q(("done_at__isnull", False), ("done_on__isnull", False)),
                    _connector="OR",
                ),
                name="transfer_done_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(("done_by", models.F("sent_by")), _negated=True),
                    _connector="OR",
                ),
                name="transfer_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "back"]), _negated=True),
                    models.Q(("return_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="transfer_sent_back_why",
            ),
        ),
        protect("enrollment_transfer", condition=EITHER_UNIT % "to_county_id"),
        protect("enrollment_duplicate", condition=EITHER_UNIT % "other_county_id"),
        protect("enrollment_merge", condition=EITHER_UNIT % "other_county_id"),
        *(
            protect(f"enrollment_{table}", condition=SEEN_WORKER.format(f"enrollment_{table}"))
            for table in (
                "specialwork",
                "identityspan",
                "deemedevidence",
                "specialworkevent",
                "identityspanevent",
            )
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
