from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoolingConfig(AppConfig):
    name = "pooling"
    verbose_name = _("Pooling")

    def ready(self) -> None:
        from collection.names import register_journal_kinds
        from jilin_si.access.rls import append_only
        from jilin_si.jobs import invariants, reconciler
        from pooling import month
        from pooling.desk import register_cards
        from pooling.explain import register_traces
        from pooling.invariants import invariants as own_invariants
        from pooling.navigation import register_entries

        append_only("pooling_pensionpayment")
        register_journal_kinds(
            {
                "remitted_up": _("Remitted to the province"),
                "remittance_received": _("Remittance received"),
                "to_reserve": _("Part of a remittance to the reserve"),
                "redistributed": _("Redistributed to the units"),
                "redistribution_received": _("Redistribution received"),
                "pensions_paid": _("Pensions paid"),
            }
        )
        invariants.register(own_invariants)
        reconciler.register(month.MONTH, month.resume_month)
        reconciler.register(month.PENSIONS, month.resume_pensions)
        register_entries()
        register_cards()
        register_traces()
