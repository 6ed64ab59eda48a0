from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_audit")]

    operations = [
        migrations.AddField("auditentry", "day", models.DateField(null=True, verbose_name="business date")),
    ]
