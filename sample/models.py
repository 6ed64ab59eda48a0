"""What was loaded of the sample province: one row, so that a second start keeps the data and goes on where it stood."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SampleProvince(models.Model):
    """The sample in this database. ``finished_at`` is set when its twelve months have been run."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    scale = models.PositiveIntegerField(_("scale"), help_text=_("N of 1:N"))
    seed = models.PositiveIntegerField(_("seed"))
    workers = models.PositiveIntegerField(_("workers"))
    employers = models.PositiveIntegerField(_("employers"))
    loaded_at = models.DateTimeField(_("loaded at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("sample province")
        verbose_name_plural = _("sample province")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sample_province_one_row")]

    def __str__(self) -> str:
        return f"1:{self.scale}"
