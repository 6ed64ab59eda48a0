"""Identity, special work and deemed months of a person, over all the records that are that person's."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0016_person.sql").read_text(encoding="utf-8")
UNDO = """
drop function person_identities(bigint);
drop function person_special_work(bigint);
drop function person_deemed(bigint);
drop function sees_person(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0012_arrears_at_a_split")]

    operations = [migrations.RunSQL(SQL, UNDO)]
