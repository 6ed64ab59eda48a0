"""Failed tries to sign in, counted by the minute, and what is held off because of them."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "0006_held_off.sql").read_text(encoding="utf-8")

UNDO = """
drop function access_hold_off(text, bigint, inet, timestamptz);
drop function access_note_failed(bigint, inet, text);
drop function access_unit_of(bigint);
drop policy scope on access_failedsignin;
drop policy scope on access_heldoff;
drop policy release on access_heldoff;
"""


def _link(to: str, on_delete: object, name: str) -> models.ForeignKey:
    return models.ForeignKey(null=True, on_delete=on_delete, related_name="+", to=to, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("access", "0005_granting")]

    operations = [
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("minute", models.DateTimeField(verbose_name="minute")),
                ("at", models.DateTimeField(verbose_name="last try")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="address")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("password", "Password"),
                            ("code", "Second factor"),
                            ("refused", "Refused while held off"),
                        ],
                        max_length=8,
                        verbose_name="way",
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=1, verbose_name="tries")),
                ("unit", _link("agencies.agency", django.db.models.deletion.PROTECT, "unit")),
                ("user", _link(settings.AUTH_USER_MODEL, django.db.models.deletion.CASCADE, "user")),
            ],
            options={
                "verbose_name": "failed sign-in",
                "verbose_name_plural": "failed sign-ins",
                "indexes": [models.Index(fields=["at"], name="failed_sign_in_at")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "address", "way", "minute"),
                        name="failed_sign_in_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldOff",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("place", "Name at one address"),
                            ("name", "Name, from everywhere"),
                            ("code", "Second factor"),
                            ("address", "Address"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="address")),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="since"
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="until")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released at")),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="reason")),
                (
                    "released_by",
                    _link(settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, "released by"),
                ),
                ("unit", _link("agencies.agency", django.db.models.deletion.PROTECT, "unit")),
                ("user", _link(settings.AUTH_USER_MODEL, django.db.models.deletion.CASCADE, "user")),
            ],
            options={
                "verbose_name": "sign-in held off",
                "verbose_name_plural": "sign-ins held off",
                "ordering": ["-since"],
                "indexes": [
                    models.Index(fields=["unit", "-since"], name="held_off_of_unit"),
                    models.Index(fields=["until"], name="held_off_until"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("released_at", None), ("released_by", None)),
                            models.Q(
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="held_off_released_by_somebody",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
