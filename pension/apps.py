from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PensionConfig(AppConfig):
    name = "pension"
    verbose_name = _("Pension")

    def ready(self) -> None:
        from collection.lines import register
        from enrollment.hooks import register_retiree_reserve
        from pension.contribution import PensionContribution
        from pension.estimate.staff import register_estimate
        from pension.reserve import retiree_reserve
        from pension.retiring.desk import register_cards

        register(PensionContribution())
        register_cards()
        register_estimate()
        register_retiree_reserve(retiree_reserve)
