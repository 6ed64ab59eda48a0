"""The time lines of a worker's page: from when to when deemed months are drawn."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from enrollment.models import Employer, Employment
from enrollment.selectors.workers import time_lines
from jilin_si.access.models import User
from jilin_si.agencies.clock import set_today
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def _pension_bars(job: Employment) -> list[str]:
    with translation.override("en"):
        pension = time_lines(job.worker, [job]).lanes[1]
    return [str(bar.text) for bar in pension.bars]


@pytest.mark.parametrize(
    ("first_work", "months", "span"),
    [
        (date(1957, 3, 1), 400, "1957-03 – 1990-06"),
        (None, 24, "1990-01 – 1991-12"),
        (date(1991, 1, 1), 24, "1990-01 – 1991-12"),  # more than since then: they end before the cover
    ],
)
def test_deemed_months_count_from_the_first_work_on(
    acting: User, works: Employer, first_work: date | None, months: int, span: str
) -> None:
    job = make.worker(acting, works, identity_number=make.identity_number(date(1937, 2, 17)))
    job.worker.first_work_date, job.worker.deemed_months = first_work, months
    assert _pension_bars(job)[0] == f"deemed {span} ({months} months)"


def test_a_text_too_long_for_its_bar_stands_beside_it_where_there_is_room(
    acting: User, works: Employer
) -> None:
    with as_owner():
        set_today(date(1997, 1, 6))
    job = make.worker(acting, works, first_period=date(1997, 1, 1))
    with translation.override("en"):
        (fresh,) = time_lines(job.worker, [job]).lanes[0].bars
        job.worker.first_work_date, job.worker.deemed_months = date(1957, 3, 1), 420
        job.first_period = date(1996, 12, 1)
        employer, pension = time_lines(job.worker, [job]).lanes[:2]
    assert fresh.beside == "after"  # the years to come are empty
    assert employer.bars[0].beside == "before"
    assert pension.bars[0].beside == ""  # a long one holds its own text
