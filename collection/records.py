"""What the pages of collection keep of their own: bank files as handed in, and statements as issued."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager


class BankFile(models.Model):
    """A bank's file as it was handed in. The same file for the same unit is taken once and shows its first result."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Account statement")
        COLLECTION = "collection", _("Results of entrusted collection")

    class State(models.TextChoices):
        PREVIEW = "preview", _("Waiting to be taken in")
        COMMITTED = "committed", _("Taken in")

    id = models.BigAutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    bank = models.CharField(_("bank"), max_length=100)
    sha256 = models.CharField(_("digest"), max_length=64)
    body = models.BinaryField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PREVIEW)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    uploaded_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("handed in"), db_default=Now())
    committed_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField(_("taken in"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        constraints = [
            models.UniqueConstraint(fields=["county", "sha256"], name="bank_file_once"),
            models.CheckConstraint(
                condition=models.Q(state="preview") | models.Q(committed_at__isnull=False),
                name="bank_file_committed_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IssuedStatement(models.Model):
    """A statement as it was issued: its figures are kept, and its files are drawn from them again.

    ``code`` stands on the paper; whoever holds it can have the office confirm ``figures`` (fen by name).
    """

    class Kind(models.TextChoices):
        CONTRIBUTION = "contribution", _("Contribution statement")
        ACCOUNT = "account", _("Account statement")
        CLAIM = "claim", _("Claim sheet")

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(_("check code"), max_length=14, unique=True)
    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.PROTECT, related_name="+")
    worker = models.ForeignKey("enrollment.Worker", models.PROTECT, null=True, related_name="+")
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"))
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(_("issued at"), db_default=Now())
    figures = models.JSONField(_("figures"), default=dict)
    people = models.PositiveIntegerField(_("people"), default=0)
    sha256 = models.CharField(_("digest"), max_length=64)
    content = models.BinaryField(_("content"))

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("issued statement")
        verbose_name_plural = _("issued statements")
        ordering = ["-id"]
        indexes = [models.Index(fields=["employer", "-id"], name="statements_of_employer")]

    def __str__(self) -> str:
        return self.number
