from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServersConfig(AppConfig):
    name = "jilin_si.servers"
    label = "servers"
    verbose_name = _("Servers")

    def ready(self) -> None:
        from jilin_si.servers import checks  # noqa: F401
