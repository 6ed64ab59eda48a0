"""What the office did about something that was not reported: called, asked, was told why."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager


class FollowUp(models.Model):
    """One step after a silent employer or a broken month (催报): a call, a visit, a question, an answer.

    Without ``employment`` it is about the employer's declaration, with it about one worker's months. An answer that
    ``explains`` takes the worker's gap off the list; an employer stays on it until the declaration is there. Steps
    made in one go over a list carry the number of that run, and are taken back with it.
    """

    class How(models.TextChoices):
        CALLED = "called", _("Called")
        VISITED = "visited", _("Visited")
        WRITTEN = "written", _("Reminded in writing")
        ASKED = "asked", _("Asked in the employer's portal")
        ANSWERED = "answered", _("They answered")

    id = models.BigAutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    employer = models.ForeignKey(
        "enrollment.Employer", models.PROTECT, related_name="follow_ups", verbose_name=_("employer")
    )
    employment = models.ForeignKey(
        "enrollment.Employment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("employment"),
    )
    period = models.DateField(_("period"))
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    said = models.CharField(_("what was said"), max_length=300, blank=True, default="")
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    explains = models.BooleanField(_("explains the gap"), default=False)
    run = models.BigIntegerField(_("run"), null=True, blank=True)
    day = models.DateField(_("day"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    made_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        "access.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )

    scope_employer = None
    objects = ScopedManager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(explains=False) | models.Q(employment__isnull=False) & ~models.Q(said=""),
                name="follow_up_explains_a_workers_gap",
            )
        ]
        indexes = [
            models.Index(fields=["employer", "-id"], name="follow_up_of_employer"),
            models.Index(fields=["run"], condition=models.Q(run__isnull=False), name="follow_up_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_how_display()}"
