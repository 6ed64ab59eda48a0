"""How employers pay: each has a habit from the seed, and the bank's lines of a month follow from it (decision 23).

About 80 in a hundred pay on time, 10 a month late, 7 in part, 3 never; near 92 % of what is due comes in. Lines go
in through the importer, as those of any bank; a few payers cannot be told, a few payments come back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import connection

from collection.imports import BankRecord, hand_in_bank_file, import_bank_lines, take_in_bank_file
from collection.models import BankLine
from collection.services import match_receipt
from enrollment.models import Employer
from jilin_si.access.models import User
from jilin_si.jobs.units import UnitResult
from jilin_si.money import format_yuan, from_fen
from sample.reference import REFERENCE
from sample.users import username

ON_TIME, LATE, PARTLY, NEVER = "on_time", "late", "partly", "never"
UNKNOWN_PAYER_IN = 250  # one payment so many names a payer that cannot be told
COMES_BACK_IN = 600
INSTALMENTS_IN = 40
BANK = "中国工商银行吉林省分行"


@dataclass(frozen=True)
class Debtor:
    """An employer that owes something now: of this month's bills, and of older ones; ``billed_fen`` is this month's."""

    employer_id: int
    number: str
    name: str
    account: str
    now_fen: int
    before_fen: int
    billed_fen: int


def habit(seed: int, number: str, is_large: bool = False) -> str:
    """How an employer pays, from the seed and its number. A county's largest are watched, and pay in the end."""
    drawn = Random(f"{seed}/habit/{number}").randrange(100)
    if is_large:
        return ON_TIME if drawn < 80 else LATE if drawn < 90 else PARTLY
    return ON_TIME if drawn < 80 else LATE if drawn < 90 else PARTLY if drawn < 97 else NEVER


def bank_pays(county_id: int, period: date, seed: int) -> UnitResult:
    """The bank's lines of a county's month. Must run once a county and month, after its assessment."""
    records = list(_records(county_id, period, seed))
    if county_id == REFERENCE.county_id:
        new = import_bank_lines(record for record in records if record.line)
        new += _as_a_file(county_id, period, [record for record in records if not record.line])
    else:
        new = import_bank_lines(records)
    fen = sum(record.amount_fen for record in records)
    return UnitResult(checksum=str(fen), figures={"lines": new, "amount": format_yuan(from_fen(fen))})


def _debtors(county_id: int, period: date) -> tuple[list[Debtor], int]:
    """Who owes something in this county, and what the county's month was billed in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with billed as (
              select employer_id, sum(own_due_fen + unit_due_fen)::bigint as fen from collection_bill
              where county_id = %(county)s and recorded_in = %(period)s group by 1
            ),
            owed as (
              select employer_id,
                     coalesce(sum(own_fen + unit_fen) filter (where recorded_in = %(period)s), 0)::bigint as now_fen,
                     coalesce(sum(own_fen + unit_fen) filter (where recorded_in < %(period)s), 0)::bigint as before_fen
              from collection_openitem where county_id = %(county)s
              group by 1 having sum(own_fen + unit_fen) > 0
            )
            select e.id, e.number, e.name, e.bank_account, o.now_fen, o.before_fen, coalesce(b.fen, 0),
                   (select coalesce(sum(fen), 0)::bigint from billed)
            from owed o join enrollment_employer e on e.id = o.employer_id left join billed b on b.employer_id = e.id
            order by e.id
            """,
            {"county": county_id, "period": period},
        )
        rows = cursor.fetchall()
    return [Debtor(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


_LARGE_SHARE = 12  # percent of what is due in the county's month


def _records(county_id: int, period: date, seed: int) -> Iterator[BankRecord]:
    debtors, billed = _debtors(county_id, period)
    for debtor in debtors:
        if debtor.number == REFERENCE.number:
            yield from _reference_records(debtor.employer_id, county_id, period)
            continue
        chance = Random(f"{seed}/{period}/{debtor.number}")
        is_large = debtor.billed_fen * 100 >= billed * _LARGE_SHARE
        pays = habit(seed, debtor.number, is_large)
        payments: list[tuple[int, int]] = []  # day, fen
        if pays == ON_TIME:
            owed = debtor.now_fen + debtor.before_fen
            payments.append((9 + chance.randrange(7), owed))
            if chance.randrange(INSTALMENTS_IN) == 0 and owed > 100_000:
                first = owed * 6 // 10 // 100 * 100
                payments = [(9 + chance.randrange(4), first), (16 + chance.randrange(4), owed - first)]
        elif pays == PARTLY:
            percent = 62 + chance.randrange(21) if is_large else 45 + chance.randrange(41)
            part_of = debtor.now_fen * percent // 100
            payments.append((10 + chance.randrange(9), part_of // 1000 * 1000))
        elif pays == LATE:
            payments.append((21 + chance.randrange(6), debtor.before_fen))
        for part, (day, fen) in enumerate(payments):
            if fen > 0:
                yield from _one(debtor, county_id, period.replace(day=day), fen, part, chance)


def _one(
    debtor: Debtor, county_id: int, received_on: date, fen: int, part: int, chance: Random
) -> Iterator[BankRecord]:
    """A payment as the bank tells it: mostly plain, now and then under an unknown name, or returned and repeated."""
    serial = f"{received_on:%y%m%d}{debtor.employer_id:07d}{part}"
    known = BankRecord(
        county_id=county_id,
        employer_id=debtor.employer_id,
        bank=BANK,
        received_on=received_on,
        serial=serial,
        payer_name=debtor.name,
        amount_fen=fen,
        payer_account=debtor.account,
        remark=f"{debtor.number} 社会保险费" if chance.randrange(3) else "社会保险费",
    )
    if chance.randrange(UNKNOWN_PAYER_IN) == 0:
        yield BankRecord(
            county_id=county_id,
            employer_id=None,
            bank=BANK,
            received_on=received_on,
            serial=serial,
            payer_name=debtor.name[3:],
            amount_fen=fen,
            remark="劳动保险",
        )
    elif chance.randrange(COMES_BACK_IN) == 0 and received_on.day < 16:
        again = received_on.replace(day=received_on.day + 4)
        yield known
        yield BankRecord(
            county_id=county_id,
            employer_id=None,
            bank=BANK,
            received_on=received_on.replace(day=received_on.day + 1),
            serial=f"{serial}R",
            payer_name=debtor.name,
            amount_fen=fen,
            payer_account=debtor.account,
            remark="账号不符，退回",
            returned=True,
        )
        yield BankRecord(
            county_id=county_id,
            employer_id=debtor.employer_id,
            bank=BANK,
            received_on=again,
            serial=f"{serial}N",
            payer_name=debtor.name,
            amount_fen=fen,
            payer_account=debtor.account,
            remark=f"{debtor.number} 社会保险费（重付）",
        )
    else:
        yield known


def _reference_records(employer_id: int, county_id: int, period: date) -> Iterator[BankRecord]:
    """The reference employer pays each line by itself, on the days that its pages show; in May not all of it."""
    day = period.replace(day=REFERENCE.pays_on[period.month - 1])
    with connection.cursor() as cursor:
        cursor.execute(
            "select line, sum(own_due_fen + unit_due_fen)::bigint from collection_bill"
            " where employer_id = %s and recorded_in = %s group by 1 order by 1",
            [employer_id, period],
        )
        bills = cursor.fetchall()
    for place, (line, due) in enumerate(bills):
        partial = line == "pension" and day == REFERENCE.partial_in
        fen = REFERENCE.partial_fen if partial else int(due)
        if fen > 0:
            yield BankRecord(
                county_id=county_id,
                employer_id=employer_id,
                bank=BANK,
                received_on=day,
                serial=f"{day:%y%m%d}{employer_id:07d}{place}",
                payer_name=REFERENCE.name,
                amount_fen=fen,
                remark=f"JF-{period:%y%m}-{REFERENCE.number[-4:]}",
                line=line,
            )


def _as_a_file(county_id: int, period: date, records: list[BankRecord]) -> int:
    """Hand the lines in as the bank's file and take it in, as the county's clerk does; returns how many are new."""
    if not records:
        return 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(f"{BANK} 账户明细\r\n账号,{county_id}0036,户名,社会保险基金收入户\r\n")
    writer.writerow(["交易日期", "流水号", "对方户名", "对方账号", "贷方发生额", "摘要"])
    for record in records:
        amount = from_fen(-record.amount_fen if record.returned else record.amount_fen)
        writer.writerow(
            [
                f"{record.received_on:%Y%m%d}",
                record.serial,
                record.payer_name,
                record.payer_account,
                f"{amount:,.2f}",
                record.remark,
            ]
        )
    by = User.objects.get(username=username("clerk", county_id))
    file = hand_in_bank_file(
        county_id=county_id,
        name=f"工行对账单_{period:%Y%m}.csv",
        body=text.getvalue().encode("gb18030"),
        bank="",
        by=by,
    )
    return int(take_in_bank_file(file.pk, by=by).counts.get("taken", 0))


def match_unknown(county_id: int, period: date) -> UnitResult:
    """Finance finds out whose last month's unknown payments were: the name is part of one employer's only."""
    by = User.objects.get(username=username("finance", county_id))
    matched = 0
    waiting = BankLine.objects.filter(
        county_id=county_id,
        employer__isnull=True,
        taken_in__isnull=True,
        returned=False,
        received_on__lt=period,
    )
    for line in waiting.order_by("id"):
        fits = list(Employer.objects.filter(county_id=county_id, name__endswith=line.payer_name)[:2])
        if len(fits) == 1:
            match_receipt(line.pk, fits[0], by=by)
            matched += 1
    return UnitResult(checksum=str(matched), figures={"matched": matched})


def desk_lines(county_id: int) -> list[BankRecord]:
    """What lies unmatched on the county's desk at the end: payers whose names say too little."""
    return [
        BankRecord(
            county_id, None, BANK, date(1997, 1, day), f"97010{day}90{place}", payer, fen, remark=remark
        )
        for place, (day, payer, fen, remark) in enumerate(
            (
                (3, "吉林省九台市物资回收公司", 2_148_035, "社会保险费"),
                (3, "九台市机械配件", 936_000, "1996-12 保险费"),
                (4, "张立军", 621_575, "养老保险"),
                (4, "九台市第二建筑", 588_420, "劳保"),
                (6, "饮马河粮库工会", 130_000, "补缴"),
                (6, "九台土门岭水泥", 407_231, "保险费"),
            )
        )
    ]
