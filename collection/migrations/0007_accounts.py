"""Accounts that move with their worker."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collection", "0006_acts")]

    operations = []
