"""A worker's particulars over time, and who joins alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from enrollment.models import Category, Declaration, DeemedEvidence, Employer, Identity, IdentitySpan, Worker
from enrollment.refusals import Refusal
from enrollment.selectors.people import identity_on, person_facts, retirement_category
from enrollment.services.alone import join_alone
from enrollment.services.particulars import (
    add_special_work,
    end_special_work,
    set_category,
    set_identity,
    settle_deemed,
)
from jilin_si.access.models import User
from jilin_si.agencies.clock import today
from jilin_si.periods import month
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def worker(acting: User, works: Employer) -> Worker:
    found: Worker = make.worker(
        acting, works, first_work_date=date(1980, 1, 1), first_period=month(1990, 3)
    ).worker
    return found


def test_identity_holds_from_its_month_on(acting: User, worker: Worker) -> None:
    set_identity(
        worker=worker, identity=Identity.CADRE, first_period=month(1993, 5), document="任命书", by=acting
    )
    assert Worker.objects.get(pk=worker.pk).identity == Identity.CADRE
    assert identity_on(worker, date(1993, 4, 30)) == Identity.WORKER
    assert identity_on(worker, date(1993, 5, 1)) == Identity.CADRE
    assert IdentitySpan.objects.count() == 2
    with _refused("same"):
        set_identity(
            worker=worker, identity=Identity.CADRE, first_period=month(1994, 1), document="文", by=acting
        )
    with _refused("document"):
        set_identity(
            worker=worker, identity=Identity.WORKER, first_period=month(1995, 1), document=" ", by=acting
        )


def test_special_work_adds_up_to_what_the_rule_asks_for(acting: User, worker: Worker) -> None:
    given = {"worker": worker, "kind": "toxic", "document": "档案", "by": acting}
    running = add_special_work(first_period=month(1990, 3), last_period=None, **given)
    with _refused("overlap"):
        add_special_work(first_period=month(1992, 1), last_period=month(1993, 1), **given)
    end_special_work(row=running, last_period=month(1994, 12), by=acting)
    assert person_facts(worker).special_months == [("有毒有害" if _chinese() else "With poisons", 58, 96)]
    assert retirement_category(worker, today()) == "normal"
    add_special_work(first_period=month(1985, 1), last_period=month(1988, 12), **given)
    assert retirement_category(worker, today()) == "special"
    with _refused("last_period"):
        add_special_work(first_period=month(1995, 3), last_period=month(1997, 1), **given)


def _chinese() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "").startswith("zh")


def test_deemed_months_rest_on_a_paper_that_stays(acting: User, worker: Worker) -> None:
    settle_deemed(worker=worker, months=120, document="吉劳险字12号", note="", by=acting)
    settle_deemed(worker=worker, months=118, document="复查", note="扣中断两个月", by=acting)
    assert Worker.objects.get(pk=worker.pk).deemed_months == 118
    assert [row.months for row in person_facts(worker).deemed] == [118, 120]
    with _refused("deemed_months"):
        settle_deemed(worker=worker, months=600, document="档案", note="", by=acting)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeemedEvidence.objects.update(months=1)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from enrollment_workerevent where pgh_obj_id = %s", [worker.pk])
        assert cursor.fetchone() == (3,)


def test_only_the_clerk_of_the_unit_changes_particulars(
    acting: User, worker: Worker, reviewer: User, clerk_elsewhere: User
) -> None:
    set_category(worker=worker, category=Category.CONTRACT, by=acting)
    assert Worker.objects.get(pk=worker.pk).category == Category.CONTRACT
    with make.as_user(reviewer), pytest.raises(PermissionDenied):
        set_category(worker=worker, category=Category.TEMPORARY, by=reviewer)
    with make.as_user(clerk_elsewhere):
        assert not DeemedEvidence.objects.exists()
        with pytest.raises((PermissionDenied, Refusal)):
            set_category(worker=worker, category=Category.TEMPORARY, by=clerk_elsewhere)


def test_who_is_self_employed_joins_alone_in_one_act(acting: User, pension_rules: None) -> None:
    employment = join_alone(
        county_id=make.JIUTAI,
        identity_number=make.identity_number(),
        name="吴春生",
        first_period=month(1996, 1),
        wage=Decimal("369.17"),
        industry="trade",
        lines=["pension"],
        by=acting,
    )
    employer = employment.employer
    assert (employer.ownership, employment.worker.category) == (
        "self_employed_household",
        Category.SELF_EMPLOYED,
    )
    assert [c.line for c in employer.coverages.all()] == ["pension"]
    declaration = Declaration.objects.get(employer=employer)
    assert (declaration.state, declaration.workers, declaration.wages) == ("submitted", 1, Decimal("369.17"))
    with _refused("lines"):
        join_alone(
            county_id=make.JIUTAI,
            identity_number=make.identity_number(),
            name="周亚珍",
            first_period=month(1996, 1),
            wage=Decimal("369.17"),
            industry="trade",
            lines=[],
            by=acting,
        )
