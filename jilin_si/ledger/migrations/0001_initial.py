from pathlib import Path

from django.db import migrations

from jilin_si.access.rls import protect

SQL = (Path(__file__).parent.parent / "sql" / "0001_ledger.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("agencies", "0001_initial"), ("access", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SQL,
            "drop table ledger_balance, ledger_posting, ledger_journal, ledger_account, ledger_period cascade;"
            "drop function ledger_posting_balances, ledger_journal_period_is_open, ledger_period_moves_forward,"
            " refuse_change; drop domain period_date; drop domain line_code;",
        ),
        protect("ledger_period", "agency_id"),
        protect("ledger_journal", "agency_id"),
        protect(
            "ledger_posting",
            condition="exists (select 1 from ledger_journal j where j.journal_id = ledger_posting.journal_id)",
        ),
        protect("ledger_balance", "agency_id"),
    ]
