"""A correction request: who asks, about what, on which evidence, and what a second person decided.

It is about a worker's record or about an employer's own. An employer may ask for it on line: a clerk takes it up.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.scope import ScopedManager, ScopedQuerySet, current

# What is wrong about the employer itself; the other kinds are about a worker.
EMPLOYER_KINDS = [
    "employer_name",
    "organisation_code",
    "ownership",
    "industry",
    "trade_class",
    "retirees",
    "coverage",
]


class CorrectionManager(ScopedManager):
    """Cases of the unit; an employer's users see those that the employer asked for."""

    def get_queryset(self) -> ScopedQuerySet:
        queryset = super().get_queryset()
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(Q(county_id__in=scope.units) | Q(asked_by="employer"))


class Correction(models.Model):
    """One case (更正申请). ``asked`` holds what is to stand, ``stood`` what stood when it was entered.

    ``effect`` keeps, from the approval on, what the next assessment bills or takes back for it (fen, a line and month),
    ``written`` the months as they stood before and after, so that a counter-case (``counter_of``) restores just them.
    ``requested`` and ``request`` are the employer's own words where it asked on line. Entering and deciding are two
    persons' work (a constraint); each step is taken once (a trigger). A case without a worker is about the employer.
    """

    class About(models.TextChoices):
        NAME = "name", pgettext_lazy("person", "Name")
        BIRTH_DATE = "birth_date", _("Birth date")
        IDENTITY_NUMBER = "identity_number", _("Identity number")
        FIRST_WORK_DATE = "first_work_date", _("Started work")
        WAGE = "wage", _("Declared wage")
        MONTHS = "months", _("Months of employment")
        EMPLOYER_NAME = "employer_name", _("Employer's name")
        ORGANISATION_CODE = "organisation_code", _("Organisation code")
        OWNERSHIP = "ownership", _("Ownership")
        INDUSTRY = "industry", _("Industry")
        TRADE_CLASS = "trade_class", _("Injury risk class")
        RETIREES = "retirees", _("Retirees and their cost")
        COVERAGE = "coverage", _("Coverage by a line")

    class AskedBy(models.TextChoices):
        WORKER = "worker", _("The worker")
        EMPLOYER = "employer", _("The employer")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked by the employer")
        WAITING = "waiting", _("To decide")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.BigAutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    employer = models.ForeignKey(
        "enrollment.Employer", models.PROTECT, related_name="+", verbose_name=_("employer")
    )
    worker = models.ForeignKey(
        "enrollment.Worker", models.PROTECT, null=True, related_name="corrections", verbose_name=_("worker")
    )
    about = models.CharField(_("about"), max_length=20, choices=About.choices)
    asked_by = models.CharField(_("asked by"), max_length=8, choices=AskedBy.choices)
    asked = models.JSONField(_("to stand"), default=dict)
    stood = models.JSONField(_("stood"), default=dict)
    evidence_no = models.CharField(_("document"), max_length=80, blank=True, default="")
    evidence = models.CharField(_("what it proves"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    requested_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    requested_on = models.DateField(_("asked for on"), null=True)
    requested = models.JSONField(_("asked for"), default=dict)
    request = models.CharField(_("what the employer writes"), max_length=500, blank=True, default="")
    entered_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    entered_on = models.DateField(_("entered on"), null=True)
    decided_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)
    refusal = models.CharField(_("why refused"), max_length=500, blank=True, default="")
    recorded_in = models.DateField(_("recorded in"), null=True)
    effect = models.JSONField(_("effect"), default=list)
    written = models.JSONField(_("months before and after"), default=dict)
    counter_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="counter_cases")

    scope_employer = "employer_id"
    objects = CorrectionManager()

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
                condition=Q(state__in=["asked", "waiting"], decided_by__isnull=True, decided_on__isnull=True)
                | Q(state="withdrawn", decided_by__isnull=True, decided_on__isnull=False)
                | Q(state__in=["approved", "refused"], decided_by__isnull=False, decided_on__isnull=False),
                name="correction_decided_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""), name="correction_refused_why"
            ),
            models.CheckConstraint(
                condition=Q(requested_on__isnull=True, entered_on__isnull=False)
                | (Q(requested_on__isnull=False, requested_by__isnull=False) & ~Q(request="")),
                name="correction_came_from_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn", "refused"]) | Q(entered_on__isnull=False),
                name="correction_taken_up",
            ),
            models.CheckConstraint(
                condition=Q(entered_on__isnull=True) | (~Q(evidence_no="") & ~Q(evidence="")),
                name="correction_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(worker__isnull=True, about__in=EMPLOYER_KINDS)
                | (Q(worker__isnull=False) & ~Q(about__in=EMPLOYER_KINDS)),
                name="correction_about_whom",
            ),
            models.UniqueConstraint(
                fields=["worker", "about"], condition=Q(state="waiting"), name="correction_waits_once"
            ),
            models.UniqueConstraint(
                fields=["worker", "about"], condition=Q(state="asked"), name="correction_asked_once"
            ),
            models.UniqueConstraint(
                fields=["employer", "about"],
                condition=Q(state__in=["asked", "waiting"], worker__isnull=True),
                name="correction_of_employer_once",
            ),
            models.UniqueConstraint(
                fields=["counter_of"],
                condition=Q(state__in=["waiting", "approved"], counter_of__isnull=False),
                name="correction_countered_once",
            ),
        ]
        indexes = [models.Index(fields=["county", "state"], name="correction_of_county")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number on its documents: GZ-000012."""
        return f"GZ-{self.pk:06d}"

    @property
    def since(self) -> date:
        """The day from which its term counts: when it was asked for, else when it was entered."""
        return self.requested_on or self.entered_on or date.min

    @property
    def about_employer(self) -> bool:
        """Whether it is about the employer's own record."""
        return self.about in EMPLOYER_KINDS


class TradeClass(models.Model):
    """The injury risk class of an employer from a month on, as a correction says it was; the later row counts."""

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    trade_class = models.PositiveSmallIntegerField(_("injury risk class"))
    first_period = models.DateField(_("from"))
    recorded_in = models.DateField(_("recorded in"))
    correction = models.ForeignKey(Correction, models.DO_NOTHING, related_name="+")

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "collection_tradeclass"
        verbose_name = _("risk class in past months")
        verbose_name_plural = _("risk classes in past months")


class LineChange(models.Model):
    """Months in which an employer was not in a line after all, or was: as a case about its coverage says."""

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    line = models.CharField(_("line"), max_length=30)
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"), null=True)
    covered = models.BooleanField(_("covered"))
    recorded_in = models.DateField(_("recorded in"))
    correction = models.OneToOneField(Correction, models.DO_NOTHING, related_name="+")

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "collection_linechange"
        verbose_name = _("coverage in past months")
        verbose_name_plural = _("coverages in past months")
