from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "jilin_si.ledger"
    label = "ledger"
    verbose_name = _("Fund ledger")

    def ready(self) -> None:
        from jilin_si.access.rls import append_only
        from jilin_si.jobs.invariants import register
        from jilin_si.ledger.invariants import invariants
        from jilin_si.ledger.load import load_accounts
        from jilin_si.policy.bootstrap import register_step

        append_only("ledger_journal", "ledger_posting")
        register(invariants)
        register_step(20, "accounts", lambda: f"{load_accounts()}")
