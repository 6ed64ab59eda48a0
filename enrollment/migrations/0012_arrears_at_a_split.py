"""Who takes the arrears at a split (REST-5): agreed in a document, else they stay where they arose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0014_newcomers"),
    ]

    operations = [
        migrations.AddField(
            model_name="employerchange",
            name="arrears_taken",
            field=models.BooleanField(default=False, verbose_name="arrears taken over by the new employer"),
        ),
        migrations.AddConstraint(
            model_name="employerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("arrears_taken", False),
                    models.Q(("kind", "split"), models.Q(("document_no", ""), _negated=True)),
                    _connector="OR",
                ),
                name="employer_change_arrears_by_agreement",
            ),
        ),
    ]
