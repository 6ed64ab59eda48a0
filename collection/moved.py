"""An account that moved with its worker: the record behind ``account_moves``, its table made by SQL."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedQuerySet, current
from jilin_si.money import MoneyField


class MoveManager(models.Manager["AccountMove"]):
    """A move is seen by the unit that sent and by the one that takes in."""

    def get_queryset(self) -> models.QuerySet[AccountMove]:
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(models.Q(county_id__in=scope.units) | models.Q(to_county_id__in=scope.units))


class AccountMove(models.Model):
    """What left a unit's books with a transfer, of one record of the person; where and when it arrived (PEN-23)."""

    move_id = models.BigAutoField(primary_key=True)
    transfer = models.ForeignKey("enrollment.Transfer", models.DO_NOTHING, related_name="moves")
    person = models.ForeignKey("enrollment.Worker", models.DO_NOTHING, related_name="+")
    worker = models.ForeignKey("enrollment.Worker", models.DO_NOTHING, related_name="+")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    to_county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, null=True, related_name="+")
    sent_in = models.DateField(_("sent in"))
    own = MoneyField(_("own part"), db_column="own_fen")
    unit = MoneyField(_("unit part"), db_column="unit_fen")
    interest_own = MoneyField(db_column="interest_own_fen")
    interest_unit = MoneyField(db_column="interest_unit_fen")
    months = models.PositiveSmallIntegerField(_("contribution months"))
    rate_ppm = models.IntegerField(_("book rate"))
    arrived_county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, null=True, related_name="+")
    arrived_in = models.DateField(_("arrived in"), null=True)

    objects = MoveManager()

    class Meta:
        managed = False
        db_table = "collection_accountmove"
        verbose_name = _("account moved")
        verbose_name_plural = _("accounts moved")
