"""The pages of the registry, as requests: who opens them, what they say, what they store."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from enrollment.models import Declaration, Employer, Employment
from enrollment.selectors.history import worker_history
from enrollment.services import start_declaration
from enrollment.words import CATEGORY
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.web.models import Draft
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def _url(name: str, *args: Any) -> str:
    return reverse(f"enrollment:{name}", args=args)


def _once() -> dict[str, str]:
    return {"_once": str(uuid.uuid4())}


@pytest.fixture
def declaration(works: Employer, acting: User) -> Declaration:
    make.worker(acting, works, name="陈国富", identity_number="220104550815001")
    make.worker(acting, works, name="王桂芝")
    return start_declaration(employer=works, fee_year=1996, by=acting)


def _enrolment(**given: str) -> dict[str, str]:
    return {
        "identity_number": make.identity_number(),
        "name": "郭艳秋",
        "category": "contract",
        "identity": "worker",
        "first_period": "1996-01",
        "wage": "",
    } | given


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(
    client: Client, works: Employer, declaration: Declaration, acting: User, language: str
) -> None:
    worker = Employment.objects.filter(employer=works).first()
    assert worker is not None
    client.cookies["django_language"] = language
    for url in (
        reverse("desk"),
        _url("search") + "?q=cgf",
        _url("search"),
        _url("employers"),
        _url("employers") + "?q=机械&ownership=state&line=pension&declared=draft&sort=-people",
        _url("employers") + "?declared=missing",
        _url("employer_new"),
        _url("employer", works.pk),
        _url("employer", works.pk) + "?people=ended",
        _url("coverage", works.pk),
        _url("enrol", works.pk),
        _url("workers"),
        _url("workers") + "?q=chen&now=living&category=permanent&page=2",
        _url("worker", worker.worker_id),
        _url("leave", worker.worker_id),
        _url("declarations"),
        _url("declarations") + "?state=draft&kind=yearly&year=1996&q=机械",
        _url("declaration", declaration.pk),
    ):
        response = client.get(url)
        assert response.status_code == 200, url
        assert b"<c-" not in response.content, url


def test_the_wrong_people_are_refused(
    client: Client, works: Employer, declaration: Declaration, reviewer: User
) -> None:
    client.force_login(reviewer)
    assert client.get(_url("employer", works.pk)).status_code == 200
    assert client.get(_url("enrol", works.pk)).status_code == 403
    assert client.post(_url("declaration", declaration.pk), _once()).status_code == 403
    assert client.get(_url("declaration", declaration.pk)).status_code == 200


def test_what_is_not_yours_is_not_there(
    client: Client, works: Employer, declaration: Declaration, clerk_elsewhere: User
) -> None:
    client.force_login(clerk_elsewhere)
    worker = declaration.draft["rows"][0]["worker"]
    for url in (
        _url("employer", works.pk), _url("enrol", works.pk), _url("worker", worker), _url("leave", worker),
        _url("coverage", works.pk), _url("declaration", declaration.pk),
        reverse("trace", args=["declared_sum", declaration.pk]),
        reverse("trace", args=["declared_base", f"{declaration.pk}-{worker}"]),
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url
    for url in (
        _url("declare", works.pk), _url("told_by_number", works.pk), _url("whole_number", worker),
        *(_url(f"declaration_{name}", declaration.pk) for name in ("row", "check", "side", "draft", "approve", "return", "withdraw")),
    ):  # fmt: skip
        assert client.post(url, _once() | {"reason": "x"}).status_code == 404, url


def test_people_stand_by_name_and_of_many_the_latest_to_come_first(
    client: Client, works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("安文", "赵文", "李文"):
        make.worker(acting, works, name=name)
    client.force_login(acting)

    def names() -> list[str]:
        people = client.get(_url("employer", works.pk)).context["people"]
        return [person.employment.worker.name for person in people]

    assert names() == ["安文", "李文", "赵文"]
    monkeypatch.setattr("enrollment.views.employers.PEOPLE_BY_NAME", 2)
    assert names() == ["李文", "赵文", "安文"]


def test_a_unit_of_hundreds_of_thousands_is_not_sorted_while_one_waits(
    client: Client,
    works: Employer,
    acting: User,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    request.addfinalizer(cache.clear)
    for name in ("安文", "赵文", "李文"):
        make.worker(acting, works, name=name)
    client.force_login(acting)
    address = _url("workers") + "?sort=name"

    def names() -> list[str]:
        return [row.record.worker.name for row in client.get(address).context["table"].paginated_rows]

    assert names() == ["安文", "李文", "赵文"]
    monkeypatch.setattr("enrollment.selectors.workers.SORTED_AT_MOST", 2)
    cache.clear()
    assert names() == ["李文", "赵文", "安文"]  # the latest to come first, as without a question
    assert "sort=" not in client.get(_url("workers")).content.decode()


def test_a_worker_is_enrolled_and_the_second_click_does_nothing(
    client: Client, works: Employer, acting: User
) -> None:
    form = _enrolment() | _once()
    first = client.post(_url("enrol", works.pk), form)
    again = client.post(_url("enrol", works.pk), form)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.headers["Location"] == again.headers["Location"]
    assert Employment.objects.filter(employer=works).count() == 1
    other = client.post(_url("enrol", works.pk), form | {"name": "别人"})
    assert other.status_code == 422
    assert Employment.objects.filter(employer=works).count() == 1


def test_faults_come_at_their_fields_and_nothing_is_stored(
    client: Client, works: Employer, acting: User
) -> None:
    response = client.post(
        _url("enrol", works.pk),
        _enrolment(identity_number="220181197313052140", name="", first_period="1999-13", wage="-5")
        | _once(),
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"identity_number", "name", "first_period", "wage"}
    assert not Employment.objects.exists()
    fixed = client.post(_url("enrol", works.pk), _enrolment() | {"_once": response.context["once_key"]})
    assert fixed.status_code == 302


def test_a_field_is_checked_when_it_is_left(client: Client, works: Employer, acting: User) -> None:
    form = _enrolment(identity_number="220104195508150012") | {"_check": "identity_number"}
    told = client.post(_url("enrol", works.pk), form).json()
    assert told["errors"]
    good = client.post(_url("enrol", works.pk), _enrolment() | {"_check": "identity_number"}).json()
    assert good["errors"] == []
    assert not Employment.objects.exists()


def test_the_number_tells_sex_birth_and_whether_one_is_known(
    client: Client, works: Employer, acting: User
) -> None:
    number = make.worker(acting, works, identity_number="220104550815001").worker.identity_number
    client.cookies["django_language"] = "en"
    page = client.post(
        _url("told_by_number", works.pk), {"identity_number": number, "name": "陈国富"}
    ).content.decode()
    assert "1955-08-15" in page
    assert works.name in page
    page = client.post(
        _url("told_by_number", works.pk), {"identity_number": "2201", "name": ""}
    ).content.decode()
    assert "4 characters" in page


@pytest.mark.parametrize(
    "extra",
    [
        {"id": "1"}, {"employer": "1"}, {"employer_id": "1"}, {"county": "220182"}, {"county_id": "220182"},
        {"state": "approved"}, {"is_superuser": "1"}, {"merged_into": "1"}, {"identity_key": "x"}, {"sex": "F"},
        {"birth_date": "1900-01-01"}, {"by": "1"}, {"pinyin": "x"},
    ],
)  # fmt: skip
def test_fields_that_are_not_asked_for_change_nothing(
    client: Client, works: Employer, acting: User, extra: dict[str, str]
) -> None:
    number = make.identity_number(sex="M")
    response = client.post(_url("enrol", works.pk), _enrolment(identity_number=number) | extra | _once())
    assert response.status_code == 302
    employment = Employment.objects.select_related("worker").get(employer=works)
    worker = employment.worker
    assert (employment.employer_id, employment.county_id) == (works.pk, works.county_id)
    assert (worker.identity_key, worker.sex, worker.merged_into_id, worker.pinyin) == (
        number,
        "M",
        None,
        "guoyanqiu",
    )
    assert not acting.is_superuser


def test_a_return_cannot_be_approved_by_adding_fields(
    client: Client, declaration: Declaration, acting: User
) -> None:
    form = {"version": "1", "page": "p", "rows-0-year_wages": "5980", "rows-0-months": "12"}
    extra = {"state": "approved", "reviewed_by": "1", "wages": "1", "county_id": "220182", "fee_year": "1995"}
    client.post(_url("declaration", declaration.pk), form | extra | _once())
    declaration.refresh_from_db()
    assert (declaration.state, declaration.reviewed_by, declaration.fee_year) == ("draft", None, 1996)
    assert (declaration.county_id, declaration.wages) == (make.JIUTAI, Decimal(0))


def test_a_row_is_checked_computed_and_kept_as_it_is_typed(
    client: Client, declaration: Declaration, acting: User, pension_rules: None
) -> None:
    row = {"_row": "0", "version": "1", "page": "p", "year_wages": "18,000", "months": "12", "reason": ""}
    told = client.post(_url("declaration_row", declaration.pk), row).json()
    assert told["calc"]["average"] == "1,500.00"
    assert (
        told["calc"]["base"] == {"text": "1,107.51", "tone": "adj", "note": "上限"}
        or told["calc"]["base"]["tone"] == "adj"
    )
    assert told["calc"]["own"] == "22.15"
    assert told["totals"]["own"] == "22.15"
    declaration.refresh_from_db()
    assert declaration.draft["rows"][0]["year_wages"] == "18,000"
    worse = client.post(
        _url("declaration_row", declaration.pk), row | {"year_wages": "NaN", "version": "2"}
    ).json()
    assert worse["errors"][0]["cell"] == "year_wages"
    assert worse["calc"]["average"] == "—"


def test_what_was_typed_is_kept_on_the_server_and_is_there_after_a_reload(
    client: Client, declaration: Declaration, acting: User
) -> None:
    values = {
        "rows-1-year_wages": ["5,416.80"],
        "rows-1-months": ["12"],
        "version": ["1"],
        "page": ["p"],
        "retirees": ["11"],
    }
    body = {
        "values": values,
        "title": "九台市机械配件厂 · 1996",
        "url": "/enrollment/declarations/1/",
        "progress": "1 / 2",
    }
    url = _url("declaration_draft", declaration.pk)
    assert client.post(url, json.dumps(body), "application/json").status_code == 200
    page = client.get(_url("declaration", declaration.pk)).content.decode()
    assert 'value="5,416.80"' in page
    assert 'value="11"' in page
    assert Draft.objects.get(user=acting).progress == "1 / 2"
    odd = {"rows-0-reason": ["\ud800 \x00 𠮷"], "rows-1-year_wages": ["5"], "version": ["2"], "page": ["p"]}
    assert client.post(url, json.dumps({"values": odd}), "application/json").status_code == 200
    for wrong in (
        '{"values": {"rows-0-year_wages": [NaN], "version": ["1"]}}',
        "[]",
        "{",
        '{"values": 5}',
        '{"values": {"version": [1' + "0" * 6000 + "]}}",
        '{"values": ' * 2000,
        "",
    ):
        assert client.post(url, wrong, "application/json").status_code == 400, wrong


def test_the_grid_comes_back_with_every_fault_and_keeps_what_was_typed(
    client: Client, declaration: Declaration, acting: User
) -> None:
    form = {
        "version": "1",
        "page": "p",
        "rows-0-year_wages": "abc",
        "rows-0-months": "12",
        "rows-1-months": "12",
    }
    response = client.post(_url("declaration", declaration.pk), form | _once())
    assert response.status_code == 422
    known = response.context["known"]["rows"]
    assert [fault["code"] for fault in known["0"]["errors"]] == ["wage_not_a_number"]
    assert [fault["code"] for fault in known["1"]["errors"]] == ["wage_missing"]
    assert 'value="abc"' in response.content.decode()
    declaration.refresh_from_db()
    assert declaration.draft["rows"][0]["year_wages"] == "abc"
    assert declaration.state == "draft"


def _hand_in(client: Client, declaration: Declaration) -> Any:
    form = {"version": "1", "page": "p", "retirees": "", "retiree_cost": ""}
    for place, wages in enumerate(("5980", "5416.80")):
        form |= {f"rows-{place}-year_wages": wages, f"rows-{place}-months": "12"}
    return client.post(_url("declaration", declaration.pk), form | _once())


def test_a_return_is_handed_in_reviewed_and_approved(
    client: Client, declaration: Declaration, acting: User, reviewer: User, pension_rules: None
) -> None:
    assert _hand_in(client, declaration).status_code == 302
    own = client.get(_url("declaration", declaration.pk))
    assert own.context["may_withdraw"]
    client.force_login(reviewer)
    page = client.get(_url("declaration", declaration.pk) + "?show=all")
    assert page.context["may_review"]
    assert "498.33" in page.content.decode()
    version = page.context["declaration"].version
    response = client.post(
        _url("declaration_approve", declaration.pk), {"version": version} | _once(), follow=True
    )
    assert response.context["declaration"].state == "approved"


def test_a_return_is_sent_back_only_with_a_reason(
    client: Client, declaration: Declaration, acting: User, reviewer: User
) -> None:
    _hand_in(client, declaration)
    client.force_login(reviewer)
    url = _url("declaration_return", declaration.pk)
    version = client.get(_url("declaration", declaration.pk)).context["declaration"].version
    assert client.post(url, {"version": version, "reason": ""} | _once()).status_code == 422
    client.post(url, {"version": version, "reason": "请核对第 2 行"} | _once())
    client.force_login(acting)
    page = client.get(_url("declaration", declaration.pk)).content.decode()
    assert "请核对第 2 行" in page
    assert "data-grid" in page


def test_the_author_is_told_that_a_second_person_is_needed(
    client: Client, declaration: Declaration, acting: User
) -> None:
    from jilin_si.access.models import Assignment, Role

    with as_owner():
        Assignment.objects.create(user=acting, role=Role.REVIEWER, agency_id=make.JIUTAI)
    _hand_in(client, declaration)
    page = client.get(_url("declaration", declaration.pk))
    assert not page.context["may_review"]
    client.post(
        _url("declaration_approve", declaration.pk),
        {"version": page.context["declaration"].version} | _once(),
    )
    declaration.refresh_from_db()
    assert declaration.state == "submitted"


def test_the_second_of_two_pages_sees_both_versions(
    client: Client, declaration: Declaration, acting: User, second_clerk: User
) -> None:
    row = {"_row": "0", "version": "1", "page": "first", "year_wages": "5890", "months": "12"}
    assert client.post(_url("declaration_row", declaration.pk), row).status_code == 200
    client.force_login(second_clerk)
    row |= {"page": "second", "year_wages": "5980"}
    told = client.post(_url("declaration_row", declaration.pk), row)
    assert told.status_code == 409
    assert "王淑琴" in told.json()["error"]
    form = {"version": "1", "page": "second", "rows-0-year_wages": "5980", "rows-0-months": "12"}
    conflict = client.post(_url("declaration", declaration.pk), form | _once())
    assert conflict.status_code == 409
    page = conflict.content.decode()
    assert "5890" in page
    assert "5980" in page
    assert "王淑琴" in page


def test_the_whole_number_is_shown_for_a_reason_that_is_kept(
    client: Client, works: Employer, acting: User
) -> None:
    worker = make.worker(acting, works, identity_number="220104550815001").worker
    page = client.get(_url("worker", worker.pk)).content.decode()
    assert "220104******001" in page
    assert "220104550815001" not in page
    assert client.post(_url("whole_number", worker.pk), {"reason": ""}).status_code == 422
    shown = client.post(_url("whole_number", worker.pk), {"reason": "转移咨询"}).content.decode()
    assert "220104550815001" in shown
    entry = AuditEntry.objects.get(act="show_number")
    assert (entry.reason, entry.user) == ("转移咨询", acting)


def test_search_finds_by_name_end_pinyin_initials_number_and_employer(
    client: Client, works: Employer, acting: User
) -> None:
    make.worker(acting, works, identity_number="220104550815001", name="陈国富")
    for typed in (
        "陈国",
        "国富",
        "chenguofu",
        "cheng",
        "cgf",
        "2201045508",
        "220104195508",
        "２２０１０４５５０８",
    ):
        page = client.get(_url("search"), {"q": typed}, headers={"HX-Request": "true"}).content.decode()
        assert "陈国富" in page, typed
        assert "220104550815001" not in page
    for typed in (works.name[2:5], works.number, "jiutai"):
        assert works.name in client.get(_url("search"), {"q": typed}).content.decode(), typed
    for typed in ("%", "_", "'", "\x00", "x" * 500, "</script>", "()*"):
        assert client.get(_url("search"), {"q": typed}).status_code == 200, typed


def test_an_employer_is_registered_once(client: Client, acting: User) -> None:
    form = {
        "organisation_code": "12345678-X", "name": "九台市造纸厂", "ownership": "state", "industry": "paper",
        "registered_on": "1996-01-01", "first_period": "1996-01", "lines": ["pension", "injury"],
    }  # fmt: skip
    wrong = client.post(_url("employer_new"), form | _once())
    assert wrong.status_code == 422
    from enrollment.rules import organisation_check

    form["organisation_code"] = "12345678" + organisation_check("12345678")
    assert client.post(_url("employer_new"), form | _once()).status_code == 302
    employer = Employer.objects.get(name="九台市造纸厂")
    assert (employer.number, employer.trade_class) == ("220181-0001", 3)
    assert sorted(employer.coverages.values_list("line", flat=True)) == ["injury", "pension"]
    again = client.post(_url("employer_new"), form | {"name": "另一个名字"} | _once())
    assert again.status_code == 422
    assert "九台市造纸厂" in again.content.decode()


def test_a_form_without_its_key_is_refused(client: Client, works: Employer, acting: User) -> None:
    assert client.post(_url("enrol", works.pk), _enrolment()).status_code == 400
    assert not Employment.objects.exists()


def test_amounts_explain_themselves(client: Client, declaration: Declaration, acting: User) -> None:
    _hand_in(client, declaration)
    worker = declaration.draft["rows"][0]["worker"]
    for kind, key in (
        ("declared_sum", declaration.pk),
        ("declared_base", f"{declaration.pk}-{worker}"),
        ("declared_own", f"{declaration.pk}-{worker}"),
    ):
        response = client.get(reverse("trace", args=[kind, key]))
        assert response.status_code in (200, 404), kind
    assert client.get(reverse("trace", args=["declared_sum", declaration.pk])).status_code == 200
    for wrong in ("x", "1-x", "9" * 30, f"{declaration.pk}-99999999"):
        assert client.get(reverse("trace", args=["declared_base", wrong])).status_code == 404


def test_gets_store_nothing(client: Client, works: Employer, declaration: Declaration, acting: User) -> None:
    with as_owner(), acting_as(everything()):
        before = AuditEntry.objects.count(), Declaration.objects.get(pk=declaration.pk).version
    client.get(_url("declaration", declaration.pk))
    client.get(_url("employer", works.pk))
    with as_owner(), acting_as(everything()):
        assert (AuditEntry.objects.count(), Declaration.objects.get(pk=declaration.pk).version) == before


def test_history_tells_who_changed_what_from_which_value_to_which(
    client: Client, works: Employer, acting: User
) -> None:
    worker = make.worker(acting, works, name="陈国富", category="permanent").worker
    form = {
        "pasted": f"姓名\t身份证号\t用工形式\n陈国富\t{worker.identity_number}\t合同制",
        "first_period": "1996-01",
    }
    page = client.post(_url("import_roster", works.pk), form | _once(), follow=True)
    client.post(page.request["PATH_INFO"] + "store/", _once())
    with make.as_user(acting):
        history = worker_history(worker)
    changed = next(happened for happened in history if happened.before)
    assert (changed.who, str(changed.on)) == ("王淑琴", "1996-01-01")
    assert (changed.before, changed.after) == (str(CATEGORY["permanent"]), str(CATEGORY["contract"]))
