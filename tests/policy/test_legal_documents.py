"""A new legal document is put on record by provincial staff, and a value may then rest on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy import selectors
from jilin_si.policy.errors import InputError
from jilin_si.policy.legal_documents import record_document
from jilin_si.policy.lookup import Document
from jilin_si.policy.services import ChangeRefusal, Proposal, propose_value

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


def test_a_code_is_taken_once(as_proposer: User) -> None:
    record_document(NOTICE, as_proposer)
    with pytest.raises(InputError) as caught:
        record_document(NOTICE, as_proposer)
    assert caught.value.field == "code"


def test_a_county_puts_nothing_on_record(clerk: User) -> None:
    with acting_as(scope_of(clerk)), pytest.raises(ChangeRefusal):
        record_document(NOTICE, clerk)
