"""What a return says, written down as it is handed in: its lines, its answers, whom it names anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from enrollment.models import Declaration, DeclarationAnswer, DeclarationNewcomer
from enrollment.return_checked import CheckedRow
from jilin_si.access.audit import record_many
from jilin_si.money import from_fen

if TYPE_CHECKING:
    from jilin_si.access.models import User


def write_lines(declaration: Declaration, rows: Sequence[CheckedRow]) -> None:
    """Write the lines of a return in place of those of an earlier hand-in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select make_county_partition('enrollment_declarationline', %s, %s)",
            [declaration.fee_year, declaration.county_id],
        )
        cursor.execute(
            "delete from enrollment_declarationline where fee_year = %s and county_id = %s and declaration_id = %s",
            [declaration.fee_year, declaration.county_id, declaration.pk],
        )
    add_lines(
        declaration,
        [
            (row.person.worker_id, row.year_wages_fen or 0, row.months or 0, row.average_fen or 0, row.reason)
            for row in rows
            if row.person
        ],
    )


def add_lines(declaration: Declaration, lines: Sequence[tuple[int, int, int, int, str]]) -> None:
    """Add lines to a return: worker, wages of the year and average in fen with the months between them, note."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_declarationline (fee_year, county_id, declaration_id, employer_id, worker_id,
                                                    year_wages_fen, months_worked, wage_fen, note)
            select %s, %s, %s, %s, t.*
            from unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::text[]) t
            """,
            [
                declaration.fee_year,
                declaration.county_id,
                declaration.pk,
                declaration.employer_id,
                *([line[place] for line in lines] for place in range(4)),
                [line[4][:200] for line in lines],
            ],
        )


def write_answers(declaration: Declaration, rows: Sequence[CheckedRow]) -> None:
    """Write who is answered for in place of an earlier hand-in."""
    DeclarationAnswer.objects.filter(declaration=declaration).delete()
    DeclarationAnswer.objects.bulk_create(
        DeclarationAnswer(
            declaration=declaration,
            worker_id=row.person.worker_id,
            county_id=declaration.county_id,
            employer_id=declaration.employer_id,
            answer=row.answer,
            note=row.reason[:200],
            effective_period=row.leaving.effective_period if row.leaving else None,
            leave_reason=row.leaving.reason if row.leaving else "",
        )
        for row in rows
        if row.person
    )


def write_newcomers(declaration: Declaration, rows: Sequence[CheckedRow]) -> None:
    """Write whom the employer names anew, in place of an earlier hand-in; nobody is enrolled by it."""
    DeclarationNewcomer.objects.filter(declaration=declaration).delete()
    DeclarationNewcomer.objects.bulk_create(
        DeclarationNewcomer(
            declaration=declaration,
            county_id=declaration.county_id,
            employer_id=declaration.employer_id,
            place=row.place,
            identity_number=row.number.given,
            identity_key=row.number.key,
            name=row.name,
            category=row.row["category"],
            identity=row.row["identity"],
            first_period=row.first_period or declaration.first_period,
            year_wages=from_fen(row.year_wages_fen or 0),
            months_worked=row.months or 0,
            wage=from_fen(row.average_fen or 0),
            note=row.reason[:200],
        )
        for row in rows
        if row.number
    )


def forget_lines(declaration: Declaration, workers: Sequence[int]) -> None:
    """Take people out of the lines of a return."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from enrollment_declarationline where fee_year = %s and county_id = %s and declaration_id = %s"
            " and worker_id = any(%s)",
            [declaration.fee_year, declaration.county_id, declaration.pk, list(workers)],
        )


def note_people(
    act: str,
    declaration: Declaration,
    by: User | None,
    told: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    reason: str = "",
) -> None:
    """Note at each person what a return did about it: of what is told of each, what ``names`` names."""
    record_many(
        act,
        by=by,
        about="worker",
        county_id=declaration.county_id,
        employer_id=declaration.employer_id,
        reason=reason,
        entries=[
            (
                each["worker"],
                {name: each[name] for name in names}
                | {"declaration": declaration.pk, "document": declaration.code},
            )
            for each in told
        ],
    )
