"""The sample's people: numbers that are right and their own, names as the search writes them, wages that add up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from enrollment.models import Category, Identity
from enrollment.romanise import romanise
from enrollment.rules import jilin_area_codes, read_identity
from sample.identity import LAST_SEQUENCE
from sample.load import batches, number_workers
from sample.people import make_people
from sample.plan import plan_province

pytestmark = pytest.mark.django_db

PREFIXES = frozenset(["11", "12", "13", "15", "21", "22", "23", "32", "37", "41", "42", "51", "14"])
WORKER = [
    "id",
    "number",
    "key",
    "name",
    "pinyin",
    "initials",
    "sex",
    "birth",
    "category",
    "identity",
    "began",
    "deemed",
]
LINE = ["year", "county", "declaration", "worker", "employer", "year_wages", "months", "wage", "note"]


def read(text: str, columns: list[str]) -> list[dict[str, str]]:
    return [
        dict(zip(columns, row, strict=True))
        for row in csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> dict[str, str]:
    """The rows of a province at 1:250, of all its batches together."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        plan = plan_province(250, 1996)
        number_workers(plan)
        parts = [make_people(batch) for batch in batches(plan)]
    return {table: "".join(part[table] for part in parts) for table in parts[0]}


def test_every_number_is_right_and_says_what_the_row_says(made: dict[str, str]) -> None:
    for person in read(made["worker"], WORKER):
        told = read_identity(person["number"], PREFIXES)
        assert told is not None, person
        assert (told.id18, told.sex, told.birth.isoformat()) == (
            person["key"],
            person["sex"],
            person["birth"],
        )


def test_no_number_is_drawn_twice(made: dict[str, str]) -> None:
    keys = [person["key"] for person in read(made["worker"], WORKER)]
    assert len(set(keys)) == len(keys) > 13_000
    assert max(int(key[14:17]) for key in keys) <= LAST_SEQUENCE


def test_most_numbers_have_15_digits_and_carry_a_code_of_the_province(made: dict[str, str]) -> None:
    people = read(made["worker"], WORKER)
    short = sum(len(person["number"]) == 15 for person in people)
    here = sum(person["number"][:6] in jilin_area_codes() for person in people)
    assert 0.93 < short / len(people) < 0.99
    assert 0.90 < here / len(people) < 0.98


def test_ages_are_those_of_people_at_work(made: dict[str, str]) -> None:
    new_year = date(1996, 1, 1)
    for person in read(made["worker"], WORKER):
        born, began = date.fromisoformat(person["birth"]), date.fromisoformat(person["began"])
        age = (new_year - born).days / 365.25
        assert 15.9 <= age <= 60, person
        assert (began - born).days / 365.25 >= 15.9, person
        assert began < new_year
        assert int(person["deemed"]) == max((1992 - began.year) * 12 - began.month + 1, 0)


def test_names_are_found_as_a_clerk_types_them(made: dict[str, str]) -> None:
    for person in read(made["worker"], WORKER)[:2000]:
        assert (person["pinyin"], person["initials"]) == romanise(person["name"]), person["name"]


def test_in_yanbian_there_are_korean_names_and_everywhere_a_rare_character(made: dict[str, str]) -> None:
    people = read(made["worker"], WORKER)
    employments = read(made["employment"], ["id", "worker", "employer", "county", "first", "last", "reason"])
    county = {e["worker"]: int(e["county"]) for e in employments}
    surnames = Counter(p["name"][0] for p in people if county[p["id"]] // 100 == 2224)
    assert surnames["金"] + surnames["朴"] > 0.08 * sum(surnames.values())
    assert {character for p in people for character in p["name"]} & set("喆堃犇淼鑫昇骉㛃𠮷")


def test_a_monthly_wage_is_the_years_by_its_months_rounded_half_up(made: dict[str, str]) -> None:
    for line in read(made["lines_1996"], LINE) + read(made["lines_1997"], LINE):
        exact = Decimal(line["year_wages"]) / int(line["months"])
        assert int(line["wage"]) == int(exact + Decimal("0.5"))
        assert 1 <= int(line["months"]) <= 12


def test_what_is_declared_stands_below_the_average_wage(made: dict[str, str]) -> None:
    wages = [int(line["wage"]) for line in read(made["lines_1996"], LINE)]
    assert 0.72 < sum(wages) / len(wages) / 36_917 < 0.90  # BMK-3


def test_accounts_of_1995_are_the_pension_workers(made: dict[str, str]) -> None:
    accounts = read(made["accounts"], ["year", "county", "worker", "own", "unit", "months", "taken_over"])
    assert {account["year"] for account in accounts} == {"1995"}
    assert all(
        0 <= int(account["months"]) <= 48 and int(account["own"]) > 0
        for account in accounts
        if account["months"] != "0"
    )


def test_the_people_of_the_pictures_are_as_the_pictures_show_them(made: dict[str, str]) -> None:
    people = {person["number"]: person for person in read(made["worker"], WORKER)}
    first = people["220104550815001"]
    assert (first["name"], first["birth"], first["sex"]) == ("陈国富", "1955-08-15", "M")
    assert (first["category"], first["identity"]) == (Category.PERMANENT, Identity.WORKER)
    assert first["deemed"] == "214"
    lines = read(made["lines_1996"], LINE)
    employer = next(line["employer"] for line in lines if line["worker"] == first["id"])
    there = [int(line["wage"]) for line in lines if line["employer"] == employer]
    assert (len(there), sum(there)) == (46, 2_135_822)
