from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0006_find_workers.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0005_history_by_statement")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
