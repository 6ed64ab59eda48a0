"""Shared lists follow the days of a role."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0003_shared_today.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("web", "0002_lists"), ("access", "0005_granting")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
