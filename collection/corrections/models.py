"""A correction request: who asks, about what, on which evidence, and what a second person decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.scope import ScopedManager


class Correction(models.Model):
    """One case (更正申请). ``asked`` holds what is to stand, ``stood`` what stood when it was entered.

    ``effect`` keeps, from the approval on, what the next assessment bills or takes back for it (fen, a line and month).
    Entering and deciding are two persons' work (a constraint); a case decided stays as it is (a trigger).
    """

    class About(models.TextChoices):
        NAME = "name", pgettext_lazy("person", "Name")
        BIRTH_DATE = "birth_date", _("Birth date")
        IDENTITY_NUMBER = "identity_number", _("Identity number")
        FIRST_WORK_DATE = "first_work_date", _("Started work")
        WAGE = "wage", _("Declared wage")
        MONTHS = "months", _("Months of employment")

    class AskedBy(models.TextChoices):
        WORKER = "worker", _("The worker")
        EMPLOYER = "employer", _("The employer")

    class State(models.TextChoices):
        WAITING = "waiting", _("To decide")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    employer = models.ForeignKey(
        "enrollment.Employer", models.PROTECT, related_name="+", verbose_name=_("employer")
    )
    worker = models.ForeignKey(
        "enrollment.Worker", models.PROTECT, related_name="corrections", verbose_name=_("worker")
    )
    about = models.CharField(_("about"), max_length=16, choices=About.choices)
    asked_by = models.CharField(_("asked by"), max_length=8, choices=AskedBy.choices)
    asked = models.JSONField(_("to stand"), default=dict)
    stood = models.JSONField(_("stood"), default=dict)
    evidence_no = models.CharField(_("document"), max_length=80)
    evidence = models.CharField(_("what it proves"), max_length=500)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    entered_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    entered_on = models.DateField(_("entered on"))
    decided_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)
    refusal = models.CharField(_("why refused"), max_length=500, blank=True, default="")
    recorded_in = models.DateField(_("recorded in"), null=True)
    effect = models.JSONField(_("effect"), default=list)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(entered_by__isnull=True)
                | ~Q(decided_by=models.F("entered_by")),
                name="correction_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_on__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_on__isnull=False)),
                name="correction_decided_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""), name="correction_refused_why"
            ),
            models.CheckConstraint(
                condition=~Q(evidence_no="") & ~Q(evidence=""), name="correction_has_evidence"
            ),
            models.UniqueConstraint(
                fields=["worker", "about"], condition=Q(state="waiting"), name="correction_waits_once"
            ),
        ]
        indexes = [models.Index(fields=["county", "state"], name="correction_of_county")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number on its documents: GZ-000012."""
        return f"GZ-{self.pk:06d}"
