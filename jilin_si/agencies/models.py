"""The agency tree (经办机构): one province, nine prefectures, forty-three counties; and the business date."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

PROVINCE = 220000
FIRST_BUSINESS_DATE = date(1996, 1, 1)


class AgencyQuerySet(models.QuerySet["Agency"]):
    def units(self) -> AgencyQuerySet:
        """The 52 units that keep employers: 43 counties and the 9 prefectures' own business (市本级)."""
        return self.exclude(level=Agency.Level.PROVINCE)


class Agency(models.Model):
    """A social insurance company (社会保险公司). The key is its area code, which never changes here."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        PREFECTURE = "prefecture", _("Prefecture")
        COUNTY = "county", _("County")

    id = models.IntegerField(_("area code"), primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40, unique=True)
    short_zh = models.CharField(_("short Chinese name"), max_length=20)
    name_en = models.CharField(_("English name"), max_length=60, unique=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    basis = models.CharField(_("basis"), max_length=200, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="province", parent__isnull=True)
                | (~models.Q(level="province") & models.Q(parent__isnull=False)),
                name="agency_parent_fits_level",
            )
        ]

    def __str__(self) -> str:
        return self.unit_name

    @property
    def code(self) -> str:
        """The area code as six digits."""
        return f"{self.id:06d}"

    @property
    def is_prefecture(self) -> bool:
        return self.level == self.Level.PREFECTURE

    @property
    def name(self) -> str:
        """The place in the language of the page: 九台市, Jiutai City."""
        return self.short_zh if _chinese() else self.name_en

    @property
    def unit_name(self) -> str:
        """The place as a unit: a prefecture's own business is its city proper (市本级, 州本级)."""
        if not self.is_prefecture:
            return self.name
        return f"{self.short_zh}本级" if _chinese() else f"{self.name_en} proper"

    @property
    def company_name(self) -> str:
        """The office that answers the telephone: 九台市社会保险公司."""
        if _chinese():
            return f"{self.name_zh}社会保险公司"
        return f"{self.name_en} Agency"


class BusinessDate(models.Model):
    """Today (业务日期): one row in the database, so that the clock of no machine decides a rule."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    day = models.DateField(_("business date"), default=FIRST_BUSINESS_DATE)

    class Meta:
        verbose_name = _("business date")
        verbose_name_plural = _("business date")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="business_date_one_row")]


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")
