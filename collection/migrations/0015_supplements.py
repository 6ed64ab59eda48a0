"""Rests of accounts that were sent: found over sets, and sent after the account."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0015_supplements.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("collection", "0011_claim_sheets"), ("enrollment", "0019_supplements")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
