"""One search from every page (查找): a name, its end, pinyin, initials, an identity number, an employer, a document.

People are found through prefix indexes by a function that tests the scope itself; the answer holds at most a
handful. Employers are few enough to be read through.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse

from enrollment.models import Declaration, Employer, Employment, Worker

MOST = 12
MOST_TEXT = 64
_DIGITS = re.compile(r"\d{2,17}X?")
_EMPLOYER_NUMBER = re.compile(r"\d{6}-\d{0,6}")
_DOCUMENT = re.compile(r"(SB|ZY)-(\d{4})-(\d{1,8})", re.IGNORECASE)
_LATIN = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class WorkerHit:
    """A worker found, with the employer of now (or the last one)."""

    worker_id: int
    name: str
    identity_number: str
    employer: str
    ended: bool

    @property
    def url(self) -> str:
        return reverse("enrollment:worker", args=[self.worker_id])


@dataclass
class Found:
    """What was found; ``complete`` false says that more would be found by typing on."""

    typed: str
    workers: list[WorkerHit] = field(default_factory=list)
    employers: list[Employer] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    complete: bool = True

    @property
    def count(self) -> int:
        return len(self.workers) + len(self.employers) + len(self.declarations)


def search(text: str, most: int = MOST) -> Found:
    """Look for what was typed, in the active scope."""
    typed = " ".join(unicodedata.normalize("NFKC", text).replace("\x00", "").split())[:MOST_TEXT]
    found = Found(typed)
    if not typed:
        return found
    if document := _DOCUMENT.fullmatch(typed):
        found.declarations = _declarations(document)
        return found
    numbers, found.complete = worker_ids(typed, most)
    found.workers = _hits(numbers)
    found.employers = list(employers_like(typed)[:most])
    return found


def worker_ids(typed: str, most: int) -> tuple[list[int], bool]:
    """Numbers of the workers that fit, best first, and whether that is all."""
    ids: dict[int, None] = {}
    complete = True
    for kind, prefix in _questions(typed):
        with connection.cursor() as cursor:
            cursor.execute("select worker_id, complete from find_workers(%s, %s, %s)", [kind, prefix, most])
            for worker_id, all_seen in cursor.fetchall():
                complete = complete and all_seen
                if worker_id is not None:
                    ids.setdefault(worker_id)
        if len(ids) >= most:
            break
    return list(ids)[:most], complete


def employers_like(typed: str) -> QuerySet[Employer]:
    """Employers by a part of the name, or the beginning of number, organisation code or pinyin."""
    lower = typed.lower().replace(" ", "")
    condition = Q(name__contains=typed)
    if _EMPLOYER_NUMBER.fullmatch(typed) or typed.isdigit():
        condition |= Q(number__startswith=typed) | Q(organisation_code__startswith=typed)
    elif re.fullmatch(r"[0-9a-z]{1,8}(-[0-9x])?", lower):
        condition |= Q(organisation_code__startswith=lower.upper()) | Q(pinyin__startswith=lower)
    return Employer.objects.filter(condition).order_by("status", "number")


def _questions(typed: str) -> list[tuple[str, str]]:
    """Which indexes are asked for a text, in order."""
    upper, lower = typed.upper().replace(" ", ""), typed.lower().replace(" ", "")
    if _DIGITS.fullmatch(upper):
        return [("key", upper), ("number", upper)] if len(upper) > 2 else []
    if _LATIN.fullmatch(lower):
        plain = lower.replace("'", "")
        return [("initials", plain), ("pinyin", plain), ("name", typed)]
    if _EMPLOYER_NUMBER.fullmatch(typed):
        return []
    return [("name", typed.replace(" ", "")), ("name_end", typed.replace(" ", ""))]


def _hits(numbers: list[int]) -> list[WorkerHit]:
    workers = Worker.objects.in_bulk(numbers)
    employments: dict[int, Employment] = {}
    for employment in (
        Employment.objects.filter(worker_id__in=numbers).select_related("employer").order_by("first_period")
    ):
        employments[employment.worker_id] = employment
    hits = []
    for number in numbers:
        worker, employment = workers.get(number), employments.get(number)
        if worker is not None:
            hits.append(
                WorkerHit(
                    number,
                    worker.name,
                    worker.identity_number,
                    employment.employer.name if employment else "",
                    bool(employment and employment.last_period),
                )
            )
    return hits


def _declarations(document: re.Match[str]) -> list[Declaration]:
    kind, year, number = document[1].upper(), int(document[2]), document[3]
    queryset = Declaration.objects.filter(fee_year=year).select_related("employer")
    if kind == "ZY":
        return list(queryset.filter(pk=int(number), kind=Declaration.Kind.JOINING)[:MOST])
    return list(queryset.filter(kind=Declaration.Kind.YEARLY, employer__number__endswith=f"-{number}")[:MOST])
