"""Who may read and who may write, on every route, as every role; and what nobody may do anywhere.

The table is ``routes.txt``. One world in one transaction serves the whole walk; each request is taken back.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Collection, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from tests.matrix.light import light_pages
from tests.matrix.routes import GROUPS, STAFF, Address, Entry, addresses, entries, in_words, lets_in
from tests.matrix.world import ANONYMOUS, NAME, WORKER, World, make_world

pytestmark = pytest.mark.django_db
# The signed-in first: who is not gets no further than the sign-in.
EVERYBODY = sorted(GROUPS["anyone"], key=lambda role: (role == ANONYMOUS, role))
# Who sees only a part: for them there is a foreign county.
BOUND = sorted(GROUPS["anyone"] - GROUPS["everywhere"] - {ANONYMOUS})
# What a page that only shows something may still write: the sign-in's own bookkeeping, and that somebody looked.
NO_CHANGE = {"django_session", "access_auditentry", "axes_accesslog", "axes_accessattempt"}
_WRITES = re.compile(r'^\s*(?:with\b.*?\)\s*)?(?:insert into|update|delete from)\s+"?(\w+)"?', re.I | re.S)


@pytest.fixture(autouse=True)
def _unlogged() -> Iterator[None]:
    """Thousands of refusals, each with its trace, would cost more than the walk."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield make_world()
            transaction.set_rollback(True)
        connection.close()


def ask(world: World, role: str, method: str, address: str, **more: Any) -> Any:
    """One request, and whatever it changed is taken back."""
    client = world.clients[role]
    before = SimpleCookie(client.cookies.output(header="", sep=";"))
    client.raise_request_exception = False
    data = {"_once": str(uuid.uuid4())} if method == "post" else None
    with transaction.atomic():
        response = getattr(client, method)(address, data, **more)
        transaction.set_rollback(True)
    client.cookies = before

    return response


def let_in(world: World, method: str, address: str, roles: Collection[str] = EVERYBODY) -> frozenset[str]:
    """Who of these roles is let in by a method of an address. One "no such method" stands for all roles."""
    found = set()
    for role in roles:
        answer = ask(world, role, method, address)
        assert answer.status_code < 500, f"{method} {address} as {role}: {answer.status_code}"
        if answer.status_code == 405:
            return frozenset()
        if lets_in(answer):
            found.add(role)
    return frozenset(found)


def observed(world: World, route: Address) -> str:
    """The line of the table that says what a route without an entry does now."""
    wanted = " ".join(route.guess)
    if not all(world.knows(name) for name in route.guess):
        return f"{route.name} | {wanted} | ? | ?   (say in tests/matrix/world.py how such a thing is made)"
    entry = Entry(route.name, route.guess, frozenset(), frozenset(), False)
    address = entry.address(world.arguments(route.guess))
    cells = [let_in(world, method, address) for method in ("get", "post")]
    return f"{route.name} | {wanted} | {in_words(cells[0])} | {in_words(cells[1])}"


def test_every_route_has_an_entry(world: World) -> None:
    table, there = entries(), list(addresses())
    with light_pages():
        lines = [observed(world, route) for route in there if route.name not in table]
    gone = sorted(table.keys() - {route.name for route in there})
    assert not lines, (
        "These routes have no line in tests/matrix/routes.txt. What they do now is said below: check that it is"
        " what you mean, above all who may write, and add the lines:\n\n" + "\n".join(lines)
    )
    assert not gone, f"tests/matrix/routes.txt names routes that are gone: {', '.join(gone)}"


def test_each_role_is_let_in_where_the_table_says_so_and_nowhere_else(world: World) -> None:
    """Everybody who is to be kept out, and two of those who are to be let in, other ones on each route."""
    assert not _walked(world, some=True)


@pytest.mark.long
def test_each_role_that_the_table_names_is_let_in(world: World) -> None:
    assert not _walked(world, some=False)


def _walked(world: World, some: bool) -> str:
    wrong = []
    with light_pages():
        for number, entry in enumerate(entries().values()):
            address = entry.address(world.arguments(entry.wanted))
            for method, allowed in (("get", entry.readers), ("post", entry.writers)):
                asked = [role for role in EVERYBODY if role not in allowed]
                welcome = sorted(allowed)
                asked += (
                    [welcome[(number + step) % len(welcome)] for step in (0, 3)]
                    if some and allowed
                    else welcome
                )
                found = let_in(world, method, address, asked)
                expected = allowed & set(asked)
                if found != expected:
                    wrong.append(
                        f"{entry.name}: {method} lets in {in_words(found)}, and should {in_words(expected)}"
                    )
    return "\n".join(wrong)


def test_what_is_foreign_answers_as_what_is_not_there(world: World) -> None:
    wrong = []
    with light_pages():
        for entry in entries().values():
            if not world.is_scoped(entry.wanted) or entry.open_to_all:
                continue
            foreign, missing = (entry.address(world.arguments(entry.wanted, w)) for w in ("there", "missing"))
            for method, allowed in (("get", entry.readers), ("post", entry.writers)):
                for role in _bound(allowed):
                    answer = ask(world, role, method, foreign)
                    expected = ask(world, role, method, missing).status_code
                    known = {404} if role in allowed else {403, 404, 405}
                    if answer.status_code != expected or answer.status_code not in known:
                        wrong.append(
                            f"{entry.name}: {method} as {role}: foreign {answer.status_code}, missing {expected}"
                        )
    assert not wrong, "\n".join(wrong)


def test_pages_change_nothing_and_tell_nothing_of_elsewhere(world: World) -> None:
    """Whole pages, as one who may read them; the clerk and the employer ask for what is another county's too."""
    wrong = []
    for entry in entries().values():
        for role in _one_of(entry.readers):
            address = entry.address(world.arguments(entry.wanted))
            with CaptureQueriesContext(connection) as captured:
                answer = ask(world, role, "get", address)
            changed = _changed(captured) - NO_CHANGE
            if changed or answer.status_code >= 500:
                wrong.append(f"{entry.name} as {role}: {answer.status_code}, writes {sorted(changed)}")
            if role in BOUND:
                wrong += [f"{entry.name} as {role} tells {word}" for word in _foreign_words(answer)]
    assert not wrong, "\n".join(wrong)


def test_the_page_of_a_foreign_thing_is_the_page_of_a_missing_one(world: World) -> None:
    wrong = []
    for entry in entries().values():
        if not world.is_scoped(entry.wanted) or entry.open_to_all:
            continue
        for role in {"clerk", "employer"} & entry.readers:
            pages = [
                _without_address(ask(world, role, "get", address), address)
                for address in (
                    entry.address(world.arguments(entry.wanted, "there")),
                    entry.address(world.arguments(entry.wanted, "missing")),
                )
            ]
            if pages[0] != pages[1]:
                wrong.append(f"{entry.name} as {role}")
    assert not wrong, "\n".join(wrong)


def test_no_form_is_taken_without_its_token_or_from_another_site(world: World) -> None:
    wrong = []
    with light_pages():
        for entry in entries().values():
            if not entry.writers:
                continue
            role = next(iter(_one_of(entry.writers)))
            address = entry.address(world.arguments(entry.wanted))
            strict = Client(enforce_csrf_checks=True)
            strict.cookies = SimpleCookie(world.clients[role].cookies.output(header="", sep=";"))
            token = "a" * 32
            strict.cookies["csrftoken"] = token
            for what, headers in (
                ("without a token", {}),
                ("from elsewhere", {"x-csrftoken": token, "origin": "https://evil.example"}),
            ):
                with transaction.atomic():
                    answer = strict.post(address, {"_once": str(uuid.uuid4())}, headers=headers)
                    transaction.set_rollback(True)
                if answer.status_code not in {403, 415}:  # 415: the API reads JSON alone
                    wrong.append(f"{entry.name} as {role}, {what}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_other_methods_do_nothing(world: World) -> None:
    wrong = []
    with light_pages():
        for entry in entries().values():
            address = entry.address(world.arguments(entry.wanted))
            role = next(iter(_one_of(entry.writers or entry.readers)), "clerk")
            for method in ("put", "patch", "delete"):
                with CaptureQueriesContext(connection) as captured:
                    answer = ask(world, role, method, address)
                if answer.status_code == 405:  # by a list of methods: the other two are not on it either
                    break
                if answer.status_code >= 500 or _changed(captured) - NO_CHANGE:
                    wrong.append(f"{entry.name} as {role}: {method} {answer.status_code}")
    assert not wrong, "\n".join(wrong)


# What the office's auditor and everybody else may write for themselves alone.
OWN = NO_CHANGE | {
    "web_draft",
    "web_listcolumns",
    "web_savedlist",
    "access_handedin",
    "access_user",
    "mfa_authenticator",
    "collection_issuedstatement",
}


def test_the_auditor_changes_nothing(world: World) -> None:
    wrong = []
    with light_pages():
        for entry in entries().values():
            with CaptureQueriesContext(connection) as captured:
                ask(world, "auditor", "post", entry.address(world.arguments(entry.wanted)))
            if changed := _changed(captured) - OWN:
                wrong.append(f"{entry.name} writes {sorted(changed)}")
    assert not wrong, "\n".join(wrong)


def _bound(allowed: frozenset[str]) -> list[str]:
    """Who asks for what is foreign: of a county, of a prefecture and of an employer one each, if need be an outsider."""
    county = [role for role in ("clerk", "reviewer", "finance", "head") if role in allowed][:1]
    return [*county, *sorted(allowed & {"prefecture", "employer"})] or ["clerk", "employer"]


def _one_of(roles: frozenset[str]) -> list[str]:
    """One who may: of the office, and of it who sees least; else an employer, else anybody."""
    order = ["clerk", "reviewer", "finance", "head", "prefecture", "province", "auditor", "administrator"]
    staff = [role for role in order if role in roles & STAFF][:1]
    return staff or sorted(roles & {"employer"}) or sorted(roles & {ANONYMOUS})


def _changed(captured: CaptureQueriesContext) -> set[str]:
    return {found[1].lower() for query in captured if (found := _WRITES.match(query["sql"]))}


def _foreign_words(answer: Any) -> list[str]:
    if answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
        return []
    html = answer.content.decode()
    return [word for word in (NAME[220421], WORKER[220421]) if word in html]


def _without_address(answer: Any, address: str) -> tuple[int, str]:
    html = answer.content.decode().replace(address, "")
    return answer.status_code, re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}", "", html)
