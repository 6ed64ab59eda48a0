"""What happened to an employer as a whole, and which acts were taken back.

Nothing here is changed afterwards but the state of an event: what it did stands beside it, so that it can be taken
back whole.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Employment, Ownership
from jilin_si.access.scope import ScopedManager, ScopedQuerySet, current
from jilin_si.money import MoneyField


class TwoCountyManager(ScopedManager):
    """Seen where the employer is, and in the county to which it moves."""

    def get_queryset(self) -> ScopedQuerySet:
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(
            Q(county_id__in=scope.units)
            | Q(employer_id__in=scope.employers)
            | Q(to_county_id__in=scope.units)
        )


class EmployerChange(models.Model):
    """A dated event of an employer (单位变更, rule REST-1): from ``effective_period`` on it stands otherwise.

    Arrears, retirees and their cost are kept as they stood when the event was entered. ``arrears_taken``: at a split
    the new employer takes over what the months before the event owe (REST-5); at a merger it always does. An employer
    that moves waits until the other county takes it in.
    """

    class Kind(models.TextChoices):
        SUSPENSION = "suspension", _("Production stopped")
        RESUMPTION = "resumption", _("Production resumed")
        CLOSURE = "closure", _("Closure")
        BANKRUPTCY = "bankruptcy", _("Bankruptcy")
        MERGER = "merger", _("Merged into another")
        SPLIT = "split", _("Split off a new one")
        OWNERSHIP = "ownership", _("Ownership changed")
        MOVE = "move", _("Moved to another county")

    class State(models.TextChoices):
        DONE = "done", _("In force")
        WAITING = "waiting", _("Waiting for the other county")
        UNDONE = "undone", _("Taken back")

    ENDING = (Kind.CLOSURE, Kind.BANKRUPTCY, Kind.MERGER, Kind.MOVE)
    SUCCEEDED = (Kind.MERGER, Kind.SPLIT)

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="changes", verbose_name=_("employer"))
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("event"), max_length=12, choices=Kind.choices)
    effective_period = models.DateField(_("takes effect in"))
    document_no = models.CharField(_("document"), max_length=80, blank=True, default="")
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DONE)
    successor = models.ForeignKey(
        Employer, models.PROTECT, null=True, related_name="taken_over", verbose_name=_("successor")
    )
    to_county = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", verbose_name=_("to county")
    )
    status_before = models.CharField(max_length=12, choices=Employer.Status.choices)
    status_after = models.CharField(max_length=12, choices=Employer.Status.choices)
    ownership_before = models.CharField(max_length=30, choices=Ownership.choices)
    ownership_after = models.CharField(max_length=30, choices=Ownership.choices)
    coverages = models.JSONField(_("coverage ended"), default=list)
    people = models.PositiveIntegerField(_("people"), default=0)
    arrears = MoneyField(_("arrears"), db_column="arrears_fen", default=0)
    arrears_taken = models.BooleanField(_("arrears taken over by the new employer"), default=False)
    retirees = models.PositiveIntegerField(_("retirees"), default=0)
    retiree_cost = MoneyField(_("monthly retiree cost"), db_column="retiree_cost_fen", default=0)
    particulars = models.JSONField(_("particulars for the other county"), default=dict)
    made_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    made_on = models.DateField(_("entered on"))
    taken_in_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")

    scope_employer = "employer_id"
    objects = TwoCountyManager()

    class Meta:
        verbose_name = _("employer event")
        verbose_name_plural = _("employer events")
        ordering = ["-effective_period", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_period__day=1), name="employer_change_from_a_first_of_month"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["merger", "split"]) | Q(successor__isnull=False),
                name="employer_change_names_its_successor",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=models.F("employer")),
                name="employer_change_to_another",
            ),
            models.CheckConstraint(
                condition=Q(kind="move", to_county__isnull=False)
                | (~Q(kind="move") & Q(to_county__isnull=True)),
                name="employer_change_moves_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(kind="move"), name="employer_change_only_a_move_waits"
            ),
            models.CheckConstraint(
                condition=Q(arrears_taken=False) | (Q(kind="split") & ~Q(document_no="")),
                name="employer_change_arrears_by_agreement",
            ),
        ]
        indexes = [
            models.Index(fields=["to_county"], condition=Q(state="waiting"), name="employer_change_waiting"),
            models.Index(fields=["successor"], name="employer_change_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_period:%Y-%m}"


class ChangedEmployment(models.Model):
    """An employment that an event ended: how it stood before, and the wages that went on (fen, by fee year).

    ``wages`` maps a fee year to ``{"fen": …, "provisional": …}``; the successor goes on with it.
    """

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(EmployerChange, models.PROTECT, related_name="employments")
    employer_id = models.IntegerField(_("employer"))
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    to_county = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    employment = models.ForeignKey(
        Employment, models.DO_NOTHING, related_name="+", db_constraint=False, verbose_name=_("employment")
    )
    worker_id = models.BigIntegerField(_("worker"))
    last_period = models.DateField(_("last month before"), null=True)
    leave_reason = models.CharField(max_length=30, blank=True, default="")
    wages = models.JSONField(default=dict)

    objects = TwoCountyManager()

    class Meta:
        verbose_name = _("employment ended by an event")
        verbose_name_plural = _("employments ended by an event")
        constraints = [
            models.UniqueConstraint(fields=["change", "employment"], name="changed_employment_once"),
        ]


class UndoneAct(models.Model):
    """An act that was taken back (撤销): which entry of the trail, why, by whom, and what the counter-act wrote.

    ``direct`` says that nothing of it had been assessed yet.
    """

    id = models.BigAutoField(primary_key=True)
    entry_id = models.BigIntegerField(_("entry of the trail"), unique=True)
    act = models.CharField(_("act"), max_length=40)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    employer_id = models.IntegerField(_("employer"), null=True)
    reason = models.CharField(_("reason"), max_length=500)
    direct = models.BooleanField(_("before the assessment"))
    recorded_in = models.DateField(_("recorded in"), null=True)
    details = models.JSONField(_("what was taken back"), default=dict)
    made_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("when"), db_default=Now())

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("act taken back")
        verbose_name_plural = _("acts taken back")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="undone_act_has_a_reason"),
        ]
