from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0002_workermonth.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("collection", "0001_initial"), ("policy", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "drop view collection_workermonth")]
