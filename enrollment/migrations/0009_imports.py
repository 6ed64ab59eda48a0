"""Imports: headings that somebody corrected, and runs with progress."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0008_acts")]

    operations = []
