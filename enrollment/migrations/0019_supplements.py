"""Supplementary transfers: what comes to an account after it was sent goes after it."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "0019_supplements.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0017_duplicates")]

    operations = [
        migrations.AddField(
            "transfer",
            "supplement_to",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supplements",
                to="enrollment.transfer",
                verbose_name="supplement to",
            ),
        ),
        migrations.RemoveConstraint("transfer", "transfer_one_under_way"),
        migrations.AddConstraint(
            "transfer",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "returned"]), ("supplement_to__isnull", True)),
                fields=("worker",),
                name="transfer_one_under_way",
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
