"""L4: twenty rosters of 2,000 rows and one of 10,000 at once, through the queue; and how long one takes alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from enrollment.imports.checking import check_roster
from enrollment.imports.columns import find_columns
from enrollment.imports.models import RosterImport
from enrollment.imports.opening import open_path
from enrollment.imports.preview import shown_rows
from enrollment.imports.results import Result
from enrollment.imports.running import start_check, start_storing
from enrollment.imports.storing import store_roster
from enrollment.models import Employer, Employment
from enrollment.rules import check_character
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from tests.enrollment import factories as make
from tests.enrollment.corpus.making import HEADS, book
from tests.faults import province
from tests.faults.workers import forget_everything, wait_until, worker
from tests.pace import seconds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("owner"), pytest.mark.long]

PATIENCE = 300.0
MOST_WAITED = 60.0
State = RosterImport.State


@pytest.fixture
def clerk() -> Iterator[User]:
    forget_everything()
    with acting_as(everything()):
        made = make.person(Role.CLERK, name="王淑琴")
        make.open_year()
        yield made
    forget_everything()


def _people(first: int, count: int) -> list[list[object]]:
    """People whom no other roster has, each with a number that is right."""
    given, made = "春夏秋冬梅兰竹菊松柏", []
    for n in range(first, first + count):
        day, sequence = divmod(n, 998)
        body = f"220181{date(1945 + day // 336, 1 + day // 28 % 12, 1 + day % 28):%Y%m%d}{sequence + 1:03d}"
        name = f"{'赵钱孙李周吴郑王'[n % 8]}{given[n // 8 % 10]}{given[n // 80 % 10]}"
        made.append([name, body + check_character(body), 300 + n % 200])
    return made


def _file(at: Employer, rows: list[list[object]], by: User) -> RosterImport:
    table = [
        [f"s{head}" for head in HEADS],
        *([f"s{name}", f"s{number}", f"n{wage}"] for name, number, wage in rows),
    ]
    return RosterImport.objects.create(
        employer=at, county_id=at.county_id, made_by=by, file_name="名册.xlsx", kind="xlsx",
        first_period=make.JANUARY, table=table,
    )  # fmt: skip


def _told(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def test_no_employer_waits_for_the_largest(clerk: User, tmp_path: Path) -> None:
    sizes = [10_000, *[2_000] * 20]
    files, first = [], 0
    for size in sizes:
        files.append(_file(make.employer(clerk), _people(first, size), clerk))
        first += size
    with worker(tmp_path) as at_work:
        checked = _waited(files, State.CHECKED, lambda kept: start_check(kept, clerk))
        stored = _waited(files, State.STORED, lambda kept: start_storing(kept, clerk))
        assert "Traceback" not in at_work.text()
    for what, waited in (("checked", checked), ("stored", stored)):
        each = sorted(waited)
        _told(
            f"L4 {what}: the first after {each[0]:.1f} s, half after {each[10]:.1f} s, all after {each[-1]:.1f} s"
        )
        assert each[-1] < seconds(MOST_WAITED)
    for kept, size in zip(files, sizes, strict=True):
        kept.refresh_from_db()
        assert (kept.figures["stored"], kept.figures["wrong"]) == (size, 0)
        assert Employment.objects.filter(employer=kept.employer).count() == size
    assert province.verified() == []


def _waited(files: list[RosterImport], state: str, start: object) -> list[float]:
    """How many seconds each file took to come to a state, all of them started at once."""
    begun = time.monotonic()
    for kept in files:
        start(kept)  # type: ignore[operator]
    came: dict[int, float] = {}

    def all_came() -> bool:
        there = RosterImport.objects.filter(state=state).values_list("pk", flat=True)
        for pk in there:
            came.setdefault(pk, time.monotonic() - begun)
        return len(came) == len(files)

    wait_until(all_came, PATIENCE, f"all {state}", each=0.2)
    return list(came.values())


def test_ten_thousand_rows_alone(clerk: User, tmp_path: Path) -> None:
    """By the clock on the wall, database and reading process included; the quicker of two, for what else runs."""
    spent = [_alone(make.employer(clerk), clerk, tmp_path / f"{n}.xlsx", 10_000 * n) for n in range(2)]
    read, written = (min(times) for times in zip(*spent, strict=True))
    _told(f"10,000 rows: checked and previewed in {read:.2f} s, stored in {written:.2f} s")
    assert read < seconds(5)
    assert written < seconds(3)


def _alone(works: Employer, clerk: User, path: Path, first: int) -> tuple[float, float]:
    path.write_bytes(book(_people(first, 10_000)))
    begun = time.monotonic()
    sheet = open_path(path)
    columns = find_columns(sheet.rows)
    assert columns is not None
    checked = check_roster(sheet.rows, columns, works)
    result = Result.of(checked)
    assert len(shown_rows(sheet.rows, result.rows["new"][:50], result, columns)) == 50
    read = time.monotonic() - begun
    stored = store_roster(employer=works, rows=checked.rows, first_period=None, by=clerk)
    assert stored.new == 10_000
    return read, time.monotonic() - begun - read
