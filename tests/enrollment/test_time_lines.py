"""The time lines of a worker's page: from when to when deemed months are drawn."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from enrollment.models import Employer, Employment
from enrollment.selectors.workers import time_lines
from jilin_si.access.models import User
from tests.enrollment import factories as make

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
