"""An office's account for contributions."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track(append_only=True)
class OfficeAccount(models.Model):
    """The bank account of a unit's employers to pay to (社会保险基金收入户): all may read it, its head writes it."""

    county = models.OneToOneField(
        "agencies.Agency", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("county")
    )
    holder = models.CharField(_("account holder"), max_length=100)
    bank = models.CharField(_("bank"), max_length=100)
    number = models.CharField(_("account number"), max_length=30)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("office's account")
        verbose_name_plural = _("offices' accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[0-9]{8,30}$"), name="office_account_number_of_digits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder}, {self.bank}, {self.spaced_number}"

    @property
    def spaced_number(self) -> str:
        """The number in fours, as it is read aloud."""
        return " ".join(self.number[place : place + 4] for place in range(0, len(self.number), 4))
