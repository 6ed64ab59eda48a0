"""A new legal document is put on record by provincial staff, and a value may then rest on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.utils.translation import override

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy import selectors
from jilin_si.policy.errors import InputError
from jilin_si.policy.legal_documents import code_of, plain_number, record_document
from jilin_si.policy.lookup import Document
from jilin_si.policy.models import LegalDocument
from jilin_si.policy.services import ChangeRefusal, Proposal, propose_value
from tests.policy.pages import hand_in, signed_in

NOTICE = Document(
    code="JZF-1997-21",
    number="吉政发〔1997〕21号",
    title="关于调整生育保险费率的通知",
    title_en="Notice on the maternity rate",
    issuer="吉林省人民政府",
    issuer_en="People's Government of Jilin Province",
    issued_on=date(1997, 5, 6),
)


def test_a_value_may_rest_on_a_new_document(as_proposer: User) -> None:
    record_document(NOTICE, as_proposer)
    propose_value(Proposal("mat.rate", date(1997, 7, 1), "0.009", "JZF-1997-21", "law"), as_proposer)
    assert [d.code for d in selectors.documents("1997〕21")] == ["JZF-1997-21"]


def test_every_wrong_field_is_named(as_proposer: User) -> None:
    wrong = replace(NOTICE, code="jzf 21", number="", title_en=" ", issued_on=date(1899, 1, 1))
    with pytest.raises(InputError) as caught:
        record_document(wrong, as_proposer)
    assert {error.field for error in caught.value.errors} == {"code", "number", "title_en", "issued_on"}


@pytest.mark.parametrize(
    ("again", "field"),
    [
        ({}, "number"),
        ({"number": "吉政发[1997] 21 号", "code": "OTHER-1"}, "number"),
        ({"number": "吉政发〔1997〕22号"}, "code"),
    ],
)
def test_a_document_is_on_record_once(as_proposer: User, again: dict[str, str], field: str) -> None:
    record_document(NOTICE, as_proposer)
    with pytest.raises(InputError) as caught:
        record_document(replace(NOTICE, **again), as_proposer)
    assert caught.value.field == field
    with override("en"):
        assert "on record already" in caught.value.message


@pytest.mark.parametrize(
    ("number", "kept", "code"),
    [
        (" 吉政发[1995]18号 ", "吉政发〔1995〕18号", "JZF-1995-18"),
        ("吉政明电（1993） 第2号", "吉政明电〔1993〕2号", "JZMD-1993-2"),
        ("国务院令第258号", "国务院令第258号", ""),
    ],
)
def test_a_number_gives_the_code(number: str, kept: str, code: str) -> None:
    assert (plain_number(number), code_of(number)) == (kept, code)


def test_a_document_on_record_is_neither_changed_nor_taken_away(as_proposer: User) -> None:
    row = record_document(NOTICE, as_proposer)
    for act in (lambda: LegalDocument.objects.filter(pk=row.pk).update(title="x"), row.delete):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            act()


FILLED = {
    "number": "吉政发[1997]21号", "code": "", "issued_on": "1997.5.6", "title": "关于调整生育保险费率的通知",
    "title_en": "Notice on the maternity rate", "issuer": "吉林省人民政府", "issuer_en": "Jilin Province", "note": "",
}  # fmt: skip


def test_provincial_staff_add_one_on_the_page_and_propose_with_it(proposer: User) -> None:
    client = signed_in(proposer)
    assert b"documents/add/" in client.get("/policy/documents/").content
    made = hand_in(client, "/policy/documents/add/?for=mat.rate", FILLED)
    assert made.url == "/policy/parameters/mat.rate/propose/?document=JZF-1997-21"
    assert b'value="JZF-1997-21" selected' in client.get(made.url).content
    page = client.get("/policy/documents/JZF-1997-21/").content.decode()
    assert "吉政发〔1997〕21号" in page
    assert "proposer" in page
    again = hand_in(client, "/policy/documents/add/", FILLED)
    assert again.status_code == 422
    assert "“吉政发〔1997〕21号” is on record already: JZF-1997-21" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": ""}, "required"),
        ({"title_en": ""}, "required"),
        ({"number": "通知"}, "is missing"),
        ({"code": "jzf 1"}, "capital letters"),
        ({"issued_on": "6 May"}, "is not a day"),
        ({"issued_on": "1899-01-01"}, "1949-10-01"),
        ({"title": "长" * 201}, "200"),
    ],
)
def test_a_wrong_field_is_said_on_the_page(proposer: User, change: dict[str, str], said: str) -> None:
    answer = hand_in(signed_in(proposer), "/policy/documents/add/", FILLED | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_clerk_adds_no_document(clerk: User) -> None:
    client = signed_in(clerk)
    assert b"documents/add/" not in client.get("/policy/documents/").content
    assert hand_in(client, "/policy/documents/add/", FILLED).status_code == 403


def test_a_county_puts_nothing_on_record(clerk: User) -> None:
    with acting_as(scope_of(clerk)), pytest.raises(ChangeRefusal):
        record_document(NOTICE, clerk)
