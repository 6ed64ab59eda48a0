from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "jilin_si.web"
    label = "web"
    verbose_name = _("Web")

    def ready(self) -> None:
        from jilin_si.web.navigation import STAFF_ROLES, NavItem, register

        register(
            NavItem(
                name=_("Desk"),
                icon="layout-dashboard",
                url_name="desk",
                roles=STAFF_ROLES,
                order=10,
                match_prefix="/desk/",
                home_for=("clerk", "reviewer", "finance", "head", "administrator"),
            )
        )
