from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0003_interest.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("collection", "0002_workermonth")]
    operations = [migrations.RunSQL(SQL, "drop function interest(bigint, bigint, integer)")]
