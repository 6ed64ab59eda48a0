"""What the office may rely on when money comes in: bank files, the counter, and whose money it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from collection import services
from collection.bank_files import UnreadableFileError, read_bank_file
from collection.imports import KNOWN, NEW, REPEATED, RETURNED, UNMATCHED, plan_import
from collection.models import BankFile, BankLine
from enrollment.models import Employer
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Role, User
from jilin_si.agencies.models import PROVINCE
from tests.collection import factories as make

HEAD = "中国工商银行吉林省分行 账户明细\n账号,220110480906,户名,养老保险基金收入户\n交易日期,流水号,对方户名,对方账号,贷方发生额,摘要\n"
JUNE = date(1996, 6, 30)
DATA = Path(__file__).parent / "data"


def statement(*rows: str, head: str = HEAD) -> bytes:
    return (head + "\n".join(rows) + "\n").encode("gbk")


@pytest.fixture
def clerk(db: None) -> User:
    make.open_year(make.JIUTAI, make.YUSHU, make.TONGYU)
    make.on(JUNE)
    return make.person(Role.CLERK, name="王淑琴")


@pytest.fixture
def works(clerk: User) -> Employer:
    return make.employer(name="九台市机械配件厂")


def test_a_bank_statement_is_read_as_the_bank_wrote_it() -> None:
    read = read_bank_file(
        statement(
            '19960612,960600000,九台市机械配件厂,22011466906409,"62,194.28",补缴4-5月保险费',
            '1996-06-15,960600025,九台市机械配件厂,22018573054789,"-8,113.15",退回',
            '合计,,,,"54,081.13",',
        )
    )
    assert (read.kind, read.bank, read.encoding) == ("statement", "中国工商银行吉林省分行", "GBK")
    assert [(r.received_on.day, r.amount_fen, r.returned) for r in read.rows] == [
        (12, 6219428, False),
        (15, 811315, True),
    ]
    assert read.total_fen == read.stated_total_fen == 5408113
    assert not read.faults


def test_every_wrong_cell_is_told_with_its_row_and_column() -> None:
    read = read_bank_file(
        statement(
            "19960231,1,某厂,22,100.00,",
            "19960612,,某厂,22,1e3,",
            "19960612,3,某厂,22,0.005,",
            "19960612,4,某厂,22,0.00,",
            "19960612,5,某厂,22,１２３.50,",
        )
    )
    assert [(f.row, f.column) for f in read.faults] == [
        (4, "day"),
        (5, "serial"),
        (5, "amount"),
        (6, "amount"),
        (7, "amount"),
    ]
    assert [r.amount_fen for r in read.rows] == [12350]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\x01\x02", b"a,b,c\n1,2,3\n", "姓名,金额\n".encode() * 30, b"\xff\xfea"],
    ids=["empty", "binary", "no head", "other head", "broken utf-16"],
)
def test_a_file_that_is_no_bank_file_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read_bank_file(body)


def test_results_of_entrusted_collection_have_fixed_columns_in_bytes() -> None:
    def line(number: int, name: str, fen: int, result: str) -> bytes:
        return (
            b"%09d" % number + name.encode("gbk").ljust(40) + b"%012d" % fen + result.encode() + b"19960625"
        )

    read = read_bank_file(
        b"\n".join(
            [line(1, "辽源市矿山机械厂", 4488535, "00"), line(2, "延吉市胶合板厂", 1022173, "01"), b"short"]
        )
    )
    assert read.kind == "collection"
    assert [(r.serial, r.payer_name, r.amount_fen) for r in read.rows] == [
        ("000000001", "辽源市矿山机械厂", 4488535)
    ]
    assert [(r.payer_name, r.result) for r in read.refused] == [("延吉市胶合板厂", "01")]
    assert [f.row for f in read.faults] == [3]


def test_the_preview_says_what_will_become_of_each_row(works: Employer, clerk: User) -> None:
    body = statement(
        "19960612,1,九台（市）机械配件厂,22,100.00,",
        "19960612,2,某某商贸货栈,22,200.00,",
        f"19960613,3,某某商贸货栈,22,50.00,代缴{works.number}",
        "19960613,4,九台市机械配件厂,22,-30.00,退回",
        "19960612,1,九台（市）机械配件厂,22,100.00,",
        "19960701,6,九台市机械配件厂,22,100.00,",
        "19960613,4,另一厂,22,-31.00,退回",
    )
    with make.as_user(clerk):
        plan = plan_import(body)
    assert [(p.row.serial, p.state, bool(p.employer)) for p in plan.rows] == [
        ("1", NEW, True),
        ("2", UNMATCHED, False),
        ("3", NEW, True),
        ("4", RETURNED, True),
        ("1", REPEATED, False),
    ]
    assert [(f.row, f.column) for f in plan.faults] == [(9, "day"), (10, "serial")]


def test_the_same_file_twice_and_its_rows_in_another_file_change_nothing(
    works: Employer, clerk: User
) -> None:
    rows = ["19960612,1,九台市机械配件厂,22,100.00,", "19960612,2,某某商贸货栈,22,200.00,"]
    with make.as_user(clerk):
        first = services.hand_in_bank_file(
            county_id=make.JIUTAI, name="六月.csv", body=statement(*rows), bank="", by=clerk
        )
        services.take_in_bank_file(first.pk, by=clerk)
        assert BankLine.objects.count() == 2
        again = services.hand_in_bank_file(
            county_id=make.JIUTAI, name="六月 (1).csv", body=statement(*rows), bank="", by=clerk
        )
        assert again.pk == first.pk
        assert services.take_in_bank_file(again.pk, by=clerk).counts["taken"] == 2
        other = statement(*reversed(rows), "19960614,3,九台市机械配件厂,22,1.00,")
        assert [p.state for p in plan_import(other).rows] == [KNOWN, KNOWN, NEW]
        second = services.hand_in_bank_file(
            county_id=make.JIUTAI, name="b.csv", body=other, bank="", by=clerk
        )
        assert services.take_in_bank_file(second.pk, by=clerk).counts["taken"] == 1
        assert BankLine.objects.count() == 3
        assert {line.employer_id for line in BankLine.objects.filter(serial__in=["1", "3"])} == {works.pk}
        assert AuditEntry.objects.filter(act="bank_file_taken_in").count() == 2


def test_a_known_number_with_another_amount_is_a_fault_and_no_overwrite(works: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        file = services.hand_in_bank_file(
            county_id=make.JIUTAI,
            name="a.csv",
            body=statement("19960612,1,九台市机械配件厂,22,100.00,"),
            bank="",
            by=clerk,
        )
        services.take_in_bank_file(file.pk, by=clerk)
        wrong = services.hand_in_bank_file(
            county_id=make.JIUTAI,
            name="b.csv",
            body=statement("19960612,1,九台市机械配件厂,22,900.00,", "19960613,2,九台市机械配件厂,22,5.00,"),
            bank="",
            by=clerk,
        )
        with pytest.raises(Refusal):
            services.take_in_bank_file(wrong.pk, by=clerk)
        assert BankLine.objects.count() == 1
        services.take_in_bank_file(wrong.pk, by=clerk, only_good_rows=True)
        assert sorted(line.amount for line in BankLine.objects.all()) == [Decimal("5.00"), Decimal("100.00")]


def test_money_that_came_back_is_not_taken_into_the_books(works: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        file = services.hand_in_bank_file(
            county_id=make.JIUTAI,
            name="a.csv",
            body=statement(
                "19960610,1,九台市机械配件厂,22,100.00,",
                "19960612,2,九台市机械配件厂,22,-100.00,退回",
                "19960614,3,九台市机械配件厂,22,70.00,",
            ),
            bank="",
            by=clerk,
        )
        services.take_in_bank_file(file.pk, by=clerk)
    make.settled(date(1996, 6, 1), JUNE)
    with make.as_user(clerk):
        assert [(b.serial, b.returned, b.taken_in) for b in BankLine.objects.order_by("serial")] == [
            ("1", True, None),
            ("2", True, None),
            ("3", False, date(1996, 6, 1)),
        ]


def test_a_provincial_file_finds_employers_of_every_unit(clerk: User) -> None:
    here, there = (
        make.employer(name="九台市机械配件厂"),
        make.employer(name="通榆县果酒厂", county_id=make.TONGYU),
    )
    province = make.person(Role.PROVINCE, PROVINCE)
    body = statement(
        "19960612,1,九台市机械配件厂,22,100.00,",
        "19960612,2,通榆县果酒厂,22,200.00,",
        "19960612,3,谁家,22,300.00,",
    )
    with make.as_user(province):
        plan = plan_import(body)
        assert [p.employer.pk if p.employer else None for p in plan.rows] == [here.pk, there.pk, None]
        with pytest.raises(PermissionDenied):
            services.hand_in_bank_file(county_id=make.JIUTAI, name="a.csv", body=body, bank="", by=province)
    with make.as_user(clerk):
        assert [p.state for p in plan_import(body).rows] == [NEW, UNMATCHED, UNMATCHED]


def test_a_name_that_two_employers_share_matches_neither(clerk: User) -> None:
    make.employer(name="九台市第一粮库")
    make.employer(name="九台（市）第一粮库")
    with make.as_user(clerk):
        assert [p.state for p in plan_import(statement("19960612,1,九台市第一粮库,22,1.00,")).rows] == [
            UNMATCHED
        ]


def test_a_receipt_at_the_counter_waits_for_the_settlement_and_is_entered_once(
    works: Employer, clerk: User
) -> None:
    given = {
        "employer": works,
        "received_on": date(1996, 6, 12),
        "amount": Decimal("1234.50"),
        "bank": "柜台",
        "serial": "S-1",
        "by": clerk,
    }
    with make.as_user(clerk):
        line = services.enter_receipt(**given)
        assert (line.amount, line.source, line.taken_in) == (Decimal("1234.50"), "entered", None)
        with pytest.raises(Refusal) as refused:
            services.enter_receipt(**given)
        assert refused.value.field == "serial"
        with pytest.raises(Refusal) as refused:
            services.enter_receipt(**given | {"received_on": date(1996, 7, 1), "serial": "S-2"})
        assert refused.value.field == "received_on"
        with pytest.raises(Refusal) as refused:
            services.enter_receipt(**given | {"line": "maternity", "serial": "S-3"})
        assert refused.value.field == "line"
        assert BankLine.objects.count() == 1


def test_an_unmatched_line_gets_its_employer_until_it_is_taken(works: Employer, clerk: User) -> None:
    stranger = make.employer(county_id=make.YUSHU)
    with make.as_user(clerk):
        services.import_bank_lines(
            [services.BankRecord(make.JIUTAI, None, "工行", date(1996, 6, 3), "9", "某某商贸货栈", 50_000)]
        )
        line = BankLine.objects.get()
        services.match_receipt(line.pk, works, by=clerk)
        services.match_receipt(line.pk, None, by=clerk)
        assert BankLine.objects.get().employer_id is None
        with pytest.raises(Refusal):
            services.match_receipt(line.pk, stranger, by=clerk)
        services.match_receipt(line.pk, works, by=clerk, line="injury")
    make.settled(date(1996, 6, 1), JUNE)
    with make.as_user(clerk):
        assert BankLine.objects.get().receipts.get().line == "injury"
        with pytest.raises(Refusal):
            services.match_receipt(line.pk, None, by=clerk)
        with pytest.raises(Refusal):
            services.return_receipt(line.pk, reason="错账", by=clerk)
        acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
        assert acts == ["receipt_matched", "receipt_released", "receipt_matched"]


def test_only_who_takes_money_at_the_unit_may_touch_it(works: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        services.import_bank_lines(
            [services.BankRecord(make.JIUTAI, None, "工行", date(1996, 6, 3), "9", "某某商贸货栈", 50_000)]
        )
        line = BankLine.objects.get()
    for role, agency in ((Role.REVIEWER, make.JIUTAI), (Role.AUDITOR, PROVINCE), (Role.PROVINCE, PROVINCE)):
        other = make.person(role, agency)
        with make.as_user(other), pytest.raises(PermissionDenied):
            services.match_receipt(line.pk, works, by=other)
    elsewhere = make.person(Role.CLERK, make.YUSHU)
    with make.as_user(elsewhere):
        assert not BankLine.objects.exists()
        assert not BankFile.objects.exists()
        with pytest.raises(BankLine.DoesNotExist):
            services.match_receipt(line.pk, works, by=elsewhere)


def test_lines_of_another_unit_are_passed_over_without_a_word(works: Employer, clerk: User) -> None:
    record = services.BankRecord(make.YUSHU, None, "工行", date(1996, 6, 3), "9", "某某", 1)
    elsewhere = make.person(Role.CLERK, make.YUSHU)
    with make.as_user(elsewhere):
        assert services.import_bank_lines([record]) == 1
    with make.as_user(clerk):
        mine = services.BankRecord(make.JIUTAI, works.pk, "工行", date(1996, 6, 3), "9", "九台", 2)
        assert services.import_bank_lines([mine]) == 0


def test_a_month_is_closed_by_the_finance_of_the_unit_after_its_assessment(
    works: Employer, clerk: User
) -> None:
    finance = make.person(Role.FINANCE)
    with make.as_user(finance), pytest.raises(Refusal):
        services.close_month(county_id=make.JIUTAI, period=make.JANUARY, by=finance)
    make.assess(make.JANUARY)
    with make.as_user(clerk), pytest.raises(PermissionDenied):
        services.close_month(county_id=make.JIUTAI, period=make.JANUARY, by=clerk)
    with make.as_user(finance):
        services.close_month(county_id=make.JIUTAI, period=make.JANUARY, by=finance)
        assert AuditEntry.objects.get().act == "period_closed"
    assert make.rows(
        "select state from ledger_period where period = '1996-01-01' and agency_id = %s", [make.JIUTAI]
    ) == [("closed",)]


def test_a_months_statement_of_the_provincial_account(clerk: User) -> None:
    body = (DATA / "bank_statement_199606_gbk.csv").read_bytes()
    names = {row.payer_name for row in read_bank_file(body).rows} - {"某某商贸货栈"}
    for name in {name.replace("(", "").replace(")", "") for name in names}:
        make.employer([], name=name)
    with make.as_user(clerk):
        plan = plan_import(body)
        assert plan.counts == {
            "new": 58, "unmatched": 1, "gone_back": 1, "repeated": 1, "known": 0, "faults": 0, "refused": 0, "outgoing": 0,
        }  # fmt: skip
        assert plan.sums[NEW] + plan.sums[UNMATCHED] - plan.sums[RETURNED] == Decimal("2554485.03")
        assert not plan.stated_total_differs
        file = services.hand_in_bank_file(
            county_id=make.JIUTAI, name="六月.csv", body=body, bank="", by=clerk
        )
        assert services.take_in_bank_file(file.pk, by=clerk).counts["taken"] == 60
        results = (DATA / "collection_results_gbk.txt").read_bytes()
        with pytest.raises(Refusal) as refused:
            services.hand_in_bank_file(
                county_id=make.JIUTAI, name="托收.txt", body=results, bank="", by=clerk
            )
        assert refused.value.field == "bank"
        file = services.hand_in_bank_file(
            county_id=make.JIUTAI, name="托收.txt", body=results, bank="农行", by=clerk
        )
        counts = services.take_in_bank_file(file.pk, by=clerk).counts
        assert (counts["taken"], counts["refused"]) == (34, 6)
        assert sum(b.amount for b in BankLine.objects.filter(bank="农行")) == Decimal("1448316.35")
