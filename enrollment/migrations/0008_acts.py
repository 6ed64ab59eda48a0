"""What happens to an employer, and how an act is taken back."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0007_newest_employments")]

    operations = []
