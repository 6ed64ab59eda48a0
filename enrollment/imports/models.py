"""A roster that was read and checked, and waits for the word to store it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager


class RosterImport(models.Model):
    """A file as it was read (名册导入). Nothing of it is in the registry until its good rows are stored.

    ``table`` holds the cells as tagged text; it is emptied once the rows are stored. ``choices`` says what somebody
    took a column for, by its place.
    """

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked, not stored")
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
    first_period = models.DateField(_("joins from"))
    table = models.JSONField(_("rows"), default=list)
    choices = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKED)
    figures = models.JSONField(_("figures"), default=dict)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.file_name
