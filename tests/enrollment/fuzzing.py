"""Files of the corpus, changed at random: bytes, elements of a sheet, cells. Each goes the way of a roster and of the
public check; what is raised but a refusal, and what takes too long, is a fault.

    python -m tests.enrollment.fuzzing SEED FIRST COUNT

Case n of a seed is always the same file, so a fault is seen again by ``SEED n 1``. A process of its own, with the
memory of the reading process: where a changed file exhausts it, the process ends as that one does, and whoever
started it (``run``) goes on behind the case.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10.0
MEMORY = 1536 * 1024 * 1024
LARGEST = 30_000  # bytes of a file that is worth changing

_BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b",",
    b"\r",
    b"\n",
    b"\xe4\xbd",
    b"PK\x03\x04",
    b"\x81\x30",
)
_TEXTS = (
    b"", b"0", b"-1", b"1e308", b"NaN", b"99999999999999999999", b"&#0;", b"&#x202e;", b"_x0000_", b"_xD800_", b"e", b"s",
    b"XFD1048576", b"A0", b"ZZZZ9", b"1:1", b"C9:A1", b"<f>1</f>", b"<v/>", b"&amp;", b"]]>", b"true",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    "", " ", "0", 0, -1, 1e300, 1e-300, 45000, True, "220104195508150013", "22010419550815001X", "%", "%(given)s", "{0}", "\u202e",
    "𠮷" * 70, "1996.1", 1996.1, "1996年2月30日", "合计", "１２３", "=1+1", "9" * 4000, "²", "١٩٩٦", "\ud7ff", "null", "-", "—",
)  # fmt: skip


def bases() -> list[bytes]:
    """The small files of the corpus, and a filled workbook of a return."""
    from enrollment.sheets.layout import COLUMNS, key_of
    from tests.enrollment.corpus import corpus
    from tests.enrollment.corpus.making import book

    filled = [key_of(1996, "220181-0417", n) for n in (1, 2, 3)]
    rows = [
        [key, n, "陈国富", "2201**", "合同制", 380, 4800, 12, "", "", "", ""] for n, key in enumerate(filled)
    ]
    a_return = book(rows, [str(column.head) for column in COLUMNS], ["工资申报表"])
    made = [
        case.make()
        for case in corpus()
        if not case.alone and "MB" not in case.name and "million" not in case.name
    ]
    return [a_return, *(data for data in made if 0 < len(data) <= LARGEST)]


def changed(data: bytes, dice: random.Random) -> bytes:
    """The file changed in one of three ways, now and then in two."""
    for _time in range(dice.choice((1, 1, 1, 2))):
        ways: list[Callable[[bytes, random.Random], bytes]] = [_bytes]
        if data.startswith(b"PK"):
            ways += [_elements, _cells, _cells, _cells]
        data = dice.choice(ways)(data, dice)
    return data


def _bytes(data: bytes, dice: random.Random) -> bytes:
    made = bytearray(data)
    for _time in range(dice.randint(1, 8)):
        place = dice.randrange(len(made) + 1)
        way = dice.randrange(6)
        if way == 0 and made:
            made[place % len(made)] ^= 1 << dice.randrange(8)
        elif way == 1:
            made[place:place] = dice.choice(_BYTES)
        elif way == 2:
            del made[place : place + dice.randint(1, 40)]
        elif way == 3:
            made[place:place] = made[place : place + dice.randint(1, 200)] * dice.randint(1, 5)
        elif way == 4:
            made[place : place + 4] = dice.randbytes(4)
        elif dice.random() < 0.2:
            del made[place:]
    return bytes(made)


def _elements(data: bytes, dice: random.Random) -> bytes:
    """Tags and values of one part of a workbook: exchanged, doubled, taken out, replaced."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # cut or spoilt already
        return _bytes(data, dice)
    if not members:
        return data
    name = dice.choice(
        [name for name in members if "sheet" in name.lower() or "workbook" in name] or list(members)
    )
    pieces = re.split(rb'(<[^>]*>|"[^"]*")', members[name])
    for _time in range(dice.randint(1, 6)):
        place, other = dice.randrange(len(pieces)), dice.randrange(len(pieces))
        way = dice.randrange(5)
        if way == 0:
            pieces[place], pieces[other] = pieces[other], pieces[place]
        elif way == 1:
            pieces[place] *= dice.randint(2, 50)
        elif way == 2:
            pieces[place] = b""
        elif way == 3 and pieces[place].startswith(b'"'):
            pieces[place] = b'"%s"' % dice.choice(_TEXTS)
        else:
            pieces[place] = dice.choice(_TEXTS)
    members[name] = b"".join(pieces)
    if dice.random() < 0.05:
        members.pop(dice.choice(list(members)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for member, part in members.items():
            archive.writestr(member, part)
    return made.getvalue()


def _cells(data: bytes, dice: random.Random) -> bytes:
    """Another table of the same heads: values out of place, rows exchanged, columns doubled."""
    from enrollment.imports.reading import answer_for
    from tests.enrollment.corpus.making import book

    answer = answer_for(io.BytesIO(data))
    rows: list[list[Any]] = [
        [cell[1:] for cell in row] for row in answer.get("sheets", [{"rows": []}])[0]["rows"][:40]
    ]
    if not rows:
        return _bytes(data, dice)
    for _time in range(dice.randint(1, 10)):
        row = dice.choice(rows)
        way = dice.randrange(4)
        if way == 0 or not row:
            row.insert(dice.randrange(len(row) + 1), dice.choice(_VALUES))
        elif way == 1:
            rows.insert(dice.randrange(len(rows)), list(dice.choice(rows)))
        else:
            row[dice.randrange(len(row))] = dice.choice(_VALUES)
    try:
        return book(rows, None)
    except ValueError:  # what no workbook can hold
        return _bytes(data, dice)


def go_through(data: bytes) -> str:
    """The way of a file: read, its columns found, checked, told in both languages, kept. Returns what became of it."""
    from django.utils import translation

    from enrollment.checker.alone import check_alone, is_either
    from enrollment.imports.checking import check_roster
    from enrollment.imports.columns import check_employer, find_columns
    from enrollment.imports.opening import _refusal, chosen, names_people
    from enrollment.imports.reading import answer_for
    from enrollment.imports.results import Result
    from enrollment.refusals import Refusal

    answer = json.loads(json.dumps(answer_for(io.BytesIO(data)), ensure_ascii=False).encode())
    became = ""
    for wanted in (names_people, is_either):
        try:
            if "error" in answer:
                raise _refusal(answer["error"], **answer["values"])
            sheet = chosen(answer, wanted)
            if wanted is is_either:
                check_alone(sheet.rows)
                continue
            columns = find_columns(sheet.rows)
            check_employer(sheet.rows, columns, "220181-0417")
            if columns is None or columns.missing:
                became = "no heads"
                continue
            result = Result.of(check_roster(sheet.rows, columns))
            kept = json.dumps(result.kept(), ensure_ascii=False).encode()
            assert b"\\u0000" not in kept
            for language in ("zh-hans", "en"):
                with translation.override(language):
                    assert all(0 < len(result.reason_of(row)) < 500 for row in result.wrong)
            became = "wrong rows" if result.wrong else "good rows"
        except Refusal as refusal:
            refusal.message.encode()
            became = became or refusal.code
    return became


def main(seed: int, first: int, count: int) -> int:
    """Go through ``count`` cases of a seed; writes the number of each before it is begun."""
    import resource

    import django

    django.setup()
    files = bases()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in range(first, first + count):
        dice = random.Random(f"{seed}/{number}")
        data = changed(dice.choice(files), dice)
        _tell("begun", number)
        begin = time.process_time()
        try:
            became = go_through(data)
        except Exception:
            _tell("fault", number, json.dumps(traceback.format_exc()[-2000:]))
            continue
        spent = time.process_time() - begin
        _tell("fault" if spent > SECONDS else "done", number, json.dumps(f"{became} {spent:.2f}"))
    return 0


def _tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def run(seed: int, first: int, count: int) -> tuple[dict[str, int], list[str]]:
    """Cases by what became of them, and the faults; a process that ran out of memory is followed by another."""
    told: dict[str, int] = {}
    faults: list[str] = []
    end = first + count
    while first < end:
        done = subprocess.run(
            [sys.executable, "-m", "tests.enrollment.fuzzing", str(seed), str(first), str(end - first)],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        last = first - 1
        for line in done.stdout.splitlines():
            what, number, *rest = line.split(" ", 2)
            last = max(last, int(number))
            if what == "done":
                name = json.loads(rest[0]).rpartition(" ")[0]
                told[name] = told.get(name, 0) + 1
            elif what == "fault":
                faults.append(f"seed {seed} case {number}: {json.loads(rest[0])}")
        if done.returncode == 0:
            break
        if -done.returncode == signal.SIGABRT and "memory allocation" in done.stderr and last >= first:
            told["out of memory"] = told.get("out of memory", 0) + 1
        else:
            faults.append(
                f"seed {seed} case {last}: the process ended, {done.returncode}: {done.stderr[-1500:]}"
            )
            if last < first:
                break
        first = last + 1
    return told, faults


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
