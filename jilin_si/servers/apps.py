from django.apps import AppConfig


class ServersConfig(AppConfig):
    name = "jilin_si.servers"
    label = "servers"
    verbose_name = "Servers"

    def ready(self) -> None:
        from jilin_si.servers import checks  # noqa: F401
