"""Legal documents are never changed, and who recorded one is kept; worked examples have words in both languages."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("policy", "0004_worked_examples"),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalDocumentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=30, verbose_name="code")),
                ("number", models.CharField(max_length=80, verbose_name="document number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("title_en", models.CharField(max_length=200, verbose_name="title in English")),
                ("issuer", models.CharField(max_length=80, verbose_name="issued by")),
                ("issuer_en", models.CharField(max_length=120, verbose_name="issued by, in English")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="note")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="workedexample",
            name="note_en",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="note in English"),
        ),
        migrations.AddField(
            model_name="workedexample",
            name="title_en",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="title in English"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="legaldocument",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1694daa9b37ba54b72f0305ec84b820186dc6f96",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_53b99",
                    table="policy_legaldocument",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="legaldocument",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "policy_legaldocumentevent" ("code", "id", "issued_on", "issuer", "issuer_en", "note", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "title_en") VALUES (NEW."code", NEW."id", NEW."issued_on", NEW."issuer", NEW."issuer_en", NEW."note", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title", NEW."title_en"); RETURN NULL;',
                    hash="fe1dd172713611b31dfc2f2d9d8919931525268f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e7bdb",
                    table="policy_legaldocument",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="legaldocument",
            constraint=models.UniqueConstraint(fields=("number",), name="legal_document_number_once"),
        ),
        migrations.AddField(
            model_name="legaldocumentevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="legaldocumentevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="policy.legaldocument",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="legaldocumentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a6f52b7ebb83c2277a94aa72d279e7c7db78f0b1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_eb99b",
                    table="policy_legaldocumentevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
