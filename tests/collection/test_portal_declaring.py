"""The employer's own declaration on line: typed, handed in, sent back, approved by the office; and no other's."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrollment.imports.models import ReturnedSheet
from enrollment.models import Declaration, Employer, Worker
from enrollment.selectors.declarations import declarations
from enrollment.services import approve_declaration, return_declaration, start_declaration
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from tests.enrollment import factories as make
from tests.enrollment.conftest import (  # noqa: F401  (fixtures)
    acting,
    clerk,
    pension_rules,
    reviewer,
    works,
)
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer_user(works: Employer, acting: User) -> User:  # noqa: F811
    """A user of the works, which has two workers."""
    for name in ("陈国富", "王桂芝"):
        make.worker(acting, works, name=name)
    user = User.objects.create_user("sunli", password=make.PASSWORD, display_name="孙丽")
    with as_owner():
        Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=works.pk)
    return user


@pytest.fixture
def portal(client: Client, employer_user: User) -> Client:
    client.force_login(employer_user)
    return client


def _once(**fields: Any) -> dict[str, Any]:
    return fields | {"_once": str(uuid.uuid4())}


def _url(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


def _fields(declaration: Declaration, **rows: str) -> dict[str, Any]:
    typed = {f"rows-{place[1:]}-year_wages": wages for place, wages in rows.items()}
    return _once(version=str(declaration.version), page="mine", retirees="", retiree_cost="", **typed)


def test_an_employer_declares_on_line_and_the_office_approves(
    portal: Client,
    works: Employer,  # noqa: F811
    employer_user: User,
    reviewer: User,  # noqa: F811
    pension_rules: None,  # noqa: F811
) -> None:
    page = portal.post(_url("declare"), _once(year="1996"), follow=True)
    shown = page.context["declaration"]
    assert page.templates[0].name == "enrollment/declaration_grid.html"
    assert (
        "下限"
        in portal.post(
            _url("declaration_side", shown.pk), {"_row": "0", "year_wages": "4800", "months": "12"}
        ).content.decode()
    )
    answer = portal.post(
        _url("declaration_row", shown.pk),
        {"_row": "0", "year_wages": "1200", "months": "12", "version": "1", "page": "mine"},
    ).json()
    assert answer["calc"]["base"] == {"text": "221.50", "tone": "adj", "note": "下限"}
    shown.refresh_from_db()
    refused = portal.post(_url("declaration", shown.pk), _fields(shown, r0="4800"))
    assert refused.status_code == 422
    shown.refresh_from_db()
    assert shown.draft["rows"][0]["year_wages"] == "4800"  # what was typed is kept
    done = portal.post(_url("declaration", shown.pk), _fields(shown, r0="4800", r1="5400"), follow=True)
    assert done.templates[0].name == "collection/portal/declaration.html"
    shown.refresh_from_db()
    assert (shown.state, shown.from_employer, shown.entered_by) == ("submitted", True, employer_user)
    with make.as_user(reviewer):
        assert declarations({"state": "submitted"}).get().from_employer
        return_declaration(declaration=shown, version=shown.version, reason="王桂芝工资请核对", by=reviewer)
    page = portal.get(_url("declaration", shown.pk))
    assert "王桂芝工资请核对" in page.content.decode()
    assert "王桂芝工资请核对" in portal.get(_url("declarations")).content.decode()
    shown.refresh_from_db()
    portal.post(_url("declaration", shown.pk), _fields(shown, r1="5000"))
    shown.refresh_from_db()
    with make.as_user(reviewer):
        approved = approve_declaration(declaration=shown, version=shown.version, by=reviewer)
    assert (approved.state, approved.workers) == ("approved", 2)


def test_an_employer_takes_its_own_return_back(portal: Client, works: Employer) -> None:  # noqa: F811
    portal.post(_url("declare"), _once(year="1996"))
    with make.as_user(User.objects.get(username="sunli")):
        shown = Declaration.objects.get(employer=works)
    portal.post(_url("declaration", shown.pk), _fields(shown, r0="4800", r1="5400"))
    with make.as_user(User.objects.get(username="sunli")):
        shown = Declaration.objects.get(employer=works)
    portal.post(_url("declaration_withdraw", shown.pk), _once(version=str(shown.version)))
    shown.refresh_from_db()
    assert shown.state == "draft"


def test_new_people_are_named_by_an_employer_and_enrolled_by_nobody_yet(
    portal: Client,
    works: Employer,  # noqa: F811
) -> None:
    page = portal.post(_url("declare"), _once(year="1996"), follow=True)
    shown = page.context["declaration"]
    assert "data-grid-new" in page.content.decode()
    number = make.identity_number()
    new = {
        "rows-2-number": number, "rows-2-name": "郭艳秋", "rows-2-category": "contract",
        "rows-2-identity": "worker", "rows-2-year_wages": "1800", "rows-2-months": "6",
    }  # fmt: skip
    page = portal.post(_url("declaration", shown.pk), _fields(shown, r0="4800", r1="5400") | new, follow=True)
    assert page.status_code == 200
    assert "新增" in page.content.decode()
    with as_owner(), acting_as(everything()):
        assert not Worker.objects.filter(identity_number=number).exists()


def test_other_years_and_other_employers_are_not_there(
    portal: Client,
    acting: User,  # noqa: F811
    employer_user: User,
) -> None:
    assert portal.post(_url("declare"), _once(year="1995")).status_code == 404
    other = make.employer(acting, name="别家工厂")
    make.worker(acting, other, name="外人")
    theirs = start_declaration(employer=other, fee_year=1996, by=acting)
    sheet = ReturnedSheet.objects.create(
        declaration=theirs, employer=other, county_id=other.county_id, file_name="别家.xlsx"
    )
    for name in ("declaration", "declaration_excel", "declaration_workbook"):
        assert portal.get(_url(name, theirs.pk)).status_code == 404, name
    assert portal.get(_url("sheet", sheet.pk)).status_code == 404
    for name in ("declaration", "declaration_row", "declaration_check", "declaration_side", "declaration_people",
                 "declaration_draft", "declaration_withdraw", "declaration_excel"):  # fmt: skip
        assert portal.post(_url(name, theirs.pk), _once(version="1", _row="0")).status_code == 404, name
    assert portal.post(_url("sheet_take", sheet.pk), _once()).status_code == 404
    with make.as_user(employer_user), connection.cursor() as cursor:
        cursor.execute("select count(*) from enrollment_declaration")
        assert cursor.fetchone() == (0,)
        cursor.execute("update enrollment_declaration set workers = 9")
        assert cursor.rowcount == 0
        cursor.execute("select count(*) from enrollment_returnedsheet")
        assert cursor.fetchone() == (0,)
    with make.as_user(employer_user), pytest.raises(PermissionDenied):
        start_declaration(employer=other, fee_year=1996, by=employer_user)


def test_an_employer_cannot_approve_neither_by_page_nor_past_it(
    portal: Client,
    works: Employer,  # noqa: F811
    employer_user: User,
    acting: User,  # noqa: F811
) -> None:
    declaration = make.handed_in(works, acting)
    for name in ("declaration_approve", "declaration_return", "declaration_withdraw"):
        url = reverse(f"enrollment:{name}", args=[declaration.pk])
        assert portal.post(url, _once(version=str(declaration.version), reason="x")).status_code == 403
    portal.post(_url("declaration_withdraw", declaration.pk), _once(version=str(declaration.version)))
    declaration.refresh_from_db()
    assert declaration.state == "submitted"
    with make.as_user(employer_user):
        with pytest.raises(PermissionDenied):
            approve_declaration(declaration=declaration, version=declaration.version, by=employer_user)
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "update enrollment_declaration set state = 'approved', reviewed_by_id = %s, reviewed_at = now()",
                [employer_user.pk],
            )
