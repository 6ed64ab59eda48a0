"""Bank money into the database: a set of lines by COPY, and a bank's file with its preview (rule COL-3).

A line is known by bank, day and serial number: the same line again, in one file or in two, counts once; the same key
with another amount or payer is a fault, never an overwrite.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collection.bank_files import BankRow, Fault, ReadFile, UnreadableFileError, read_bank_file
from collection.models import BankFile, BankLine
from enrollment.models import Employer
from enrollment.permissions import require
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.money import from_fen
from jilin_si.web.formats import plain_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from jilin_si.access.models import User

MAY_TAKE_MONEY = (Role.CLERK, Role.FINANCE)
SHOWN_FAULTS = 1000
_NUMBER = re.compile(r"(?<!\d)\d{6}-\d{4}(?!\d)")
_BRACKETS = re.compile(r"[()\[\]〔〕【】「」\s]")


# ── a set of lines ───────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class BankRecord:
    """A bank line as the database keeps it; ``employer_id`` None where the payer is not known yet."""

    county_id: int
    employer_id: int | None
    bank: str
    received_on: date
    serial: str
    payer_name: str
    amount_fen: int
    payer_account: str = ""
    remark: str = ""
    returned: bool = False
    line: str | None = None


_COLUMNS = (
    "county_id", "employer_id", "bank", "received_on", "serial", "payer_name", "amount_fen", "payer_account", "remark",
    "returned", "line",
)  # fmt: skip


def import_bank_lines(records: Iterable[BankRecord]) -> int:
    """Write bank lines in one go; those known already (bank, day, serial number) are passed over.

    Works for the owner and under row-level security, where COPY goes to a temporary table. Returns how many are new.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    for given in records:
        writer.writerow(["" if (value := getattr(given, name)) is None else value for name in _COLUMNS])
    text.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "create temporary table bank_lines_in (county_id int, employer_id int, bank text,"
            " received_on date, serial text, payer_name text, amount_fen bigint, payer_account text, remark text,"
            " returned boolean, line text) on commit drop"
        )
        cursor.copy_expert(
            f"copy bank_lines_in ({', '.join(_COLUMNS)}) from stdin"
            " with (format csv, force_null (employer_id, line), force_not_null"
            " (bank, serial, payer_name, payer_account, remark))",
            text,
        )
        cursor.execute(
            f"""
            insert into collection_bankline ({", ".join(_COLUMNS)})
            select distinct on (bank, received_on, serial) {", ".join(_COLUMNS)} from bank_lines_in
            order by bank, received_on, serial
            on conflict (bank, received_on, serial) do nothing
            returning case when returned then id end
            """
        )
        new = [number for (number,) in cursor.fetchall()]
        cursor.execute("drop table bank_lines_in")
        _mark_what_came_back(cursor, [number for number in new if number])
    return len(new)


def _mark_what_came_back(cursor: Any, returned_ids: list[int]) -> None:
    """The payment that a returned line takes back, where it still waits, is not to be taken in either."""
    if returned_ids:
        cursor.execute(
            """
            update collection_bankline o set returned = true
            from (
              select distinct on (n.id) b.id
              from collection_bankline n
              join collection_bankline b on b.bank = n.bank and b.payer_name = n.payer_name
                and b.payer_account = n.payer_account and b.amount_fen = n.amount_fen
                and b.received_on <= n.received_on and b.id <> n.id and b.taken_in is null and not b.returned
              where n.id = any(%s) order by n.id, b.received_on desc, b.id desc
            ) found
            where o.id = found.id
            """,
            [returned_ids],
        )


# ── whose money it is ────────────────────────────────────────────────────────────────────────────────────────────
def plain_name(name: str) -> str:
    """An employer's name as it is compared: full-width forms, blanks and brackets make no difference."""
    return _BRACKETS.sub("", plain_text(name)).upper()


@dataclass
class Payers:
    """The employers of the scope by number, account and name; a name that two share matches neither."""

    by_number: dict[str, Employer] = field(default_factory=dict)
    by_account: dict[str, list[Employer]] = field(default_factory=dict)
    by_name: dict[str, list[Employer]] = field(default_factory=dict)

    @classmethod
    def of_scope(cls) -> Payers:
        payers = cls()
        known = Employer.objects.only("id", "county_id", "number", "name", "bank_account", "status")
        for employer in known.iterator(chunk_size=5000):
            payers.by_number[employer.number] = employer
            payers.by_name.setdefault(plain_name(employer.name), []).append(employer)
            if employer.bank_account:
                payers.by_account.setdefault(employer.bank_account.replace(" ", ""), []).append(employer)
        return payers

    def find(self, row: BankRow) -> Employer | None:
        """By the registration number in the remark, else by account, else by name."""
        for text in (row.remark, row.payer_name):
            for number in _NUMBER.findall(text):
                if number in self.by_number:
                    return self.by_number[number]
        if row.payer_account and (employer := _only(self.by_account.get(row.payer_account, []))):
            return employer
        return _only(self.by_name.get(plain_name(row.payer_name), []))


def _only(found: Sequence[Employer]) -> Employer | None:
    """The one employer found; of several the one that is active, if there is just one."""
    if len(found) > 1:
        found = [employer for employer in found if employer.status == Employer.Status.ACTIVE]
    return found[0] if len(found) == 1 else None


# ── a bank's file ────────────────────────────────────────────────────────────────────────────────────────────────
NEW, UNMATCHED, RETURNED, REPEATED, KNOWN = "new", "unmatched", "gone_back", "repeated", "known"


@dataclass(frozen=True)
class PlannedRow:
    """What taking in the file will do with one of its rows."""

    row: BankRow
    state: str
    employer: Employer | None = None

    @property
    def amount(self) -> Any:
        return from_fen(self.row.amount_fen)


@dataclass
class Plan:
    """A file as it would be taken in now."""

    read: ReadFile
    bank: str
    rows: list[PlannedRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        told = Counter(planned.state for planned in self.rows)
        return {
            **{state: told[state] for state in (NEW, UNMATCHED, RETURNED, REPEATED, KNOWN)},
            "faults": len({fault.row for fault in self.faults}),
            "refused": len(self.read.refused),
            "outgoing": self.read.outgoing,
        }

    @property
    def sums(self) -> dict[str, Any]:
        fen: Counter[str] = Counter()
        for planned in self.rows:
            fen[planned.state] += planned.row.amount_fen
        return {state: from_fen(fen[state]) for state in (NEW, UNMATCHED, RETURNED, REPEATED, KNOWN)}

    @property
    def takes(self) -> int:
        """How many lines taking the file in adds."""
        return sum(planned.state in (NEW, UNMATCHED, RETURNED) for planned in self.rows)

    @property
    def stated_total(self) -> Any:
        """The sum that the file's last row states."""
        return None if self.read.stated_total_fen is None else from_fen(self.read.stated_total_fen)

    @property
    def found_total(self) -> Any:
        """What its rows add up to."""
        return from_fen(self.read.total_fen)

    @property
    def shown_faults(self) -> list[Fault]:
        return self.faults[:SHOWN_FAULTS]

    @property
    def stated_total_differs(self) -> bool:
        """Whether the sum in the file's last row is not that of its rows: something is missing or doubled."""
        stated = self.read.stated_total_fen
        return stated is not None and stated != self.read.total_fen


def plan_import(body: bytes, bank: str = "") -> Plan:
    """Read a bank's file and say, row by row, what taking it in would do. Raises UnreadableFileError.

    ``bank`` names the bank where the file does not.
    """
    read = read_bank_file(body)
    plan = Plan(read, bank=plain_text(bank) or read.bank or "—", faults=list(read.faults))
    known = _known_lines(plan.bank, [row.received_on for row in read.rows])
    payers, on = Payers.of_scope(), today()
    seen: dict[tuple[date, str], BankRow] = {}
    for row in read.rows:
        key = (row.received_on, row.serial)
        before = seen.setdefault(key, row)
        if row.received_on > on:
            plan.faults.append(Fault(row.row, "day", row.received_on.isoformat(), _("is later than today")))
        elif before is not row:
            if _same(before) != _same(row):
                plan.faults.append(Fault(row.row, "serial", row.serial, _SAME_NUMBER))
            else:
                plan.rows.append(PlannedRow(row, REPEATED))
        elif key in known:
            if known[key] != _same(row):
                plan.faults.append(Fault(row.row, "serial", row.serial, _SAME_NUMBER))
            else:
                plan.rows.append(PlannedRow(row, KNOWN))
        else:
            employer = payers.find(row)
            state = RETURNED if row.returned else NEW if employer else UNMATCHED
            plan.rows.append(PlannedRow(row, state, employer))
    return plan


_SAME_NUMBER = _("stands for another payment already: same bank, day and number, other payer or amount")


def _same(row: BankRow) -> tuple[int, str]:
    return row.amount_fen, row.payer_name


def _known_lines(bank: str, days: Sequence[date]) -> dict[tuple[date, str], tuple[int, str]]:
    """The lines of these days that the scope has already, with what they said."""
    if not days:
        return {}
    lines = BankLine.objects.filter(bank=bank, received_on__gte=min(days), received_on__lte=max(days))
    return {
        (line.received_on, line.serial): (int(line.amount * 100), line.payer_name)
        for line in lines.only("received_on", "serial", "amount", "payer_name")
    }


def hand_in_bank_file(*, county_id: int, name: str, body: bytes, bank: str, by: User) -> BankFile:
    """Keep a bank's file for its preview. The same file of the same unit is the one that is there already.

    Raises Refusal for a file that cannot be read, PermissionDenied where the role does not take money.
    """
    require(by, county_id, *MAY_TAKE_MONEY)
    digest = hashlib.sha256(body).hexdigest()
    before = BankFile.objects.filter(county_id=county_id, sha256=digest).first()
    if before is not None:
        return before
    try:
        plan = plan_import(body, bank)
    except UnreadableFileError as error:
        raise Refusal("file", "unreadable", error.message.replace("%", "%%")) from error
    if plan.bank == "—":
        raise Refusal("bank", "required", _("The file does not say which bank it is from: name it here."))
    return BankFile.objects.create(
        county_id=county_id,
        name=plain_text(name)[:200],
        kind=plan.read.kind,
        bank=plan.bank,
        sha256=digest,
        body=body,
        counts=plan.counts,
        uploaded_by=by,
    )


def take_in_bank_file(file_id: int, *, by: User, only_good_rows: bool = False) -> BankFile:
    """Take a bank's file in: all its rows, or only the good ones where that is said. A second time changes nothing.

    Raises Refusal where rows are faulty and ``only_good_rows`` is not said.
    """
    with transaction.atomic():
        file = BankFile.objects.select_for_update().get(pk=file_id)
        require(by, file.county_id, *MAY_TAKE_MONEY)
        if file.state == BankFile.State.COMMITTED:
            return file
        plan = plan_import(bytes(file.body), file.bank)
        if plan.faults and not only_good_rows:
            raise Refusal(
                "file", "faults", _("Some rows are wrong. Mend the file, or take the good rows only.")
            )
        new = import_bank_lines(
            BankRecord(
                county_id=planned.employer.county_id if planned.employer else file.county_id,
                employer_id=planned.employer.pk if planned.employer and not planned.row.returned else None,
                bank=file.bank,
                received_on=planned.row.received_on,
                serial=planned.row.serial,
                payer_name=planned.row.payer_name,
                amount_fen=planned.row.amount_fen,
                payer_account=planned.row.payer_account,
                remark=planned.row.remark,
                returned=planned.row.returned,
            )
            for planned in plan.rows
            if planned.state in (NEW, UNMATCHED, RETURNED)
        )
        file.state, file.committed_by, file.committed_at = BankFile.State.COMMITTED, by, timezone.now()
        file.counts = plan.counts | {"taken": new}
        file.save(update_fields=["state", "committed_by", "committed_at", "counts"])
        record(
            "bank_file_taken_in",
            by=by,
            about="bank_file",
            number=file.pk,
            county_id=file.county_id,
            details={"file": file.name, "bank": file.bank, "sha256": file.sha256, **file.counts,
                     "sum": plan.sums[NEW] + plan.sums[UNMATCHED]},
        )  # fmt: skip
    return file


def fault_text(fault: Fault) -> StrOrPromise:
    """``Row 12, date: “199613” is not a day``."""
    return _("Row %(row)s, %(column)s: “%(given)s” %(message)s") % {
        "row": fault.row, "column": fault.column_name, "given": fault.given, "message": fault.message,
    }  # fmt: skip
