from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PensionConfig(AppConfig):
    name = "pension"
    verbose_name = _("Pension")

    def ready(self) -> None:
        from collection.lines import register
        from pension.contribution import PensionContribution
        from pension.estimate.staff import register_estimate
        from pension.retiring.desk import register_cards

        register(PensionContribution())
        register_cards()
        register_estimate()
