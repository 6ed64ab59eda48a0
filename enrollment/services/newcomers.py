"""People whom an employer names on line: looked up by the office, enrolled by the approval, taken back with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.checks import ALREADY_INSURED, DIED, check_employer_runs, check_first_period, refuse_insured
from enrollment.identity_numbers import read_identity_number
from enrollment.models import Declaration, DeclarationNewcomer, Employment
from enrollment.refusals import Refusal
from enrollment.return_newcomers import said_by
from enrollment.return_rows import draft_rows
from enrollment.services.return_lines import add_lines, note_people
from enrollment.services.workers import EXCLUSION_VIOLATION, NewWorker, insert_workers, sqlstate
from enrollment.standing import Standing, standings
from jilin_si.agencies.clock import today
from jilin_si.money import to_fen
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

ACT = "join_by_return"
NOTED = ("first_period", "employment")


@dataclass(frozen=True)
class Newcomer:
    """Somebody whom the employer names, as the office knows the person: ``why`` it is that nobody can be enrolled."""

    named: DeclarationNewcomer
    known: Standing | None
    why: Refusal | None = None


def newcomers_of(declaration: Declaration) -> list[Newcomer]:
    """Whom a return names anew, each held against the registry of the whole province: for the office alone."""
    named = list(DeclarationNewcomer.objects.filter(declaration=declaration).select_related("worker"))
    if not named:  # as with most returns: the registry is not asked
        return []
    told = standings(
        [each.identity_key for each in named],
        [each.name for each in named],
        [each.first_period for each in named],
    )
    return [
        Newcomer(each, known, None if each.worker_id else _why_not(declaration, each, known))
        for each, known in zip(named, told, strict=True)
    ]


def _why_not(declaration: Declaration, named: DeclarationNewcomer, known: Standing | None) -> Refusal | None:
    """Why a person cannot be enrolled as named; None where nothing stands against it."""
    try:
        number = read_identity_number(named.identity_number, today())
        check_first_period(number.birth_date, named.first_period)
        check_employer_runs(declaration.employer)
    except Refusal as refusal:
        return refusal
    if known is None:
        return None
    if known.insured:
        return refuse_insured(known)
    if known.died:
        return Refusal("identity_number", "died", DIED)
    if not known.same_name:
        return Refusal(
            "name",
            "other_name",
            _("This number is registered under another name. Check the number and the name."),
        )
    return None


def enrol_by_return(declaration: Declaration, by: User | None) -> list[dict[str, Any]]:
    """Enrol whom a return names anew, with their wages, in the transaction of the approval.

    A person whom the registry knows from an earlier employment is taken up again. Raises Refusal where one of them
    cannot be enrolled. Gives each worker with the employment and its first month.
    """
    found = newcomers_of(declaration)
    if not found:
        return []
    for each in found:
        if each.why is not None:
            raise Refusal(
                "",
                each.why.code,
                _("Row %(row)s, %(name)s: %(why)s Send the return back, with the reason at the row."),
                row=each.named.place + 1,
                name=each.named.name,
                why=each.why.message,
            )
    _find_or_make(found)
    joined = _employ(declaration, [each.named for each in found])
    DeclarationNewcomer.objects.bulk_update([each.named for each in found], ["worker"])
    add_lines(
        declaration,
        [
            (
                each.named.worker_id or 0,
                to_fen(each.named.year_wages),
                each.named.months_worked,
                to_fen(each.named.wage),
                each.named.note,
            )
            for each in found
        ],
    )
    note_people(ACT, declaration, by, joined, NOTED)
    forget_count("silent", declaration.county_id)
    return joined


def _find_or_make(found: Sequence[Newcomer]) -> None:
    """The record of each: the one that is there, or a new one."""
    unknown = [each for each in found if each.known is None]
    people = [
        NewWorker(
            read_identity_number(each.named.identity_number, today()),
            each.named.name,
            each.named.category,
            each.named.identity,
        )
        for each in unknown
    ]
    for each in found:
        if each.known is not None:
            each.named.worker_id = each.known.worker_id
    for each, number in zip(unknown, insert_workers(people) if people else [], strict=True):
        each.named.worker_id = number


def _employ(declaration: Declaration, named: Sequence[DeclarationNewcomer]) -> list[dict[str, Any]]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
                " select t.worker, %s, %s, t.first, '' from unnest(%s::bigint[], %s::date[]) t(worker, first)"
                " returning id, worker_id, first_period",
                [
                    declaration.employer_id,
                    declaration.county_id,
                    [each.worker_id for each in named],
                    [each.first_period for each in named],
                ],
            )
            return [
                {"employment": number, "worker": worker, "first_period": first.isoformat()}
                for number, worker, first in cursor.fetchall()
            ]
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal("", "already_insured", ALREADY_INSURED) from error


def joined_by_return(told: Sequence[Mapping[str, Any]]) -> list[Employment]:
    """The employments that an approval began."""
    return list(
        Employment.objects.filter(pk__in=[each["employment"] for each in told])
        .select_related("worker", "employer")
        .order_by("worker_id")
    )


def note_taken_back(
    declaration: Declaration, by: User | None, told: Sequence[Mapping[str, Any]], reason: str
) -> None:
    """Say at each person that the joining is taken back; the return names the person again."""
    DeclarationNewcomer.objects.filter(declaration=declaration).update(worker=None)
    note_people(f"undo_{ACT}", declaration, by, told, NOTED, reason)


def keep_reasons(declaration: Declaration, rows: Mapping[int, str]) -> None:
    """Keep what a reviewer says at the rows of new people beside the draft, under the person's number."""
    typed = draft_rows(declaration.draft)
    named = DeclarationNewcomer.objects.filter(declaration=declaration, place__in=list(rows))
    returned = {
        each.identity_key: {
            "reason": rows[each.place],
            "said": said_by(typed[each.place]),
            "at": timezone.now().isoformat(),
        }
        for each in named
        if each.place < len(typed)
    }
    declaration.draft = {**(declaration.draft or {}), "returned": returned}
