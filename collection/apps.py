from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "collection"
    verbose_name = _("Collection")

    def ready(self) -> None:
        from collection.account_moves import (
            JOURNAL_KINDS,
            money_of,
            receive_account,
            send_account,
            take_account_back,
        )
        from collection.corrections.coverages import coverage_page, line_effect
        from collection.declared import explain_wage, wage_rules
        from collection.gaps import months_without_spell
        from collection.invariants import invariants
        from collection.move_invariants import invariants as move_invariants
        from collection.names import register_journal_kinds
        from collection.opening import record_declaration, record_leaver, record_leavers
        from collection.pages import register_pages
        from collection.parameter_changes import refuse_assessed_months
        from collection.parameter_effects import LastMonth
        from collection.selectors.claims import claim
        from collection.selectors.takeovers import met_across
        from collection.succession import (
            charge_people_back,
            charge_taken_over,
            charged,
            employer_sums,
            payments,
            running_wages,
            take_back_declaration,
        )
        from collection.supplements.services import count_again
        from enrollment import hooks
        from jilin_si.access.rls import append_only
        from jilin_si.jobs.invariants import register
        from jilin_si.policy.services import register_period_guard
        from jilin_si.policy.what_if import register_month

        register(invariants)
        register(move_invariants)
        hooks.on_declaration_approved.register(record_declaration)
        hooks.on_employment_ended.register(record_leaver)
        hooks.on_people_left.register(record_leavers)
        hooks.on_people_back.register(charge_people_back)
        hooks.on_people_taken_over.register(charge_taken_over)
        hooks.on_declaration_taken_back.register(take_back_declaration)
        hooks.register_employer_sums(employer_sums, running_wages)
        hooks.register_charged(charged)
        hooks.register_payments(payments)
        hooks.register_line_effect(line_effect, coverage_page)
        hooks.register_met_across(met_across)
        hooks.register_claim(claim)
        hooks.on_transfer_sent.register(send_account)
        hooks.on_transfer_arrived.register(receive_account)
        hooks.on_transfer_back.register(take_account_back)
        hooks.on_transfer_arrived.register(count_again)
        hooks.on_transfer_back.register(count_again)
        hooks.register_money_of(money_of)
        hooks.register_wage_rules(wage_rules, explain_wage)
        register_journal_kinds(JOURNAL_KINDS)
        hooks.register_month_gaps(months_without_spell)
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
            "collection_tradeclass",
            "collection_linechange",
        )
        register_pages()
