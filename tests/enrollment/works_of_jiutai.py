"""The machine parts works of Jiutai, as the office's pages show it: forty-six people, a return half typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from enrollment.models import Declaration, Employer
from enrollment.services import approve_declaration, enrol_worker, start_declaration, submit_declaration
from jilin_si.access.models import Role, User
from jilin_si.agencies.clock import set_today
from jilin_si.periods import month
from tests.enrollment import factories as make
from tests.roles import as_owner

# number, name, category, identity, first work date, wages of 1994 and of 1995
PEOPLE = [
    ("220104550815001", "陈国富", "permanent", "worker", date(1974, 3, 1), "4980.00", "5,980.00"),
    ("220123460722378", "王桂芝", "permanent", "worker", date(1965, 9, 1), "4700.00", "5,416.80"),
    ("220123480311497", "李德林", "permanent", "cadre", date(1968, 4, 1), "6300.00", "7,284.00"),
    ("220104630205366", "朴英姬", "contract", "worker", date(1987, 5, 1), "4300.00", "4,962.40"),
    ("220181710930543", "张玉山", "contract", "worker", date(1990, 2, 1), "1900.00", "2,100.00"),
    ("220123520118357", "刘洪军", "permanent", "cadre", date(1970, 6, 1), "15000.00", "18,000.00"),
    ("220181680614046", "赵秀英", "contract", "worker", date(1988, 3, 1), "3700.00", "4,118.60"),
    ("220123601127195", "孙立新", "permanent", "worker", date(1980, 8, 1), "5000.00", "5,672.00"),
    ("220181740403252", "周亚珍", "contract", "worker", date(1995, 8, 1), "", "1,386.00"),
    ("220123570709019", "吴春生", "permanent", "worker", date(1976, 5, 1), "5300.00", "6,140.50"),
    ("220181691012222", "徐晓红", "contract", "worker", date(1988, 9, 1), "3900.00", "4,386.00"),
    ("220123501226271", "于占武", "permanent", "worker", date(1968, 10, 1), "6834.00", "34,990.00"),
    ("220122590517116", "姜凤英", "permanent", "worker", date(1978, 3, 1), "2300.00", "2,520.00"),
    ("220122700118175", "徐春生", "contract", "worker", date(1989, 4, 1), "4000.00", "4,545.30"),
]


@dataclass
class JiutaiWorks:
    clerk: User
    reviewer: User
    employer: Employer
    declaration: Declaration


def jiutai_works() -> JiutaiWorks:
    """People, last year's approved return, and this year's being typed with three faults."""
    with transaction.atomic():
        with as_owner():
            set_today(date(1996, 1, 5))
        make.open_year()
        clerk, reviewer = make.person(Role.CLERK, name="王淑琴"), make.person(Role.REVIEWER, name="李志强")
        with make.as_user(clerk):
            employer = make.employer(
                clerk, name="九台市机械配件厂", contact_name="孙丽", contact_phone="0431-2345678"
            )
            for number, name, category, identity, started, _before, _now in PEOPLE:
                first = max(month(1984, 6), started.replace(day=1)) if started.year < 1995 else started
                enrol_worker(
                    employer=employer, identity_number=number, name=name, category=category, identity=identity,
                    first_work_date=started, first_period=first, by=clerk,
                    deemed_months=214 if name == "陈国富" else 0,
                )  # fmt: skip
            for place in range(31):
                make.worker(
                    clerk,
                    employer,
                    name=f"吴{'春秋冬夏雨雪风'[place % 7]}{'生英兰华'[place % 4]}",
                    category="contract",
                )
            with as_owner():
                set_today(date(1995, 1, 5))
            last = start_declaration(employer=employer, fee_year=1995, by=clerk)
            wages = {place: row[5] or "1200" for place, row in enumerate(PEOPLE)}
            wages |= dict.fromkeys(range(len(PEOPLE), len(last.draft["rows"])), "4200")
            rows = {place: {"year_wages": text, "months": "12"} for place, text in wages.items()}
            for place, row in enumerate(PEOPLE):
                if not row[5]:
                    rows[place] = {"year_wages": "300", "months": "1"}
            last = make.typed(last, clerk, {}, rows=rows, retirees="10", retiree_cost="3310.00")
            last = submit_declaration(declaration=last, version=last.version, by=clerk)
        with make.as_user(reviewer):
            approve_declaration(declaration=last, version=last.version, by=reviewer)
        with as_owner():
            set_today(date(1996, 1, 5))
        with make.as_user(clerk):
            declaration = start_declaration(employer=employer, fee_year=1996, by=clerk)
            rows = {place: {"year_wages": row[6], "months": "12"} for place, row in enumerate(PEOPLE)}
            rows[8]["months"] = "8"
            for place in range(len(PEOPLE), 45):
                rows[place] = {"year_wages": f"{4400 + place * 17}.00", "months": "12"}
            rows[45] = {
                "number": "22018173130521", "name": "郭艳秋", "category": "contract", "identity": "worker",
                "year_wages": "1806", "months": "6",
            }  # fmt: skip
            declaration = make.typed(
                declaration, clerk, {}, rows=rows, retirees="11", retiree_cost="3,521.40"
            )
    return JiutaiWorks(clerk, reviewer, employer, declaration)
