"""Who may sign in, and for which agencies or employers they act."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The office's roles. What each sees is decided in ``scope.py``, what each may do in ``permissions.py``."""

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

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username


class Assignment(models.Model):
    """A role of a user at one agency, or at one employer (``employer_id``, by number: this floor knows no employer)."""

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

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
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
from jilin_si.access.once import HandedIn as HandedIn  # noqa: E402
