"""Who may sign in, and for which agencies or employers they act."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.agencies.models import FIRST_BUSINESS_DATE, BusinessDate


class Role(models.TextChoices):
    """The office's roles. What each sees is decided in ``scope.py``, who may give it in ``granting.py``."""

    CLERK = "clerk", _("Clerk")
    REVIEWER = "reviewer", _("Reviewer")
    FINANCE = "finance", _("Finance officer")
    HEAD = "head", _("County head")
    PREFECTURE = "prefecture", _("Prefecture staff")
    PROVINCE = "province", _("Provincial staff")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    EMPLOYER = "employer", _("Employer user")


class User(AbstractUser):
    """A person who signs in. Rights come from assignments, not from groups."""

    display_name = models.CharField(_("name"), max_length=64, blank=True)
    must_change_password = models.BooleanField(
        _("must change the password at the next sign-in"), default=False
    )
    unit = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("agency", "unit"),
    )
    """Whose head looks after this sign-in; the rights come from the assignments."""
    version = models.PositiveIntegerField(_("version"), default=0, db_default=0)
    """Goes up with each change by an administrator: an edit names the one it saw, a session takes a new key."""
    session_stamp = models.PositiveIntegerField(_("end of sessions"), default=0, db_default=0)
    """Goes up where all sessions are to end."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still fit: the password, and that nobody ended all sessions since."""
        if not self.session_stamp:
            return super()._get_session_auth_hash(secret)  # type: ignore[misc, no-any-return]
        return salted_hmac(
            "jilin_si.access.session",
            f"{self.password}/{self.session_stamp}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


def business_day() -> Coalesce:
    """The business date as an expression: asked within a query, not before it."""
    return Coalesce(
        models.Subquery(BusinessDate.objects.filter(id=1).values("day")[:1]),
        models.Value(FIRST_BUSINESS_DATE),
    )


class InForce(models.Manager["Assignment"]):
    """The assignments that hold today. Whoever asks for rights asks here, and an ended one is gone at once."""

    def get_queryset(self) -> models.QuerySet[Assignment]:
        day = business_day()
        return (
            super()
            .get_queryset()
            .filter(
                models.Q(first_day=None) | models.Q(first_day__lte=day),
                models.Q(last_day=None) | models.Q(last_day__gte=day),
            )
        )


class Assignment(models.Model):
    """A role of a user at one agency, or at one employer (``employer_id``, by number: this floor knows no employer).

    It holds from the first to the last day, both included; without one it is open on that side. ``objects`` are those
    that hold today, ``ever`` all.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=15, choices=Role.choices)
    agency = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    employer_id = models.IntegerField(_("employer"), null=True, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)

    objects = InForce()
    ever: models.Manager[Assignment] = models.Manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day=None)
                | models.Q(last_day=None)
                | models.Q(first_day__lte=models.F("last_day")),
                name="assignment_days_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(role="employer", employer_id__isnull=False, agency__isnull=True)
                | (~models.Q(role="employer") & models.Q(employer_id__isnull=True, agency__isnull=False)),
                name="assignment_has_its_place",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "agency", "employer_id"],
                nulls_distinct=False,
                name="assignment_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


from jilin_si.access.audit import AuditEntry as AuditEntry  # noqa: E402  (part of the app's models)
from jilin_si.access.chain import AuditSeal as AuditSeal  # noqa: E402
from jilin_si.access.held_off import FailedSignIn as FailedSignIn  # noqa: E402
from jilin_si.access.held_off import HeldOff as HeldOff  # noqa: E402
from jilin_si.access.once import HandedIn as HandedIn  # noqa: E402
