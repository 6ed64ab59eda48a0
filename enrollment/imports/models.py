"""Files that wait for the word to take them over: rosters, and sheets that came back; heads that were corrected."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager


class RosterImport(models.Model):
    """A file as it was read (名册导入). Nothing of it is in the registry until its good rows are stored.

    ``table`` holds the cells as tagged text; it is emptied once the rows are stored. ``choices`` says what somebody
    took a column for, by its place. A long file is checked and stored by a job: ``run`` counts the jobs of the file,
    ``checked`` keeps what the check found, ``told`` why the storing was refused.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked, not stored")
        STORING = "storing", _("Being stored")
        STORED = "stored", _("Stored")

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey(
        "enrollment.Employer", models.CASCADE, related_name="+", verbose_name=_("employer")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    made_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    file_name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, default="")
    sheet = models.CharField(_("sheet"), max_length=200, blank=True, default="")
    digest = models.CharField(_("digest"), max_length=64, blank=True, default="", db_default="")
    first_period = models.DateField(_("joins from"))
    table = models.JSONField(_("rows"), default=list)
    choices = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKED)
    run = models.PositiveSmallIntegerField(_("jobs so far"), default=0, db_default=0)
    checked = models.JSONField(_("found by the check"), null=True)
    told = models.JSONField(_("why it was not stored"), default=list, db_default=[])
    figures = models.JSONField(_("figures"), default=dict)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["employer", "digest"], name="roster_of_employer")]

    def __str__(self) -> str:
        return self.file_name


class RosterHeads(models.Model):
    """What the heads of an employer's rosters were taken for, once somebody had corrected it (表头对应).

    ``shape`` is the digest of the heads without their order: the next file with these heads needs no correction.
    """

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey(
        "enrollment.Employer", models.CASCADE, related_name="+", verbose_name=_("employer")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    shape = models.CharField(_("shape"), max_length=64)
    choices = models.JSONField(_("columns"), default=dict)
    made_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), auto_now=True)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("heads of a roster")
        verbose_name_plural = _("heads of rosters")
        constraints = [models.UniqueConstraint(fields=["employer", "shape"], name="roster_heads_once")]

    def __str__(self) -> str:
        return self.shape


class ReturnedSheet(models.Model):
    """A prefilled workbook that came back: what it would change in the return, until somebody takes it over.

    ``differences`` holds only the rows that differ from the draft, ``faults`` those that cannot be taken.
    """

    id = models.BigAutoField(primary_key=True)
    declaration = models.ForeignKey(
        "enrollment.Declaration", models.CASCADE, related_name="+", verbose_name=_("declaration")
    )
    employer = models.ForeignKey(
        "enrollment.Employer", models.CASCADE, related_name="+", verbose_name=_("employer")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    made_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    file_name = models.CharField(_("file"), max_length=200)
    differences = models.JSONField(_("differences"), default=list)
    faults = models.JSONField(_("faults"), default=list)
    same = models.PositiveIntegerField(_("rows that say the same"), default=0)
    totals = models.JSONField(_("retirees"), default=dict)
    taken_at = models.DateTimeField(_("taken over at"), null=True)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("returned sheet")
        verbose_name_plural = _("returned sheets")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.file_name
