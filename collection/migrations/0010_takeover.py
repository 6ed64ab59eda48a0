"""Arrears follow the employer (REST-5): who pays for whom, and what the successor's own people may read of it."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "0010_takeover.sql").read_text(encoding="utf-8")
_ACTS = "(select nullif(current_setting('app.employers', true), '')) is not null"
# What an employer reads of one whose arrears it took over: the bills of those months, and the money that met them.
READ = {
    "collection_bill": "collection_pays_for(employer_id, due_period)",
    "collection_openitem": "collection_pays_for(employer_id, due_period)",
    "collection_allocation": (
        "exists (select 1 from collection_bill b where b.bill_id = collection_allocation.bill_id)"
    ),
    "collection_receipt": (
        "exists (select 1 from collection_allocation a where a.receipt_id = collection_receipt.receipt_id)"
    ),
    "collection_unapplied": "collection_pays_for(employer_id, '9999-12-01')",
}
POLICIES = ";".join(
    f"create policy taken_over on {table} for select to jsi_app using ({_ACTS} and {rule})"
    for table, rule in READ.items()
)
DROP_POLICIES = ";".join(f"drop policy taken_over on {table}" for table in reversed(READ))
UNDO = """
drop trigger money_followed on enrollment_employerchange;
drop function collection_event_is_kept();
drop function collection_met_across(bigint);
drop function collection_pays_for(int, date);
drop function collection_payers(date, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0009_office"),
        ("enrollment", "0012_arrears_at_a_split"),
    ]

    operations = [
        migrations.RunSQL(SQL, UNDO),
        migrations.RunSQL(POLICIES, DROP_POLICIES),
    ]
