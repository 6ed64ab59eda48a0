from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "collection"
    verbose_name = _("Collection")

    def ready(self) -> None:
        from collection.declared import explain_wage, wage_rules
        from collection.invariants import invariants
        from collection.opening import record_declaration, record_leaver
        from collection.pages import register_pages
        from collection.parameter_changes import refuse_assessed_months
        from collection.parameter_effects import LastMonth
        from enrollment import hooks
        from jilin_si.access.rls import append_only
        from jilin_si.jobs.invariants import register
        from jilin_si.policy.services import register_period_guard
        from jilin_si.policy.what_if import register_month

        register(invariants)
        hooks.on_declaration_approved.register(record_declaration)
        hooks.on_employment_ended.register(record_leaver)
        hooks.register_wage_rules(wage_rules, explain_wage)
        register_period_guard(refuse_assessed_months)
        register_month(LastMonth())

        append_only(
            "collection_spell",
            "collection_retireecost",
            "collection_assessmentparameter",
            "collection_bill",
            "collection_receipt",
            "collection_allocation",
            "collection_paidbill",
            "collection_accountyear",
            "collection_issuedstatement",
        )
        register_pages()
