"""Held off (暂停登录): a name or an address after too many failed tries; told to who looks after it, and released.

Each failed try is counted by name, address and minute. A name that nobody has is counted and never kept: a password
may be typed into its field. Whoever signs in well is told how many tries there were since the last time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.db.models import Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.audit import record

if TYPE_CHECKING:
    from django.http import HttpRequest

    from jilin_si.access.models import User

log = structlog.get_logger(__name__)

KEPT_DAYS = 90
_NOTED = "_failed_sign_in_noted"


class SeenManager(models.Manager[Any]):
    """What the active scope may see: its own units' (``scope.ScopedManager``, which needs the users' tables first)."""

    def get_queryset(self) -> models.QuerySet[Any]:
        from jilin_si.access.scope import current

        scope = current()
        queryset = super().get_queryset()
        return queryset if scope.everything else queryset.filter(unit_id__in=scope.units)


class Tried(models.Model):
    """Whose name was tried, who looks after it, and from where; nobody's name has neither of the first two."""

    user = models.ForeignKey(
        "access.User", models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    unit = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("agency", "unit"),
    )
    address = models.GenericIPAddressField(_("address"), null=True)

    objects = SeenManager()

    class Meta:
        abstract = True


class FailedSignIn(Tried):
    """Failed tries of one name from one address within one minute; without a user the name is nobody's."""

    class Way(models.TextChoices):
        PASSWORD = "password", _("Password")
        CODE = "code", _("Second factor")
        REFUSED = "refused", _("Refused while held off")

    id = models.BigAutoField(primary_key=True)
    minute = models.DateTimeField(_("minute"))
    at = models.DateTimeField(_("last try"))
    way = models.CharField(_("way"), max_length=8, choices=Way.choices)
    tries = models.PositiveIntegerField(_("tries"), default=1)

    class Meta:
        app_label = "access"
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "address", "way", "minute"], nulls_distinct=False, name="failed_sign_in_once"
            )
        ]
        indexes = [models.Index(fields=["at"], name="failed_sign_in_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user or ''}".strip()


class HeldOff(Tried):
    """A name, a second factor or an address that may not be tried for a while; released early with a reason."""

    class Kind(models.TextChoices):
        PLACE = "place", _("Name at one address")
        NAME = "name", _("Name, from everywhere")
        CODE = "code", _("Second factor")
        ADDRESS = "address", _("Address")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    since = models.DateTimeField(_("since"), db_default=Now())
    until = models.DateTimeField(_("until"))
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    # by ``with_tries``
    tries: int
    addresses: int

    class Meta:
        app_label = "access"
        verbose_name = _("sign-in held off")
        verbose_name_plural = _("sign-ins held off")
        ordering = ["-since"]
        indexes = [
            models.Index(fields=["unit", "-since"], name="held_off_of_unit"),
            models.Index(fields=["until"], name="held_off_until"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None, reason="")
                | (models.Q(released_at__isnull=False, released_by__isnull=False) & ~models.Q(reason="")),
                name="held_off_released_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.user or self.address or ''}".strip()

    @property
    def live(self) -> bool:
        """Whether it still holds."""
        return self.released_at is None and self.until > timezone.now()


def cool_off() -> timedelta:
    """How long one is held off."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def address_of(request: HttpRequest) -> str | None:
    """From where somebody asks, as django-axes counts it."""
    from axes.helpers import get_client_ip_address

    return getattr(request, "axes_ip_address", None) or get_client_ip_address(request)


def known_user(name: str) -> User | None:
    """Who has this sign-in name."""
    from jilin_si.access.models import User  # it lists this module's tables

    return User.objects.filter(username__iexact=name).first() if name and "\x00" not in name else None


def note_failed(request: HttpRequest, user: User | None, way: str = FailedSignIn.Way.PASSWORD) -> None:
    """Count a failed try, once a request; by the database, which lets nobody who is not signed in read it back."""
    if getattr(request, _NOTED, False):
        return
    setattr(request, _NOTED, True)
    with connection.cursor() as cursor:
        cursor.execute(
            "select access_note_failed(%s, %s::inet, %s)",
            [user.pk if user else None, address_of(request), way],
        )
    log.info(
        "sign_in_failed", name=user.username if user else "unknown", address=address_of(request), way=str(way)
    )


def hold_off(request: HttpRequest, kind: str, user: User | None, seconds: float | None = None) -> None:
    """Somebody is held off from now on: told to who looks after it, and in the log when it begins."""
    lasts = cool_off() if seconds is None else timedelta(seconds=seconds)
    until = timezone.now() + lasts
    address = address_of(request)
    with connection.cursor() as cursor:
        cursor.execute(
            "select access_hold_off(%s, %s, %s::inet, %s)",
            [kind, user.pk if user else None, address, until],
        )
        (begins,) = cursor.fetchone()
    if begins:
        log.warning(
            "sign_in_held_off",
            kind=str(kind),
            name=user.username if user else "unknown",
            address=address,
            until=until.isoformat(timespec="seconds"),
        )


def failed_since(user: User, since: datetime | None) -> int:
    """How many tries failed under somebody's name since a moment. Asked in that person's own scope."""
    from jilin_si.access.scope import acting_as, scope_of

    with acting_as(scope_of(user)):
        tries = FailedSignIn._base_manager.filter(user=user, **({"at__gt": since} if since else {}))
        return int(tries.aggregate(sum=Sum("tries"))["sum"] or 0)


_COUNTED = """
(select {what} from access_failedsignin f
 where f.at >= access_heldoff.since - %s::interval
   and f.at <= coalesce(access_heldoff.released_at, access_heldoff.until)
   and (access_heldoff.kind = 'address' or f.user_id is not distinct from access_heldoff.user_id)
   and (access_heldoff.kind not in ('place', 'address') or f.address is not distinct from access_heldoff.address))
"""


def with_tries(found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The same with ``tries`` and ``addresses``: what was counted from a cool-off before it to its end."""
    return found.annotate(
        tries=RawSQL(_COUNTED.format(what="coalesce(sum(f.tries), 0)"), [cool_off()]),
        addresses=RawSQL(_COUNTED.format(what="count(distinct f.address)"), [cool_off()]),
    )


def release(request: HttpRequest, held: HeldOff, *, by: User, reason: str) -> None:
    """Let a name or an address try again at once. For who looks after it; PermissionDenied for anybody else."""
    from jilin_si.access.granting import granter_of  # it knows users, whose app lists this module's tables

    granter = granter_of(by)
    held = with_tries(HeldOff.objects.select_for_update(of=["self"])).get(pk=held.pk)
    if not (granter.may_release(held) and held.live):
        raise PermissionDenied
    held.released_at, held.released_by, held.reason = timezone.now(), by, reason
    held.save(update_fields=["released_at", "released_by", "reason"])
    forget_tries(request, held.user, held.address if held.kind != HeldOff.Kind.NAME else None, held.kind)
    record(
        "release_held_off",
        by=by,
        about="user" if held.user_id else "held_off",
        number=held.user_id or held.pk,
        county_id=held.unit_id,
        reason=reason,
        details={
            "kind": held.kind,
            "since": held.since,
            "until": held.until,
            "tries": held.tries,
            "addresses": held.addresses,
        },
    )


def forget_tries(request: HttpRequest, user: User | None, address: str | None, kind: str = "") -> None:
    """Let the counters forget: those of a name (everywhere, or at one address), of a second factor, of an address."""
    from allauth.account.adapter import get_adapter
    from allauth.core import ratelimit
    from axes.utils import reset
    from django.http import HttpRequest as Request

    if user is not None:
        if kind in ("", HeldOff.Kind.PLACE, HeldOff.Kind.NAME):
            reset(ip=address, username=user.username.lower())
            get_adapter(request)._delete_login_attempts_cached_email(request, username=user.username)
        if kind in ("", HeldOff.Kind.CODE):
            ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{user.pk}")
    elif address:
        asked = Request()
        asked.META["REMOTE_ADDR"] = address
        if kind == HeldOff.Kind.PLACE:
            reset(ip=address)
        else:
            ratelimit.clear(asked, action="login")


def forget_old_tries() -> int:
    """Forget the tries of more than ninety days ago (beat, as the owner). What was held off stays."""
    old = FailedSignIn._base_manager.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    return old.delete()[0]
