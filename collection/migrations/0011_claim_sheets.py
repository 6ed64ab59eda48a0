"""A claim sheet is one of the papers that are issued under a check code."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0013_employer_corrections"),
    ]

    operations = [
        migrations.AlterField(
            model_name="issuedstatement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contribution", "Contribution statement"),
                    ("account", "Account statement"),
                    ("claim", "Claim sheet"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
    ]
