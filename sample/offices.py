"""The account of every unit's office, to which its employers pay. Bank and digits are drawn, like all names here."""

from __future__ import annotations

from random import Random

from django.utils import translation

from collection.models import OfficeAccount
from jilin_si.agencies.models import Agency

_BANKS = ("中国工商银行", "中国农业银行", "中国建设银行")


def make_office_accounts(seed: int, dialling: dict[int, str]) -> None:
    """One account a unit, in Chinese as it stands on a payment order."""
    chance = Random(f"{seed}-offices")
    with translation.override("zh-hans"):
        OfficeAccount.objects.bulk_create(
            OfficeAccount(
                county_id=unit.id,
                holder=f"{unit.company_name}（基金收入户）",
                bank=f"{chance.choice(_BANKS)}{unit.short_zh}支行",
                number=f"{unit.id}{chance.randrange(10**12):012d}",
                telephone=f"{dialling[unit.id // 100]}-{chance.randrange(200_0000, 899_9999)}",
            )
            for unit in Agency.objects.units()
        )
