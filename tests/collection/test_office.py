"""The office's account: its head sets it, employers are told it, nobody else's is to be changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.models import OfficeAccount
from collection.selectors import bills
from collection.statements.bill import bill_paper
from enrollment.models import Employer
from jilin_si.access.models import Role
from tests.collection import factories as make

TYPED = {
    "holder": "九台市社会保险公司",
    "bank": "中国工商银行九台支行",
    "number": "2201 8112 3456 7890",
    "telephone": "",
}
PAGE = "collection:office_account"


def _signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(make.person(role))
    return client


@pytest.fixture
def works(db: None) -> Employer:
    make.open_year()
    found = make.employer(["300.00"])
    make.assess(make.JANUARY)
    return found


def test_the_head_sets_it_and_employer_and_bill_name_it(works: Employer) -> None:
    head = _signed_in(Role.HEAD)
    key = head.get(reverse(PAGE)).context["once_key"]
    assert head.post(reverse(PAGE), TYPED | {"_once": key}).status_code == 302
    portal = Client()
    portal.force_login(make.employer_user(works))
    shown = portal.get(reverse("portal:home")).content.decode()
    assert "2201 8112 3456 7890" in shown
    assert TYPED["bank"] in shown
    with make.as_user(make.person(Role.CLERK)):
        paper = bill_paper(works, bills.bill_sheet(works.pk, make.JANUARY))
    assert "2201 8112 3456 7890" in paper["pay"]
    assert (
        "2201 8112 3456 7890" in head.get(reverse(PAGE)).content.decode()
    )  # who changed it, from what to what


@pytest.mark.parametrize("number", ["1234567", "12345678x", "", "１２" * 20])
def test_a_number_that_is_none_is_told_at_its_field(works: Employer, number: str) -> None:
    head = _signed_in(Role.HEAD)
    key = head.get(reverse(PAGE)).context["once_key"]
    answer = head.post(reverse(PAGE), TYPED | {"number": number, "_once": key})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"number"}
    assert TYPED["bank"] in answer.content.decode()
    assert not OfficeAccount.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.FINANCE])
def test_others_only_read_it(works: Employer, role: Role) -> None:
    client = _signed_in(role)
    key = client.get(reverse(PAGE)).context["once_key"]
    assert client.post(reverse(PAGE), TYPED | {"_once": key}).status_code == 403


def test_the_database_refuses_another_units_account(works: Employer) -> None:
    with (
        make.as_user(make.person(Role.HEAD)),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into collection_officeaccount (county_id, holder, bank, number, telephone)"
            " values (220182, 'a', 'b', '12345678', '')"
        )
