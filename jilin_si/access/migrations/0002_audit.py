import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect, sees

USER = "nullif((select current_setting('app.user', true)), '')::bigint"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("agencies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="when"
                    ),
                ),
                ("act", models.CharField(max_length=40, verbose_name="act")),
                ("object_kind", models.CharField(max_length=30, verbose_name="about")),
                ("object_id", models.BigIntegerField(null=True, verbose_name="number")),
                ("employer_id", models.IntegerField(null=True, verbose_name="employer")),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="details")),
                (
                    "county",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="county",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["object_kind", "object_id", "-at"], name="audit_of_object"),
                    models.Index(fields=["employer_id", "-at"], name="audit_of_employer"),
                    models.Index(fields=["county", "-at"], name="audit_of_county"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandedIn",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(verbose_name="key")),
                ("contents", models.CharField(max_length=64, verbose_name="contents")),
                ("location", models.CharField(blank=True, default="", max_length=500, verbose_name="led to")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="when"
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
                "verbose_name": "form handed in",
                "verbose_name_plural": "forms handed in",
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="handed_in_once")],
            },
        ),
        # an act is read where its county or employer is seen, and by its author; it is written in one's own name only
        protect(
            "access_auditentry",
            condition=f"({sees('county_id', 'employer_id')} or user_id = {USER})",
            insert=f"user_id is not distinct from {USER}",
        ),
        protect("access_handedin", condition=f"user_id = {USER}"),
        # for the owner too: a trail that can be rewritten is none
        migrations.RunSQL(
            """
            create function audit_is_kept() returns trigger language plpgsql as $$
            begin
              raise exception 'the audit trail is never changed' using errcode = 'insufficient_privilege';
            end $$;
            create trigger audit_is_kept before update or delete on access_auditentry
              for each statement execute function audit_is_kept();
            """,
            "drop trigger audit_is_kept on access_auditentry; drop function audit_is_kept();",
        ),
    ]
