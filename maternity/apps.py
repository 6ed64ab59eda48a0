from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MaternityConfig(AppConfig):
    name = "maternity"
    verbose_name = _("Maternity")

    def ready(self) -> None:
        from collection.lines import register
        from maternity.contribution import MaternityContribution

        register(MaternityContribution())
