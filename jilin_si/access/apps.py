from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "jilin_si.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from jilin_si.access.rls import READ_ONLY, append_only, grant_privileges

        append_only("access_auditentry")
        READ_ONLY.update({"access_auditseal", "access_failedsignin"})
        post_migrate.connect(grant_privileges, dispatch_uid="access.grant_privileges")
