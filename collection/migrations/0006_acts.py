"""Acts taken back: a retiree cost may be recorded again for the same months in the same period."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collection", "0005_money_by_day"), ("enrollment", "0008_acts")]

    # What was declared, taken back and declared again in one period stands there twice and reversed once; that no
    # month is counted twice is proven by verify, from the living rows.
    operations = [
        migrations.RunSQL(
            "drop index collection_retireecost_living",
            "create unique index collection_retireecost_living"
            " on collection_retireecost (employer_id, first_period, recorded_in) where sign = 1",
        )
    ]
