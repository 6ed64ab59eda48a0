"""Two records that are one person (疑似重复, rule ID-3): told apart, or merged; a merge taken apart again.

Nothing is rewritten: the merged record keeps its employments, wages and account, and whoever reads the person reads
both. Where money hangs on the merged record, or the two stand in two units, a second person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import hooks
from enrollment.models import Duplicate, Merge
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, holds
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from jilin_si.access.models import User


@dataclass(frozen=True)
class Side:
    """One record of a pair, as far as both units may know it: the number masked, no employer named."""

    worker_id: int
    name: str
    number: str
    sex: str
    birth_date: date
    county_id: int
    living: bool
    first_period: date | None
    last_period: date | None
    shown: bool


def sides(pair: Duplicate) -> dict[int, Side]:
    """The two records of a pair, by their numbers; nothing beyond the asker's scope."""
    return sides_of([pair.pk]).get(pair.pk, {})


def sides_of(pairs: Sequence[int]) -> dict[int, dict[int, Side]]:
    """The records of many pairs, by pair, then by their numbers."""
    found: dict[int, dict[int, Side]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.id, s.* from unnest(%s::bigint[]) p(id) cross join lateral pair_sides(p.id) s",
            [list(pairs)],
        )
        for pair, *side in cursor.fetchall():
            found.setdefault(pair, {})[side[0]] = Side(*side)
    return found


def tell_apart(*, pair: Duplicate, note: str, by: User | None) -> Duplicate:
    """Note that the two records are two persons, and why that is known. Raises Refusal, PermissionDenied."""
    _require_either(pair, by, *MAY_ENTER)
    if not note.strip():
        raise Refusal("note", "note", _("Say how you know."))
    with transaction.atomic():
        held = Duplicate.objects.select_for_update().get(pk=pair.pk)
        if held.state != Duplicate.State.OPEN or _proposed(held):
            raise Refusal("", "settled", _("This pair is settled already. Load the page again."))
        held.state, held.note = Duplicate.State.OTHERS, note.strip()
        held.settled_by, held.settled_on = by, today()
        held.save(update_fields=["state", "note", "settled_by", "settled_on"])
        _note("tell_apart", held, held.first_id, held.county_id, by, note)
    return held


def propose_merge(*, pair: Duplicate, keep: int, reason: str, by: User | None) -> Merge:
    """Merge the other record of a pair into the one kept; at once where no money hangs on it and one unit holds both.

    Refused where both were employed in a month, naming it. Raises Refusal, PermissionDenied.
    """
    _require_either(pair, by, *MAY_ENTER)
    if not reason.strip():
        raise Refusal("reason", "reason", _("Say how you know that it is one person."))
    with transaction.atomic():
        held = Duplicate.objects.select_for_update().get(pk=pair.pk)
        if held.state != Duplicate.State.OPEN or _proposed(held):
            raise Refusal("", "settled", _("This pair is settled already. Load the page again."))
        both = sides(held)
        if keep not in both:
            raise Refusal("keep", "keep", _("Choose the record that is kept."))
        kept, merged = both.pop(keep), next(iter(both.values()))
        _refuse_impossible(kept, merged)
        money = hooks.money_of(merged.worker_id)
        merge = Merge.objects.create(
            kept_id=kept.worker_id,
            merged_id=merged.worker_id,
            pair=held,
            county_id=kept.county_id,
            other_county_id=merged.county_id,
            touches_money=money.touched or held.across,
            reason=reason.strip(),
            proposed_by=by,
            proposed_on=today(),
        )
        _note(
            "propose_merge", held, kept.worker_id, _own_county(held, by), by, reason, merged=merged.worker_id
        )
        if not merge.touches_money:
            _carry_out(merge, by)
    return merge


def decide_merge(*, merge: Merge, agreed: bool, answer: str, by: User | None) -> Merge:
    """A second person carries a proposed merge out, or refuses it with a reason.

    Where the records stand in two units, somebody of the unit that did not propose. Raises Refusal, PermissionDenied.
    """
    if not may_decide(merge, by):
        raise PermissionDenied
    with transaction.atomic():
        held = Merge.objects.select_for_update().get(pk=merge.pk)
        if held.state != Merge.State.PROPOSED:
            raise Refusal("", "decided", _("This merge is decided already. Load the page again."))
        held.answer = answer.strip()
        if agreed:
            _refuse_overlap(held.kept_id, held.merged_id)
            _carry_out(held, by)
            return held
        if not held.answer:
            raise Refusal("answer", "answer", _("Say why not."))
        _decide(held, Merge.State.REFUSED, by)
        record(
            "refuse_merge",
            by=by,
            about="worker",
            number=held.kept_id,
            county_id=_decider_county(held, by),
            reason=held.answer,
        )
    return held


def undo_merge(*, merge: Merge, reason: str, by: User | None) -> Merge:
    """Take a merge apart again, until a month is assessed in either unit. Raises Refusal, PermissionDenied."""
    _require_either(merge, by, *MAY_ENTER)
    if not reason.strip():
        raise Refusal("reason", "reason", _("Say why."))
    with transaction.atomic():
        held = Merge.objects.select_for_update().get(pk=merge.pk)
        if held.state != Merge.State.DONE:
            raise Refusal("", "undone", _("This merge is taken apart already. Load the page again."))
        held.state, held.answer = Merge.State.UNDONE, reason.strip()
        held.save(update_fields=["state", "answer"])
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select merge_records(%s)", [held.pk])
        except DatabaseError as error:
            raise Refusal(
                "", "assessed", _("A month was assessed since: file a correction of the record instead.")
            ) from error
        record(
            "undo_merge",
            by=by,
            about="worker",
            number=held.kept_id,
            county_id=_own_county(held, by),
            reason=reason.strip(),
            details={"merged": held.merged_id},
        )
    return held


def may_decide(merge: Merge, by: User | None) -> bool:
    """Whether this person is the second one: not the proposer, and of the other unit where there are two."""
    if by is None or by.pk == merge.proposed_by_id or merge.state != Merge.State.PROPOSED:
        return False
    return _decider_county(merge, by) is not None


def _decider_county(merge: Merge, by: User | None) -> int | None:
    """The unit for which this person may decide; None for no unit."""
    units = {merge.county_id, merge.other_county_id}
    if len(units) > 1 and merge.proposed_by is not None:
        units -= {unit for unit in units if holds(merge.proposed_by, unit, *MAY_ENTER, *MAY_REVIEW)}
        return next((unit for unit in sorted(units) if holds(by, unit, *MAY_ENTER, *MAY_REVIEW)), None)
    return next((unit for unit in sorted(units) if holds(by, unit, *MAY_REVIEW)), None)


def _refuse_impossible(kept: Side, merged: Side) -> None:
    if merged.living and not kept.living:
        raise Refusal("keep", "living", _("The other record is employed now: keep that one."))
    _refuse_overlap(kept.worker_id, merged.worker_id)


def _refuse_overlap(kept: int, merged: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select * from merge_conflicts(%s, %s)", [kept, merged])
        conflict = cursor.fetchone()
    if conflict is None:
        return
    first, last, one, other = conflict
    span = (
        format_period(first)
        if last == first
        else f"{format_period(first)} – {format_period(last) if last else ''}"
    )
    elsewhere = _("an employer in another county")
    raise Refusal(
        "",
        "overlap",
        _(
            "Both records were employed in %(months)s: with %(one)s and with %(other)s."
            " End or correct one of them first."
        ),
        months=span,
        one=one or elsewhere,
        other=other or elsewhere,
    )


def _carry_out(merge: Merge, by: User | None) -> None:
    _decide(merge, Merge.State.DONE, by)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select merge_records(%s)", [merge.pk])
    except (IntegrityError, DatabaseError) as error:
        raise Refusal(
            "",
            "impossible",
            _("These records cannot be merged: one of them is part of another merge, or employed."),
        ) from error
    record(
        "merge_workers",
        by=by,
        about="worker",
        number=merge.kept_id,
        county_id=_own_county(merge, by),
        reason=merge.reason,
        details={"merged": merge.merged_id},
    )


def _decide(merge: Merge, state: str, by: User | None) -> None:
    merge.state, merge.decided_by, merge.decided_on, merge.decided_at = state, by, today(), timezone.now()
    merge.save(update_fields=["state", "decided_by", "decided_on", "decided_at", "answer"])


def _proposed(pair: Duplicate) -> bool:
    return Merge.objects.filter(pair=pair, state=Merge.State.PROPOSED).exists()


def _own_county(shared: Duplicate | Merge, by: User | None) -> int:
    """The unit in whose name this person acts."""
    units = (shared.county_id, shared.other_county_id)
    return next((unit for unit in units if holds(by, unit, *MAY_ENTER, *MAY_REVIEW)), units[0])


def _require_either(shared: Duplicate | Merge, by: User | None, *roles: str) -> None:
    if not any(holds(by, unit, *roles) for unit in (shared.county_id, shared.other_county_id)):
        raise PermissionDenied


def _note(
    act: str, pair: Duplicate, worker_id: int, county_id: int, by: User | None, reason: str, **details: int
) -> None:
    told: Mapping[str, int] = {"pair": pair.pk, **details}
    record(
        act, by=by, about="worker", number=worker_id, county_id=county_id, reason=reason.strip(), details=told
    )
