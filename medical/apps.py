from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MedicalConfig(AppConfig):
    name = "medical"
    verbose_name = _("Medical")

    def ready(self) -> None:
        from collection.lines import register
        from medical.contribution import MedicalContribution

        register(MedicalContribution())
