"""A first big roster finds who may be twice as fast as any later one."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0017_duplicates.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0015_transfer_codes")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
