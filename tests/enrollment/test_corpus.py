"""The corpus of files (F14, "Bad inputs"): what comes of each, told in both languages; a sample by the pages."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from enrollment.imports import opening
from enrollment.imports.models import RosterImport
from enrollment.imports.reading import answer_for
from enrollment.models import Employer, Employment, Worker
from jilin_si.access.models import User
from tests.enrollment.corpus import corpus

pytestmark = pytest.mark.django_db
CASES = {case.name: case for case in corpus()}
READ_APART = opening.answer_of
SAMPLE = sorted(CASES)[::9]


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, by the same steps, for speed; ``alone`` ones are not."""
    monkeypatch.setattr(opening, "answer_of", _answer_here)


def _answer_here(file: IO[bytes]) -> dict[str, Any]:
    file.seek(0)
    return json.loads(json.dumps(answer_for(file)))  # type: ignore[no-any-return]


def _check(path: Path, language: str) -> tuple[dict[str, Any], list[str], str]:
    """What the command tells: its line of JSON, the lines of wrong rows, why it refused the whole file."""
    out, refused = io.StringIO(), ""
    with translation.override(language):
        try:
            call_command("import_roster", str(path), "--dry-run", "--json", stdout=out)
        except CommandError as error:
            refused = str(error)
    lines = out.getvalue().strip().splitlines()
    return json.loads(lines[-1]), [line for line in lines if line.startswith("row ")], refused


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    assert len(CASES) == len(corpus()) >= 150


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_file_gives_what_it_must_in_both_languages(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    if case.alone:
        monkeypatch.setattr(opening, "answer_of", READ_APART)
    path = tmp_path / "名册.xlsx"
    path.write_bytes(case.make())
    told, lines, refused = _check(path, "en")
    chinese, chinese_lines, chinese_refused = _check(path, "zh-hans")
    assert told == chinese
    if case.refused:
        assert told.get("refused") == case.refused, told
        _in_words(refused, chinese_refused)
    else:
        assert "refused" not in told, told
        assert told["wrong"] == {str(row): code for row, code in case.wrong.items()}
        assert told["good"] == case.good
        assert told["rows"] == case.good + len(case.wrong)
        assert told["encoding"] == case.encoding
        for line, chinese_line in zip(lines, chinese_lines, strict=True):
            _in_words(line.split("(", 1)[1], chinese_line.split("(", 1)[1])
    assert not Worker._base_manager.exists()


def _in_words(english: str, chinese: str) -> None:
    assert english
    assert english != chinese
    assert re.search("[\u4e00-\u9fff]{2}", chinese)
    assert "%(" not in re.sub("“.*?”", "", english + chinese)
    assert len(english) < 400


# ── by the pages ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def client(client: Client, clerk: User) -> Iterator[Client]:
    cache.clear()
    client.force_login(clerk)
    yield client
    cache.clear()


@pytest.mark.parametrize("name", SAMPLE)
def test_the_page_says_the_same_and_stores_the_good_rows_only(
    name: str, client: Client, works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    if case.alone:
        monkeypatch.setattr(opening, "answer_of", READ_APART)
    form = {
        "file": SimpleUploadedFile("名册.xlsx", case.make()),
        "first_period": "1996-01",
        "pasted": "",
        "_once": str(uuid.uuid4()),
    }
    page = client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)
    assert page.status_code in (200, 422)
    kept = RosterImport.objects.first()
    if kept is None:
        assert case.refused
        assert "file" in page.context["form"].errors
    elif case.refused:
        assert case.refused == "no_heads"
        assert "counts" not in (page.context or {})
    elif "counts" in page.context:
        counts = dict(page.context["counts"])
        assert (counts["new"], counts["wrong"]) == (case.good, len(case.wrong))
        client.post(reverse("enrollment:roster_store", args=[kept.pk]), {"_once": str(uuid.uuid4())})
        assert Employment.objects.filter(employer=works).count() == case.good
        return
    else:
        assert page.context["columns"].unknown or page.context["progress"].running
    assert not Employment.objects.exists()


@pytest.mark.parametrize("name", SAMPLE)
def test_the_public_check_answers_each_of_them(
    name: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    if case.alone:
        monkeypatch.setattr(opening, "answer_of", READ_APART)
    client.logout()
    page = client.post(reverse("check_workbook"), {"file": SimpleUploadedFile("表.xlsx", case.make())})
    report = page.context["report"]
    if case.refused:
        assert page.status_code == 422
        assert page.context["form"].errors
        return
    assert page.status_code == 200
    assert (report.good, [fault.row for fault in report.faults]) == (case.good, sorted(case.wrong))
    assert all(fault.reason for fault in report.faults)
