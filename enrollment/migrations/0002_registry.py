from pathlib import Path

from django.db import migrations

from jilin_si.access.rls import protect

SQL = (Path(__file__).parent.parent / "sql" / "0001_registry.sql").read_text(encoding="utf-8")

SEEN_WORKER = "exists (select 1 from enrollment_worker w where w.id = {}.pgh_obj_id)"
SEEN_EMPLOYMENT = "exists (select 1 from enrollment_employment e where e.worker_id = enrollment_worker.id)"


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0001_initial"),
        ("access", "0001_initial"),
        ("ledger", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        protect("enrollment_employer", employer="id"),
        protect("enrollment_coverage", employer="employer_id"),
        protect("enrollment_employment", employer="employer_id"),
        protect("enrollment_declaration", employer="employer_id"),
        protect("enrollment_declarationline", employer="employer_id"),
        protect("enrollment_worker", condition=SEEN_EMPLOYMENT, insert="true"),
        protect("enrollment_employerevent", employer="pgh_obj_id"),
        protect("enrollment_coverageevent", employer="employer_id"),
        protect("enrollment_employmentevent", employer="employer_id"),
        protect(
            "enrollment_workerevent",
            condition=SEEN_WORKER.format("enrollment_workerevent"),
            insert="true",
        ),
    ]
