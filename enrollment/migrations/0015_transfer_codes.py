"""A check code on each transfer form, those sent before too; a unit for who acts for employers alone."""

from pathlib import Path
from typing import Any

from django.db import migrations, models

from enrollment.check_codes import new_code

SQL = (Path(__file__).parent.parent / "sql" / "0015_transfer_codes.sql").read_text(encoding="utf-8")


def give_codes(apps: Any, schema_editor: Any) -> None:
    """Codes for the forms that were sent before; the trigger that keeps what was sent stands aside for it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("alter table enrollment_transfer disable trigger keeps")
        cursor.execute("select id from enrollment_transfer order by id")
        codes = [(new_code(), pk) for (pk,) in cursor.fetchall()]
        cursor.executemany("update enrollment_transfer set check_code = %s where id = %s", codes)
        cursor.execute("alter table enrollment_transfer enable trigger keeps")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0016_person"), ("access", "0005_granting")]

    operations = [
        migrations.AddField(
            "transfer",
            "check_code",
            models.CharField(editable=False, max_length=14, null=True, verbose_name="check code"),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            "transfer",
            "check_code",
            models.CharField(
                default=new_code, editable=False, max_length=14, unique=True, verbose_name="check code"
            ),
        ),
        migrations.RunSQL(SQL, "drop function enrollment_check_transfer(text)"),
    ]
