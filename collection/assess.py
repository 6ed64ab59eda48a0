"""The assessment of a county's month (应缴核定): every line, every employer, one transaction.

Each worker's parts are rounded by themselves, as the rules say, and summed per employer in one pass over the
spells; earlier months that became known only now are billed as supplements with the parameters frozen for them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from collection.bills import LineSum, make_bills
from collection.classes import bill_corrected_classes, together
from collection.coverages import bill_corrected_coverages
from collection.lines import all_lines, get_line
from collection.provisional import continue_without_declaration
from jilin_si.jobs.units import UnitResult
from jilin_si.ledger.services import JournalRow, LedgerError, book_many
from jilin_si.money import from_fen
from jilin_si.policy.lookup import database_policy

MEMO_DUE, MEMO_CONTRA = "9001", "9002"
SUSPENSE = "2011"


def assess_month(county_id: int, period: date) -> UnitResult:
    """Assess one county's month for all lines. Must run inside a transaction that holds the county's lock.

    Raises LedgerError where the period is not open. Returns a checksum over the bills made.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s for update",
            [county_id, period],
        )
        row = cursor.fetchone()
        if row is None or row[0] != "open":
            raise LedgerError(
                _("%(period)s of county %(county)s is not open for assessment.")
                % {"period": f"{period:%Y-%m}", "county": county_id}
            )
        freeze_parameters(county_id, period)
        if period.month == 1:
            continue_without_declaration(county_id, period)
        sums = make_bills(cursor, county_id, period)
        sums = together(sums, bill_corrected_coverages(cursor, county_id, period))
        sums = together(sums, bill_corrected_classes(cursor, county_id, period))
        _book_memorandum(county_id, period, sums)
        takes_back = any(line.takes_back for line in sums)
        credit_notes = _make_credit_notes(cursor, county_id, period) if takes_back else 0
        cursor.execute(
            "update ledger_period set state = 'assessed', assessed_at = now() where agency_id = %s and period = %s",
            [county_id, period],
        )
    figures = {
        "bills": sum(line.bills for line in sums),
        "due": str(from_fen(sum(line.own + line.unit for line in sums))),
        "credit_notes": credit_notes,
    }
    checksum = hashlib.sha256("".join(f"{line.line}:{line.checksum};" for line in sums).encode()).hexdigest()
    return UnitResult(checksum=checksum, figures=figures)


def freeze_parameters(county_id: int, period: date) -> None:
    """Write down the rates of every line for this county and month; a line before its first parameter has none."""
    policy = database_policy(fresh=True)
    rows = [
        (
            contribution.line,
            rate.trade_class,
            rate.unit_ppm,
            rate.own_ppm,
            rate.floor_fen,
            rate.cap_fen,
            rate.transfer_ppm,
            rate.average_part_fen,
            rate.includes_retiree_cost,
            json.dumps(dict(rate.parameter_ids), sort_keys=True),
        )
        for contribution in all_lines()
        for rate in contribution.rates(policy, period, county_id)
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 10
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_assessmentparameter (county_id, due_period, line, trade_class, unit_ppm, own_ppm,"
            " floor_fen, cap_fen, transfer_ppm, average_part_fen, includes_retiree_cost, versions)"
            " select %s, %s, line, trade_class, unit_ppm, own_ppm, floor_fen, cap_fen, transfer_ppm, average_part_fen,"
            " includes_retiree_cost, versions::jsonb from unnest(%s::text[], %s::int[], %s::int[], %s::int[],"
            " %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bool[], %s::text[]) t(line, trade_class,"
            " unit_ppm, own_ppm, floor_fen, cap_fen, transfer_ppm, average_part_fen, includes_retiree_cost, versions)"
            " on conflict (line, county_id, due_period, trade_class) do nothing",
            [county_id, period, *columns],
        )


def _book_memorandum(county_id: int, period: date, sums: list[LineSum]) -> None:
    """Book what became due off the balance sheet (ACC-4): the books are on a cash basis."""
    book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(row.line).fund,
                kind="assessed",
                booked_on=period,
                legs={MEMO_DUE: row.own + row.unit, MEMO_CONTRA: -row.own - row.unit},
            )
            for row in sums
        ],
    )


def _make_credit_notes(cursor: Any, county_id: int, period: date) -> int:
    """Turn what a negative bill takes back into money of the employer that settles other bills of the same line."""
    cursor.execute(
        "select line, sum(greatest(-own_due_fen, 0)), sum(greatest(-unit_due_fen, 0)) from collection_bill"
        " where county_id = %s and recorded_in = %s and recorded_in > due_period"
        " and (own_due_fen < 0 or unit_due_fen < 0) group by line",
        [county_id, period],
    )
    notes = cursor.fetchall()
    if not notes:
        return 0
    journals = book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(line).fund,
                kind="credit_note",
                booked_on=period,
                legs=_legs(
                    (get_line(line).income_own_account, int(own)),
                    (get_line(line).income_unit_account, int(unit)),
                    (SUSPENSE, -int(own) - int(unit)),
                ),
            )
            for line, own, unit in notes
        ],
    )
    cursor.execute(
        """
        with note as (
          insert into collection_receipt (credit_of, county_id, employer_id, line, period, received_on, amount_fen,
                                          journal_id)
          select b.bill_id, b.county_id, b.employer_id, b.line, %(period)s, %(period)s,
                 greatest(-b.own_due_fen, 0) + greatest(-b.unit_due_fen, 0), j.journal_id
          from collection_bill b
          join unnest(%(lines)s::text[], %(journals)s::bigint[]) j(line, journal_id) on j.line = b.line
          where b.county_id = %(county)s and b.recorded_in = %(period)s and b.recorded_in > b.due_period
            and (b.own_due_fen < 0 or b.unit_due_fen < 0)
          order by b.line, b.employer_id, b.due_period
          returning receipt_id, line, county_id, employer_id, amount_fen
        )
        insert into collection_unapplied (receipt_id, line, county_id, employer_id, fen) select * from note
        """,
        {
            "county": county_id,
            "period": period,
            "lines": [line for line, _own, _unit in notes],
            "journals": journals,
        },
    )
    return int(cursor.rowcount)


def _legs(*legs: tuple[str, int]) -> dict[str, int]:
    """Legs by account, amounts of one account added up."""
    summed: dict[str, int] = {}
    for account, fen in legs:
        summed[account] = summed.get(account, 0) + fen
    return summed
