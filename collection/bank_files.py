"""Reading what banks hand over: account statements (CSV) and results of entrusted collection (fixed columns, COL-3).

Nothing is stored here. A file is read whole; every fault is told with its row and column, and no wrong row is guessed
right. Money that came back is a negative line of the bank; it is kept as a positive amount marked ``returned``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from collection.records import BankFile
from jilin_si.money import MoneyError, from_fen, parse_yuan, to_fen
from jilin_si.web.formats import has_hidden_characters, plain_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 64
MOST_CELL = 4096
_HEAD_ROWS = 20

# The columns of a statement, under the names that banks give them.
_COLUMNS = {
    "day": ("交易日期", "记账日期", "日期", "date"),
    "serial": ("流水号", "交易流水号", "凭证号", "serial", "serial number", "reference"),
    "payer": ("对方户名", "付款人", "付款户名", "户名", "payer", "payer name"),
    "account": ("对方账号", "对方帐号", "付款账号", "账号", "payer account", "account"),
    "amount": ("贷方发生额", "贷方金额", "收入金额", "金额", "credit", "amount"),
    "debit": ("借方发生额", "借方金额", "支出金额", "debit"),
    "remark": ("摘要", "附言", "备注", "用途", "remark", "remarks"),
}
COLUMN_NAMES: dict[str, StrOrPromise] = {
    "day": _("Date"),
    "serial": _("Serial number"),
    "payer": _("Payer"),
    "account": _("Payer's account"),
    "amount": _("Amount"),
    "remark": _("Remark"),
    "line": _("Line"),
}
_TOTAL_WORDS = ("合计", "总计", "合 计", "total")
_NEEDED = ("day", "serial", "payer", "amount")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_RESULT_WIDTH = 9 + 40 + 12 + 2 + 8
RESULT_PAID = "00"
RESULTS: dict[str, StrOrPromise] = {
    "01": _("not enough in the account"),
    "02": _("no such account"),
}


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message says why."""

    def __init__(self, message: StrOrPromise, **values: object) -> None:
        self.template, self.values = message, values
        super().__init__(str(message))

    @property
    def message(self) -> str:
        return str(self.template) % self.values if self.values else str(self.template)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: the row of the file (from 1), the column, what stood there, and why it cannot stand."""

    row: int
    column: str
    given: str
    message: StrOrPromise

    @property
    def column_name(self) -> StrOrPromise:
        return COLUMN_NAMES.get(self.column, self.column)


@dataclass(frozen=True)
class BankRow:
    """One line of a bank's file; ``amount_fen`` is positive, ``returned`` money went back to the payer."""

    row: int
    received_on: date
    serial: str
    payer_name: str
    payer_account: str
    amount_fen: int
    returned: bool
    remark: str = ""


@dataclass(frozen=True)
class Refused:
    """A debit that the payer's bank did not carry out, with its reason (COL-3)."""

    row: int
    payer_name: str
    amount_fen: int
    result: str

    @property
    def amount(self) -> Decimal:
        return from_fen(self.amount_fen)

    @property
    def reason(self) -> StrOrPromise:
        return RESULTS.get(self.result, self.result)


@dataclass
class ReadFile:
    """What a file holds."""

    kind: str
    bank: str = ""
    encoding: str = ""
    rows: list[BankRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    outgoing: int = 0
    stated_total_fen: int | None = None

    @property
    def total_fen(self) -> int:
        """What the rows add up to, repeated ones once, money that went back taken off."""
        once = {(row.received_on, row.serial): row for row in self.rows}
        return sum(-row.amount_fen if row.returned else row.amount_fen for row in once.values())


def read_bank_file(body: bytes) -> ReadFile:
    """Read a bank's file. Raises UnreadableFileError where it is none, is too large, or no head is found."""
    if len(body) > MOST_BYTES:
        raise UnreadableFileError(_("The file has more than %(most)s MB."), most=MOST_BYTES // 1024 // 1024)
    if not body.strip():
        raise UnreadableFileError(_("The file is empty."))
    if b"\0" in body and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError(_("This is no text file. Ask the bank for CSV or text."))
    first = body.split(b"\n", 1)[0].rstrip(b"\r")
    if len(first) == _RESULT_WIDTH and first[:9].isdigit() and first[-22:].isdigit():
        return _read_results(body)
    text, encoding = decode(body)
    return _read_statement(text, encoding)


def decode(body: bytes) -> tuple[str, str]:
    """The text and the encoding found: a mark decides, else UTF-8, else GB18030, which holds GBK and GB 2312."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    for encoding in [name for mark, name in marks if body.startswith(mark)] or ["utf-8", "gb18030"]:
        try:
            return body.decode(encoding), encoding.removesuffix("-sig").upper().replace("GB18030", "GBK")
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        _("The characters are neither UTF-8 nor GBK. Save the file anew as one of them.")
    )


def _read_statement(text: str, encoding: str) -> ReadFile:
    found = ReadFile(BankFile.Kind.STATEMENT, encoding=encoding)
    lines = text.splitlines()
    delimiter = "\t" if "\t" in "".join(lines[:_HEAD_ROWS]) else ","
    places: dict[str, int] = {}
    head = 0
    for number, cells in _cells(lines, delimiter):
        if not places:
            if number > _HEAD_ROWS:
                break
            places = _head(cells)
            head = number
            if not places and number == 1:
                found.bank = plain_text(cells[0])[:100]
            continue
        if number - head > MOST_ROWS:
            raise UnreadableFileError(_("More than %(most)s rows. Split the file."), most=f"{MOST_ROWS:,}")
        if any(cell.strip() for cell in cells):
            _take_row(found, number, cells, places)
    if not places:
        raise UnreadableFileError(
            _(
                "No head was found. One of the first %(rows)s rows must name date, serial number, payer and amount."
            ),
            rows=_HEAD_ROWS,
        )
    found.bank = re.sub(r"\s*账户明细$", "", found.bank)
    return found


def _cells(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in cells):
                raise UnreadableFileError(_("Row %(row)s is too long to be a bank's."), row=reader.line_num)
            yield reader.line_num, cells or [""]
    except csv.Error:
        raise UnreadableFileError(_("Row %(row)s cannot be read."), row=reader.line_num) from None


def _head(cells: list[str]) -> dict[str, int]:
    """The place of each column where this row is the head, else nothing."""
    names = [plain_text(cell).lower() for cell in cells]
    places = {}
    for column, known in _COLUMNS.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            places[column] = place
    return places if all(column in places for column in _NEEDED) else {}


def _take_row(found: ReadFile, number: int, cells: list[str], places: dict[str, int]) -> None:
    given = {
        column: plain_text(cells[place]) if place < len(cells) else "" for column, place in places.items()
    }
    if not given["amount"] and given.get("debit"):
        found.outgoing += 1
        return
    if plain_text(cells[0]) in _TOTAL_WORDS and not given["serial"]:
        with contextlib.suppress(MoneyError):
            found.stated_total_fen = to_fen(parse_yuan(given["amount"]))
        return
    faults: list[Fault] = []

    def fault(column: str, message: StrOrPromise) -> None:
        faults.append(Fault(number, column, given.get(column, "")[:60], message))

    day = read_day(given["day"])
    if day is None:
        fault("day", _("is not a day; written 19960612 or 1996-06-12"))
    if not given["serial"]:
        fault("serial", _("is missing; without it the line cannot be told from another"))
    elif len(given["serial"]) > 60:
        fault("serial", _("is longer than 60 characters"))
    if len(given["payer"]) > 200:
        fault("payer", _("is longer than 200 characters"))
    fen = 0
    try:
        fen = to_fen(parse_yuan(given["amount"]))
        if fen == 0:
            fault("amount", _("is nothing"))
    except MoneyError as error:
        fault("amount", error.message)
    for column, text in given.items():
        if has_hidden_characters(text):
            fault(column, _("has invisible characters"))
    if faults:
        found.faults += faults
        return
    assert day is not None
    found.rows.append(
        BankRow(
            row=number,
            received_on=day,
            serial=given["serial"],
            payer_name=given["payer"],
            payer_account=given.get("account", "")[:40],
            amount_fen=abs(fen),
            returned=fen < 0,
            remark=given.get("remark", "")[:200],
        )
    )


def read_day(text: str) -> date | None:
    """A bank's day: 19960612, 1996-06-12, 1996/6/12, 1996年6月12日."""
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups() if part is not None))
    except ValueError:
        return None


def _read_results(body: bytes) -> ReadFile:
    """Fixed columns in bytes: number 9, employer 40, amount in fen 12, result 2, day 8; GBK."""
    found = ReadFile(BankFile.Kind.COLLECTION, encoding="GBK")
    for number, line in enumerate(io.BytesIO(body), 1):
        line = line.rstrip(b"\r\n")
        if not line.strip():
            continue
        if number > MOST_ROWS:
            raise UnreadableFileError(_("More than %(most)s rows. Split the file."), most=f"{MOST_ROWS:,}")
        if len(line) != _RESULT_WIDTH:
            shown = line[:40].decode("gb18030", "replace")
            found.faults.append(
                Fault(number, "line", shown, _("is not %(width)s bytes long") % {"width": _RESULT_WIDTH})
            )
            continue
        _take_result(found, number, line)
    return found


def _take_result(found: ReadFile, number: int, line: bytes) -> None:
    serial, amount, result, day_text = (
        line[:9].decode("ascii", "replace"),
        line[49:61].decode("ascii", "replace"),
        line[61:63].decode("ascii", "replace"),
        line[63:].decode("ascii", "replace"),
    )
    try:
        payer = plain_text(line[9:49].decode("gb18030"))
    except UnicodeDecodeError:
        found.faults.append(Fault(number, "payer", repr(line[9:49]), _("is not GBK")))
        return
    day = read_day(day_text)
    if day is None:
        found.faults.append(Fault(number, "day", day_text, _("is not a day; written 19960612 or 1996-06-12")))
    elif not amount.isdigit() or int(amount) == 0:
        found.faults.append(Fault(number, "amount", amount, _("is not an amount in fen")))
    elif result == RESULT_PAID:
        found.rows.append(BankRow(number, day, serial, payer, "", int(amount), returned=False))
    else:
        found.refused.append(Refused(number, payer, int(amount), result))
