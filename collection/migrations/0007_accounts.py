"""Accounts that move with their worker."""

from pathlib import Path

from django.db import migrations, models

import jilin_si.money
from jilin_si.access.rls import protect, sees

SQL = (Path(__file__).parent.parent / "sql" / "0007_accounts.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("collection", "0006_acts"), ("enrollment", "0010_people"), ("ledger", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AccountMove",
            fields=[
                ("move_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sent_in", models.DateField(verbose_name="sent in")),
                ("own", jilin_si.money.MoneyField(db_column="own_fen", verbose_name="own part")),
                ("unit", jilin_si.money.MoneyField(db_column="unit_fen", verbose_name="unit part")),
                ("interest_own", jilin_si.money.MoneyField(db_column="interest_own_fen")),
                ("interest_unit", jilin_si.money.MoneyField(db_column="interest_unit_fen")),
                ("months", models.PositiveSmallIntegerField(verbose_name="contribution months")),
                ("rate_ppm", models.IntegerField(verbose_name="book rate")),
                ("arrived_in", models.DateField(null=True, verbose_name="arrived in")),
            ],
            options={
                "verbose_name": "account moved",
                "verbose_name_plural": "accounts moved",
                "db_table": "collection_accountmove",
                "managed": False,
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        protect("collection_accountmove", condition=f"({sees('county_id')} or {sees('to_county_id')})"),
    ]
