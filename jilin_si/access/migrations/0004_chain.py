"""The audit trail's chain."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0003_audit_day")]

    operations = []
