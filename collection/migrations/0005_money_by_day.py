from django.db import migrations


class Migration(migrations.Migration):
    """Money of a unit by the day it came in, newest first, as the list of receipts reads it."""

    dependencies = [("collection", "0004_pages")]
    operations = [
        migrations.RunSQL(
            "create index collection_bankline_day on collection_bankline (county_id, received_on, id)",
            "drop index collection_bankline_day",
        )
    ]
