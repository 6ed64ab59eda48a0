"""A first big roster is held against merged records as fast as any later one."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0020_second_records.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0018_ages_over_time")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
