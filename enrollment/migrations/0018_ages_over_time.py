"""The list of who nears retirement reads an identity that changed around the age as the estimate does."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0018_ages_over_time.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0019_supplements")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
