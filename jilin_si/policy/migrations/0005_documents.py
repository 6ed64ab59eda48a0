"""Legal documents entered on a page, titles in both languages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("policy", "0004_worked_examples")]

    operations = []
