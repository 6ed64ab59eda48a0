import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect

USER = "nullif((select current_setting('app.user', true)), '')::bigint"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120, verbose_name="key")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("url", models.CharField(max_length=300, verbose_name="page")),
                ("progress", models.CharField(blank=True, max_length=100, verbose_name="progress")),
                ("body", models.JSONField(default=dict, verbose_name="content")),
                ("saved_at", models.DateTimeField(auto_now=True, verbose_name="saved at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "ordering": ["-saved_at"],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="draft_once")],
            },
        ),
        protect("web_draft", condition=f"user_id = {USER}"),
    ]
