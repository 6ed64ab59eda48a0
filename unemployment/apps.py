from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnemploymentConfig(AppConfig):
    name = "unemployment"
    verbose_name = _("Unemployment")

    def ready(self) -> None:
        from collection.lines import register
        from unemployment.contribution import UnemploymentContribution

        register(UnemploymentContribution())
