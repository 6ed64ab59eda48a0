from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrollment")

    def ready(self) -> None:
        from enrollment.desk import register_cards
        from enrollment.explain import register_traces
        from enrollment.invariants import invariants
        from enrollment.navigation import register_entries
        from jilin_si.access.rls import append_only
        from jilin_si.jobs.invariants import register

        register(invariants)
        register_entries()
        register_cards()
        register_traces()

        append_only(
            "enrollment_workerevent",
            "enrollment_employerevent",
            "enrollment_coverageevent",
            "enrollment_employmentevent",
        )
