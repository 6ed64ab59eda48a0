from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "jilin_si.users"
    label = "users"
    verbose_name = _("Users")

    def ready(self) -> None:
        from jilin_si.access.granting import MAY_LOOK
        from jilin_si.users.cards import register_cards
        from jilin_si.web.navigation import NavItem, register

        register_cards()
        register(
            NavItem(
                name=_("Users"),
                icon="user-cog",
                url_name="users:users",
                roles=tuple(str(role) for role in MAY_LOOK),
                order=95,
                match_prefix="/users/",
            )
        )
