"""The office's account is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from collection.office.models import OfficeAccount
from enrollment.permissions import require
from jilin_si.access.audit import record
from jilin_si.access.models import Role

if TYPE_CHECKING:
    from jilin_si.access.models import User

MAY_SET = (Role.HEAD,)


def set_office_account(
    *, county_id: int, holder: str, bank: str, number: str, telephone: str, by: User
) -> OfficeAccount:
    """Say to which account a unit's employers pay. The account before stays in the history. Raises PermissionDenied."""
    require(by, county_id, *MAY_SET)
    with transaction.atomic():
        before = OfficeAccount.objects.select_for_update().filter(pk=county_id).first()
        account, _made = OfficeAccount.objects.update_or_create(
            county_id=county_id,
            defaults={"holder": holder, "bank": bank, "number": number, "telephone": telephone},
        )
        record(
            "set_office_account",
            by=by,
            about="agency",
            number=county_id,
            county_id=county_id,
            details={"from": str(before) if before else "", "to": str(account)},
        )
    return account
