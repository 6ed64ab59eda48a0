from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jilin_si.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from jilin_si.access import chain
        from jilin_si.jobs.invariants import Invariant, register

        register(  # access stands below this room and cannot register by itself
            lambda: [
                Invariant(
                    "access.digests", "Every entry of the audit trail is as it was written.", chain.DIGESTS
                ),
                Invariant("access.seals", "The seals of the audit trail fit together and hold.", chain.SEALS),
            ]
        )
