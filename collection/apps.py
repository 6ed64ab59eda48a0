from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "collection"
    verbose_name = _("Collection")

    def ready(self) -> None:
        from collection.invariants import invariants
        from jilin_si.access.rls import append_only
        from jilin_si.jobs.invariants import register

        register(invariants)

        append_only(
            "collection_spell",
            "collection_retireecost",
            "collection_assessmentparameter",
            "collection_bill",
            "collection_receipt",
            "collection_allocation",
            "collection_paidbill",
            "collection_accountyear",
        )
