from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrollment")

    def ready(self) -> None:
        from enrollment.acts.register import register_acts
        from enrollment.bulk_acts import register_acts as register_bulk_acts
        from enrollment.desk import register_cards
        from enrollment.explain import register_traces
        from enrollment.imports import running
        from enrollment.invariants import invariants
        from enrollment.known_employers import register as register_known_employers
        from enrollment.navigation import register_entries
        from enrollment.people_cards import register_people_cards
        from jilin_si.access.rls import append_only
        from jilin_si.jobs import reconciler
        from jilin_si.jobs.invariants import register

        register(invariants)
        reconciler.register(running.JOB, running.resume)
        register_entries()
        register_known_employers()
        register_acts()
        register_cards()
        register_bulk_acts()
        register_people_cards()
        register_traces()

        append_only(
            "enrollment_workerevent",
            "enrollment_employerevent",
            "enrollment_coverageevent",
            "enrollment_employmentevent",
            "enrollment_specialworkevent",
            "enrollment_identityspanevent",
            "enrollment_deemedevidence",
            "enrollment_changedemployment",
            "enrollment_undoneact",
        )
