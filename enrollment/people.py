"""What a worker's record says besides: special work, identity over time, deemed months; duplicates and merges."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Identity, Worker
from jilin_si.access.scope import ScopedQuerySet, current


class OfSeenWorkerManager(models.Manager):  # type: ignore[type-arg]
    """Rows of the workers that are seen."""

    def get_queryset(self) -> models.QuerySet:  # type: ignore[type-arg]
        queryset = ScopedQuerySet(self.model, using=self._db)
        if current().everything:
            return queryset
        return queryset.filter(worker__in=Worker.objects.values("pk"))


class SpecialWorkKind(models.TextChoices):
    """Kinds of special work (特殊工种), in the words of the parameter of the years that each takes (rule PEN-11)."""

    UNDERGROUND = "underground", _("Underground")
    HEIGHTS = "high_altitude", _("At heights")
    HEAT = "high_temperature", _("In heat")
    HEAVY = "specially_heavy", _("Especially heavy")
    TOXIC = "toxic", _("With poisons")


@pghistory.track(append_only=True)
class SpecialWork(models.Model):
    """A stretch of a worker's special work, with the paper that proves it. Stretches do not overlap (the database)."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="special_work", verbose_name=_("worker"))
    kind = models.CharField(_("kind"), max_length=20, choices=SpecialWorkKind.choices)
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=100)

    objects = OfSeenWorkerManager()

    class Meta:
        verbose_name = _("special work")
        verbose_name_plural = _("special work")
        ordering = ["first_period"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_period__isnull=True)
                | models.Q(last_period__gte=models.F("first_period")),
                name="special_work_ends_after_it_begins",
            ),
        ]


@pghistory.track(append_only=True)
class IdentitySpan(models.Model):
    """Since when a worker has been worker or cadre (身份, rule PEN-11a): a row holds until the next one begins."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="identities", verbose_name=_("worker"))
    identity = models.CharField(_("identity"), max_length=10, choices=Identity.choices)
    first_period = models.DateField(_("from"))
    document = models.CharField(_("document"), max_length=100, blank=True, default="")

    objects = OfSeenWorkerManager()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["first_period"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "first_period"], name="identity_one_from_a_month"),
        ]


class DeemedEvidence(models.Model):
    """On which papers a worker's deemed months (视同缴费年限, rule PEN-18a) rest: a row each time they were settled."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(
        Worker, models.PROTECT, related_name="deemed_evidence", verbose_name=_("worker")
    )
    months = models.PositiveSmallIntegerField(_("deemed months"))
    document = models.CharField(_("document"), max_length=100)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    noted_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    noted_on = models.DateField(_("noted on"))
    noted_at = models.DateTimeField(_("noted"), db_default=Now())

    objects = OfSeenWorkerManager()

    class Meta:
        verbose_name = _("evidence of deemed months")
        verbose_name_plural = _("evidence of deemed months")
        ordering = ["id"]


class PairManager(models.Manager):  # type: ignore[type-arg]
    """What two units share: a pair of records, a merge. Seen by the unit of either record."""

    def get_queryset(self) -> models.QuerySet:  # type: ignore[type-arg]
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(
            models.Q(county_id__in=scope.units) | models.Q(other_county_id__in=scope.units)
        )


class Duplicate(models.Model):
    """Two records that may be one person (疑似重复, rule ID-3): found by the database, settled by people.

    ``county`` is the unit of the first record, ``other_county`` that of the second, as they were when it was found.
    """

    class Reason(models.TextChoices):
        SAME_NUMBER = "same_number", _("same number of 15 digits")
        SAME_NAME = "same_name", _("same name and birth date")

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        OTHERS = "others", _("Two persons")
        MERGED = "merged", _("Merged")

    id = models.BigAutoField(primary_key=True)
    first = models.ForeignKey(Worker, models.CASCADE, related_name="+", verbose_name=_("record"))
    second = models.ForeignKey(Worker, models.CASCADE, related_name="+", verbose_name=_("record"))
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    other_county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    reason = models.CharField(_("why"), max_length=15, choices=Reason.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    found_on = models.DateField(_("found on"))
    settled_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    settled_on = models.DateField(_("settled on"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    objects = PairManager()

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="duplicate_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["county"], condition=models.Q(state="open"), name="duplicate_here"),
            models.Index(fields=["other_county"], condition=models.Q(state="open"), name="duplicate_there"),
        ]

    @property
    def across(self) -> bool:
        """Whether the two records stand in two units."""
        return self.county_id != self.other_county_id


class Merge(models.Model):
    """One record merged into another (合并): proposed, decided by a second person where money is touched, undone.

    ``county`` is the unit of the record kept, ``other_county`` that of the one merged into it. Nothing is rewritten:
    the merged record keeps its employments, wages and account, and whoever reads the person reads both.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        DONE = "done", _("Merged")
        REFUSED = "refused", _("Not merged")
        UNDONE = "undone", _("Taken apart again")

    id = models.BigAutoField(primary_key=True)
    kept = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name=_("record kept"))
    merged = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name=_("record merged"))
    pair = models.ForeignKey(Duplicate, models.PROTECT, null=True, related_name="merges")
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    other_county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    touches_money = models.BooleanField(_("touches money"))
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    proposed_on = models.DateField(_("proposed on"))
    decided_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")
    months_assessed = models.PositiveIntegerField(_("months assessed by then"), default=0, db_default=0)

    objects = PairManager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(state__in=["proposed", "done"]), name="merged_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done", touches_money=True)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="merge_of_money_by_two_persons",
            ),
        ]
