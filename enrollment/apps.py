from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrollment")

    def ready(self) -> None:
        from jilin_si.access.rls import append_only

        append_only(
            "enrollment_workerevent",
            "enrollment_employerevent",
            "enrollment_coverageevent",
            "enrollment_employmentevent",
        )
