"""The style pages as a site: sample entries in every registry, two people to sign in."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils.functional import lazy

from jilin_si.access import signin
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.signin import SampleSignIn
from jilin_si.periods import month
from jilin_si.web import desk, navigation, shell, traces
from tests.roles import as_owner
from tests.styleguide import pages
from tests.styleguide.pages import zh

PASSWORD = "Jiutai-1996-06"
_REGISTRIES: tuple[Any, ...] = (
    navigation._entries,
    traces._providers,
    desk._counts,
    desk._panels,
    desk._cycle,
    shell._period,
    shell._employer,
    shell._notices,
    signin._samples,
)
_RAIL = [
    ("单位", "Employers", "building-factory-2", "style_list"),
    ("职工", "Workers", "users", "style_record"),
    ("申报", "Wages", "table", "style_grid"),
    ("统筹", "Pooling", "arrows-exchange", "style_remittance"),
    ("状态", "States", "report", "style_states"),
    ("表单", "Form", "adjustments", "style_form"),
]


words = lazy(zh, str)  # a word in the language of the page


def explain_credit(request: Any, key: str) -> traces.TracePage:
    link = traces.Link
    return traces.TracePage(
        title=zh("为什么是 73.28 元？", "Why 73.28 yuan?"),
        amount="73.28",
        crumbs=[zh("陈国富", "Chen Guofu"), "1996-03", zh("个人账户记入", "account credit")],
        steps=[
            traces.Step(zh("本人缴费", "Own part"), "498.33 × 2%", "9.9666", "9.97", rule="PEN-6"),
            traces.Step(zh("单位划入（按本人基数）", "From the unit, on own base"), "498.33 × 9%", "44.8497", "44.85"),
            traces.Step(zh("单位划入（按当地平均）", "From the unit, on the local average"), "369.17 × 5%", "18.4585", "18.46"),
        ],
        total=traces.Step(zh("月记入额", "Credit of the month"), rounded="73.28", unrounded=zh("三项各自四舍五入到分", "each rounded to the fen")),
        facts_title=zh("基数从哪里来", "Where the base comes from"),
        facts=[
            traces.Fact(zh("月平均工资 = 5,980.00 ÷ 12", "Monthly average = 5,980.00 ÷ 12"), "498.33"),
            traces.Fact(zh("下限 369.17 × 60%，上限 369.17 × 300%", "Floor 60%, cap 300% of 369.17"), zh("221.50 至 1,107.51，未触及", "221.50 to 1,107.51, not touched")),
            traces.Fact(zh("申报（01-06 复核）", "Declaration (reviewed 01-06)"), zh("SB-1996-0417 第 1 行", "SB-1996-0417 row 1"), link("", "/style/grid/")),
        ],
        on=month(1996, 3),
        parameters=[
            traces.Parameter(zh("本人费率", "Own rate"), "2%", date(1992, 1, 1), "v1", zh("省内规定", "provincial order"), "sourced", "/style/list/"),
            traces.Parameter(zh("按基数划入", "Transfer on base"), "9%", date(1995, 7, 1), "v1", "吉政发〔1995〕18号", "inferred", "/style/list/"),
            traces.Parameter(zh("当地月均工资", "Local average wage"), "369.17", date(1996, 1, 1), "v2", "1995: 4,430 ÷ 12", "provisional", "/style/list/"),
        ],
        documents=[traces.Document("吉政发〔1995〕18号", zh("及实施细则：建立个人账户", "sets up individual accounts"), zh("起始月 1995-07 为推定，原文待查。", "The first month, 1995-07, is inferred."), link(zh("看参数", "See the parameter"), "/style/list/"))],
        rules=["PEN-4", "PEN-6"],
        path=[link(zh("03-08 核定 第 1 版", "03-08 assessed"), "#"), link(zh("03-14 到账 5,769.58 全额", "03-14 received 5,769.58"), "#"), link(zh("03-31 记入", "03-31 credited"), "#")],
        recomputed=True,
    )  # fmt: skip


def explain_sum(request: Any, key: str) -> traces.TracePage:
    part = traces.Step(
        zh("1996-03 记入", "Credit of 1996-03"),
        rounded="73.28",
        link=traces.Link("73.28", "/trace/style/credit/", trace=True),
    )
    return traces.TracePage(
        title=zh("为什么是 293.12 元？", "Why 293.12 yuan?"), amount="293.12", parts=[part] * 4
    )


def explain(request: Any, key: str) -> traces.TracePage:
    return explain_sum(request, key) if key == "sum" else explain_credit(request, key)


def _count(number: int) -> Callable[[Any], desk.Count | None]:
    return lambda request: pages.counts()[number]


@pytest.fixture
def registries() -> Iterator[None]:
    """Whatever a test registers is forgotten after it."""
    kept = [copy.copy(registry) for registry in _REGISTRIES]
    yield
    for registry, before in zip(_REGISTRIES, kept, strict=True):
        registry.clear()
        (registry.update if isinstance(registry, dict) else registry.extend)(before)


@pytest.fixture
def style_site(settings: Any, registries: None) -> None:
    """The style pages are served, with entries in each registry."""
    settings.ROOT_URLCONF = "tests.styleguide.urls"
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], Path(__file__).parent / "templates"]}]
    navigation._entries.clear()
    navigation.register(
        navigation.NavItem(
            words("工作台", "Desk"),
            "layout-dashboard",
            "style_desk",
            navigation.STAFF_ROLES,
            10,
            "/style/desk/",
        )
    )
    for order, (chinese, english, icon, name) in enumerate(_RAIL):
        navigation.register(
            navigation.NavItem(words(chinese, english), icon, name, navigation.STAFF_ROLES, 20 + order)
        )
    for order, (chinese, english, icon, name) in enumerate(
        [
            ("缴费", "Payment", "receipt", "style_portal"),
            ("对账单", "Statements", "file-text", "notices"),
            ("草稿", "Drafts", "table", "drafts"),
        ]
    ):
        navigation.register(
            navigation.NavItem(words(chinese, english), icon, name, navigation.EMPLOYER_ROLES, order)
        )
    traces.register("style", explain)
    shell.register_period(lambda request: shell.PeriodShown(month(1996, 6), "open"))
    shell.register_employer(
        lambda request: shell.EmployerShown(zh("九台市机械配件厂", "Jiutai Machine Parts"), "220181-0417")
    )
    shell.register_notices(
        "style",
        lambda request: (
            [shell.Notice(zh("6 月核定已完成", "June is assessed"), "/style/remittance/", "good", "06-08")]
            * 3
        ),
    )
    for number in range(len(pages.counts())):
        desk.register_count(desk.CountCard(f"style{number}", ["clerk"], number, _count(number)))
    signin.register_sample_signins(
        lambda: [
            SampleSignIn(
                "wangshuqin",
                PASSWORD,
                zh("王淑琴，九台市经办人", "Wang Shuqin, clerk in Jiutai"),
                zh("登记、申报、征缴", "registry, wages, billing"),
            ),
            SampleSignIn(
                "zhaoguodong",
                PASSWORD,
                zh("赵国栋，省公司", "Zhao Guodong, province"),
                zh("上解与下拨", "remittance"),
            ),
            SampleSignIn(
                "sunlixin",
                PASSWORD,
                zh("孙立新，参保单位", "Sun Lixin, employer"),
                zh("缴费单、对账单", "bills, statements"),
            ),
        ]
    )


@pytest.fixture
def people(style_site: None, db: None) -> dict[str, User]:
    return make_people()


def make_people() -> dict[str, User]:
    """A clerk, a provincial officer, an employer's user, and one without a role."""
    with as_owner():
        found = {}
        for username, name, role, agency, employer in (
            ("wangshuqin", "王淑琴", Role.CLERK, 220181, None),
            ("zhaoguodong", "赵国栋", Role.PROVINCE, 220000, None),
            ("sunlixin", "孙立新", Role.EMPLOYER, None, 417),
            ("nobody", "无职", None, None, None),
        ):
            user = User.objects.create_user(username, password=PASSWORD, display_name=name)
            if role:
                Assignment.objects.create(user=user, role=role, agency_id=agency, employer_id=employer)
            found[username] = user
        return found


@pytest.fixture
def sign_in(live_server: Any, style_site: None, context: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of the style site as one of the people: ``sign_in("wangshuqin", "/style/desk/")``."""
    from django.test import Client

    people = make_people()

    def open_page(username: str, path: str, language: str = "zh-hans") -> Any:
        client = Client()
        client.force_login(people[username], backend="django.contrib.auth.backends.ModelBackend")
        context.add_cookies(
            [
                {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url},
                {"name": "django_language", "value": language, "url": live_server.url},
            ]
        )
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    yield open_page
    for (
        page
    ) in context.pages:  # a page that is left may still save its draft: let it, before the tables are emptied
        page.goto("about:blank")
    time.sleep(0.3)
