"""A prefilled workbook comes back: it is compared and kept, and taken over by who reviewed the differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.imports.models import ReturnedSheet
from enrollment.models import Declaration
from enrollment.permissions import require_declaring
from enrollment.refusals import Refusal
from enrollment.services.declarations import save_declaration_draft
from enrollment.sheets.comparing import compare
from jilin_si.access.audit import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jilin_si.access.models import User


def receive_sheet(
    *, declaration: Declaration, rows: Sequence[Sequence[str]], file_name: str, by: User | None
) -> ReturnedSheet:
    """Compare a sheet with the draft and keep the differences; nothing of the return changes. Raises Refusal."""
    require_declaring(by, declaration.county_id, declaration.employer_id)
    if not declaration.may_be_entered:
        raise Refusal("file", "state", _("This declaration is not being entered any more."))
    return ReturnedSheet.objects.create(
        declaration=declaration,
        employer_id=declaration.employer_id,
        county_id=declaration.county_id,
        made_by=by,
        file_name=file_name[:200],
        **compare(declaration, rows).kept(),
    )


def take_sheet(*, sheet: ReturnedSheet, by: User | None) -> Declaration:
    """Fill the draft with the differences of a sheet. A second time changes nothing. Raises Refusal, Stale."""
    with transaction.atomic():
        held = ReturnedSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        declaration = Declaration.objects.select_related("employer").get(pk=held.declaration_id)
        require_declaring(by, declaration.county_id, declaration.employer_id)
        if held.taken_at is not None:
            return declaration
        now = (declaration.draft or {}).get("rows") or []
        for difference in held.differences:
            _check_unchanged(difference, now)
        declaration = save_declaration_draft(
            declaration=declaration,
            rows={difference["place"]: difference["comes"] for difference in held.differences},
            retirees=held.totals.get("retirees"),
            retiree_cost=held.totals.get("retiree_cost"),
            version=declaration.version,
            page=f"sheet {uuid4()}"[:40],
            by=by,
        )
        held.taken_at = timezone.now()
        held.save(update_fields=["taken_at"])
        record(
            "take_sheet",
            by=by,
            about="declaration",
            number=declaration.pk,
            county_id=declaration.county_id,
            employer_id=declaration.employer_id,
            details={"rows": len(held.differences), "file": held.file_name},
        )
    return declaration


def _check_unchanged(difference: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """What the reviewer saw as the draft's is still the draft's."""
    row = rows[difference["place"]] if difference["place"] < len(rows) else {}
    expected = {"worker": difference["worker"], **difference["was"]}
    if any(str(row.get(name, "") or "") != was for name, was in expected.items()):
        raise Refusal(
            "",
            "typed_meanwhile",
            _(
                "Somebody typed in the row of %(name)s meanwhile. Hand the sheet in again to see what differs now."
            ),
            name=difference["name"],
        )
