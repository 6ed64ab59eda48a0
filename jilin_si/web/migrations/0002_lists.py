"""Lists kept under a name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("web", "0001_drafts")]

    operations = []
