"""What the desk and its lists keep."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0010_people")]

    operations = []
