from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "0003_questions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0002_registry"),
        ("access", "0002_audit"),
    ]

    operations = [
        migrations.RemoveConstraint("declaration", "declaration_approved_once"),
        migrations.RemoveConstraint("declaration", "declaration_pending_once"),
        migrations.AddField(
            model_name="declaration",
            name="kind",
            field=models.CharField(
                choices=[("yearly", "Yearly base"), ("joining", "Joining")],
                db_default="yearly",
                default="yearly",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            "declaration",
            models.UniqueConstraint(
                condition=models.Q(("kind", "yearly"), ("state", "approved")),
                fields=("employer", "fee_year"),
                name="declaration_approved_once",
            ),
        ),
        migrations.AddConstraint(
            "declaration",
            models.UniqueConstraint(
                condition=models.Q(("kind", "yearly"), models.Q(("state", "approved"), _negated=True)),
                fields=("employer", "fee_year"),
                name="declaration_pending_once",
            ),
        ),
        migrations.RunSQL(
            SQL,
            """
            drop function identity_standings(text[], text[], date[]);
            drop function find_workers(text, text, integer);
            drop function namesakes(text, date);
            drop function organisation_code_taken(text, integer);
            """,
        ),
    ]
