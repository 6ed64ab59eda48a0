"""The pages of collection answer whom they should, with what they should, and nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from collection.models import BankLine
from collection.services import BankRecord, import_bank_lines
from enrollment.models import Employer
from jilin_si.access.models import Role, User
from jilin_si.access.once import new_key
from jilin_si.agencies.models import PROVINCE
from jilin_si.periods import month
from tests.collection import factories as make

WAGES = ("498.33", "451.40", "607.00")


@pytest.fixture
def clerk(db: None) -> User:
    make.open_year(make.JIUTAI, make.YUSHU)
    return make.person(Role.CLERK, name="王淑琴")


@pytest.fixture
def works(clerk: User) -> Employer:
    """An employer of three people: January paid, February in part, March just billed, with a supplement."""
    made = make.employer(WAGES, name="九台市机械配件厂", retirees=7, retiree_cost="3522.50")
    make.taken_over(make.workers_of(made)[0], "351.24", "325.89")
    make.assess(make.JANUARY)
    make.pay(made, "1151.19", date(1996, 1, 14))
    make.assess(make.FEBRUARY)
    make.pay(made, "900.00", date(1996, 2, 14))
    make.corrected(made, make.workers_of(made)[1], "500.00", make.JANUARY, make.MARCH)
    make.assess(make.MARCH)
    make.on(date(1996, 3, 12))
    return made


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff_pages(works: Employer) -> list[str]:
    worker = make.workers_of(works)[0]
    (journal,) = make.rows("select journal_id from collection_receipt order by 1 limit 1")[0]
    (line,) = make.rows("select id from collection_bankline order by 1 limit 1")[0]
    return [
        reverse("collection:month"),
        reverse("collection:month") + "?period=1996-02&sort=-paid&state=partly_paid&line=pension&q=九台",
        reverse("collection:arrears"),
        reverse("collection:receipts"),
        reverse("collection:receipts") + "?state=unmatched&first=1996-01-01&q=九",
        reverse("collection:receipt_enter"),
        reverse("collection:bank_files"),
        reverse("collection:receipt", args=[line]),
        reverse("collection:employer_bills", args=[works.pk]),
        reverse("collection:bill", args=[works.pk, "1996-03"]),
        reverse("collection:bill", args=[works.pk, "1996-01"]),
        reverse("collection:bill_pdf", args=[works.pk, "1996-03"]),
        reverse("collection:employer_statement", args=[works.pk]),
        reverse("collection:periods"),
        reverse("collection:period_close", args=[make.JIUTAI, "1996-01"]),
        reverse("collection:vouchers"),
        reverse("collection:voucher", args=[journal]),
        reverse("collection:account", args=[worker]),
        reverse("enrollment:worker", args=[worker]),
        reverse("enrollment:employer", args=[works.pk]),
        reverse("desk"),
    ]


def expected(address: str, role: str) -> int:
    """All is to be read; money is taken in by clerks and finance alone."""
    takes_money = role in (Role.CLERK, Role.FINANCE)
    return 200 if takes_money or address != reverse("collection:receipt_enter") else 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", [Role.CLERK, Role.FINANCE, Role.HEAD])
def test_the_office_opens_every_page_of_its_unit(works: Employer, role: str, language: str) -> None:
    client = signed_in(make.person(role))
    client.cookies["django_language"] = language
    for address in staff_pages(works):
        answer = client.get(address)
        assert answer.status_code == expected(address, role), address


def test_provincial_staff_open_every_page_of_every_unit(works: Employer) -> None:
    client = signed_in(make.person(Role.PROVINCE, PROVINCE))
    for address in staff_pages(works):
        answer = client.get(address + ("&" if "?" in address else "?") + f"unit={make.JIUTAI}")
        assert answer.status_code == expected(address, Role.PROVINCE), address


def test_another_unit_finds_nothing_there(works: Employer) -> None:
    client = signed_in(make.person(Role.CLERK, make.YUSHU))
    own = {"collection:month", "collection:arrears", "collection:receipts", "collection:receipt_enter"}
    lists = {
        reverse(name)
        for name in own | {"collection:bank_files", "collection:periods", "collection:vouchers", "desk"}
    }
    for address in staff_pages(works):
        answer = client.get(address)
        if address.split("?")[0] in lists:
            assert answer.status_code == 200
            assert "九台市机械配件厂" not in answer.content.decode()
        else:
            assert answer.status_code == 404, address


def test_an_employer_has_no_way_into_the_offices_pages(works: Employer) -> None:
    client = signed_in(make.employer_user(works))
    for address in staff_pages(works):
        assert client.get(address).status_code in (403, 404), address


def test_a_county_month_lists_sorts_and_exports_what_is_filtered(works: Employer, clerk: User) -> None:
    make.employer(("800.00",), name="九台市第二粮库", lines=["pension"], first_period=month(1996, 4))
    client = signed_in(clerk)
    page = client.get(reverse("collection:month") + "?period=1996-02").content.decode()
    assert "九台市机械配件厂" in page
    file = client.get(reverse("collection:month") + "?period=1996-02&export=csv")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row.split(",")[0] for row in text.splitlines()[1:]] == [works.number]
    assert "900.00" in text


def test_money_is_entered_once_however_often_the_form_is_sent(works: Employer, clerk: User) -> None:
    client = signed_in(clerk)
    form = {
        "_once": new_key(),
        "employer": works.number,
        "amount": "１,234.50",
        "received_on": "1996.3.12",
        "bank": "柜台",
        "serial": "S-1",
        "line": "",
        "remark": "",
    }
    first = client.post(reverse("collection:receipt_enter"), form)
    again = client.post(reverse("collection:receipt_enter"), form)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    with make.as_user(clerk):
        assert BankLine.objects.get(serial="S-1").amount == Decimal("1234.50")
    wrong = client.post(
        reverse("collection:receipt_enter"), form | {"_once": new_key(), "amount": "0.005", "employer": "谁"}
    )
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.content.decode()
    assert "S-1" in wrong.content.decode()
    live = client.post(reverse("collection:receipt_enter"), form | {"_check": "amount", "amount": "abc"})
    assert live.json()["errors"]
    live = client.post(reverse("collection:receipt_enter"), form | {"_check": "employer"})
    shown = live.json()["value"]
    assert shown == f"{works.number} {works.name}"
    second = form | {"_once": new_key(), "employer": shown, "serial": "S-2"}
    assert client.post(reverse("collection:receipt_enter"), second).status_code == 302


def test_an_unknown_payer_is_matched_on_its_page(works: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        import_bank_lines(
            [BankRecord(make.JIUTAI, None, "工行", date(1996, 3, 3), "9", "九台机械配件", 50_000)]
        )
        line = BankLine.objects.get(serial="9")
    client = signed_in(clerk)
    page = client.get(reverse("collection:receipt", args=[line.pk])).content.decode()
    assert f'value="{works.number}"' in page  # a name that comes near
    address = reverse("collection:receipt_match", args=[line.pk])
    done = client.post(address, {"_once": new_key(), "seen": "", "employer": works.number, "line": ""})
    assert done.status_code == 302
    stale = client.post(address, {"_once": new_key(), "seen": "", "employer": works.number, "line": ""})
    assert stale.status_code == 409
    released = client.post(
        address, {"_once": new_key(), "seen": str(works.pk), "employer": "", "release": "1"}
    )
    assert released.status_code == 302
    back = client.post(
        reverse("collection:receipt_return", args=[line.pk]), {"_once": new_key(), "reason": ""}
    )
    assert back.status_code == 422


def test_a_bank_file_goes_through_its_preview(works: Employer, clerk: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    body = "交易日期,流水号,对方户名,贷方发生额\n19960312,1,九台市机械配件厂,100.00\n19960399,2,九台市机械配件厂,1.00\n"
    client = signed_in(clerk)

    def hand_in() -> str:
        file = SimpleUploadedFile("<b>三月.csv", body.encode("gbk"))
        answer = client.post(
            reverse("collection:bank_files"),
            {"_once": new_key(), "unit": make.JIUTAI, "file": file, "bank": "工行九台支行"},
        )
        assert answer.status_code == 302
        return str(answer["Location"])

    where = hand_in()
    page = client.get(where).content.decode()
    assert "&lt;b&gt;三月" in page
    assert "19960399" in page
    assert client.post(where, {"_once": new_key()}).status_code == 422
    assert client.post(where, {"_once": new_key(), "only_good": "1"}).status_code == 302
    assert hand_in() == where
    assert client.post(where, {"_once": new_key(), "only_good": "1"}).status_code == 302
    with make.as_user(clerk):
        assert BankLine.objects.filter(bank="工行九台支行").count() == 1


def test_closing_a_month_asks_for_its_name_and_names_its_figures(works: Employer) -> None:
    finance = make.person(Role.FINANCE)
    client = signed_in(finance)
    address = reverse("collection:period_close", args=[make.JIUTAI, "1996-01"])
    page = client.get(address).content.decode()
    assert "1,151.19" in page
    assert client.post(address, {"_once": new_key(), "typed": "1996-02"}).status_code == 422
    assert client.post(address, {"_once": new_key(), "typed": "1996-01"}).status_code == 302
    assert make.rows(
        "select state from ledger_period where agency_id = 220181 and period = '1996-01-01'"
    ) == [("closed",)]
    again = client.post(address, {"_once": new_key(), "typed": "1996-01"})
    assert again.status_code == 302
    february = reverse("collection:period_close", args=[make.JIUTAI, "1996-02"])
    assert (
        signed_in(make.person(Role.CLERK))
        .post(february, {"_once": new_key(), "typed": "1996-02"})
        .status_code
        == 403
    )


def test_the_portal_shows_what_is_due_with_its_parts(works: Employer) -> None:
    client = signed_in(make.employer_user(works))
    assert client.get("/")["Location"] == reverse("portal:home")
    page = client.get(reverse("portal:home")).content.decode()
    for text in ("九台市机械配件厂", "1996-03", works.number):
        assert text in page
    for name, args in (
        ("portal:bill", ["1996-03"]),
        ("portal:bill_pdf", ["1996-03"]),
        ("portal:statements", []),
        ("portal:declarations", []),
        ("portal:people", []),
        ("notices", []),
    ):
        assert client.get(reverse(name, args=args)).status_code == 200, name
    assert client.get(reverse("portal:bill", args=["1995-03"])).status_code == 404
    assert client.get(reverse("portal:bill", args=["abc"])).status_code == 404
    people = client.get(reverse("portal:people") + "?q=陈").content.decode()
    assert "陈国富" in people
    assert "王桂芝" not in people


def test_who_acts_for_two_employers_changes_between_them_and_for_no_third(works: Employer) -> None:
    second, third = (
        make.employer(WAGES, name=name, first_period=month(1996, 4))
        for name in ("九台市第二粮库", "九台市第三粮库")
    )
    client = signed_in(make.employer_user(works, second))
    first_page = client.get(reverse("portal:home")).content.decode()
    assert reverse("portal:switch", args=[second.pk]) in first_page
    assert client.get(reverse("portal:switch", args=[second.pk])).status_code == 302
    assert '<b title="九台市第二粮库">' in client.get(reverse("portal:home")).content.decode()
    assert client.get(reverse("portal:switch", args=[third.pk])).status_code == 404


def test_a_portal_user_without_employer_and_a_stranger_stay_outside(works: Employer) -> None:
    assert signed_in(make.person(Role.CLERK)).get(reverse("portal:home")).status_code == 403
    assert Client().get(reverse("portal:home")).status_code == 302
    assert Client().get(reverse("collection:month")).status_code == 302
