"""What a worker's record says besides, and how two records become one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0009_imports")]

    operations = []
