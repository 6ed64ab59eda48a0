"""People whom an employer names on line and whom the registry does not have with it yet (网上增员)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.choices import Category, Identity
from jilin_si.access.scope import ScopedManager
from jilin_si.money import MoneyField


class DeclarationNewcomer(models.Model):
    """One person whom the employer names in its return, as it was handed in: enrolled by the approval, not before.

    Nothing is asked of the registry for the employer; ``worker`` is the record that the approval made or took up.
    ``place`` is the row of the return (from 0). Money in yuan, as in a line of the return.
    """

    id = models.BigAutoField(primary_key=True)
    declaration = models.ForeignKey(
        "enrollment.Declaration", models.PROTECT, related_name="newcomers", verbose_name=_("declaration")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    employer = models.ForeignKey(
        "enrollment.Employer", models.PROTECT, related_name="+", verbose_name=_("employer")
    )
    place = models.PositiveIntegerField(_("row"))
    identity_number = models.CharField(_("identity number"), max_length=18)
    identity_key = models.CharField(_("identity key"), max_length=18)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=64)
    category = models.CharField(_("category"), max_length=15, choices=Category.choices)
    identity = models.CharField(_("identity"), max_length=10, choices=Identity.choices)
    first_period = models.DateField(_("joins from"))
    year_wages = MoneyField(_("wages"), db_column="year_wages_fen")
    months_worked = models.PositiveSmallIntegerField(_("months worked"))
    wage = MoneyField(_("average monthly wage"), db_column="wage_fen")
    note = models.CharField(_("reason"), max_length=200, blank=True, default="")
    worker = models.ForeignKey(
        "enrollment.Worker", models.SET_NULL, null=True, related_name="+", verbose_name=_("worker")
    )

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("person named by the employer")
        verbose_name_plural = _("people named by employers")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "identity_key"], name="newcomer_named_once"),
            models.CheckConstraint(
                condition=models.Q(first_period__day=1), name="newcomer_from_a_first_of_month"
            ),
        ]

    def __str__(self) -> str:
        return self.name
