"""What acts of the registry change in what is owed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collection", "0005_money_by_day")]

    operations = []
