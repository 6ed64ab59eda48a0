from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SampleConfig(AppConfig):
    name = "sample"
    verbose_name = _("Sample province")

    def ready(self) -> None:
        from jilin_si.access.rls import READ_ONLY
        from jilin_si.access.signin import register_sample_signins
        from jilin_si.web.navigation import STAFF_ROLES, NavItem, register
        from sample.users import sample_signins

        register_sample_signins(sample_signins)
        READ_ONLY.add("sample_sampleprovince")
        if settings.DEMO:
            register(
                NavItem(
                    _("Practice"),
                    "school",
                    "sample:practice",
                    STAFF_ROLES,
                    order=95,
                    match_prefix="/sample/practice/",
                )
            )
