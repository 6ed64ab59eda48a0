"""People come and go by keyboard: every reason of leaving, transfers with their paper, and what is taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employment
from jilin_si.access.scope import acting_as, everything
from tests.collection import factories as facts
from tests.e2e.county import County, Open, county_fixture, fill, hand_in, on, sound, type_in  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner

# What the worker's page says after each reason.
AFTER = {
    "retired": "凭已计月数申领养老金",
    "died": "该号码不得再参保",
    "military_service": "退伍后重新参保",
    "prison": "释放后重新参保",
    "contract_ended": "合同期满",
}


def _of(worker_id: int) -> Employment:
    with as_owner(), acting_as(everything()):
        return Employment.objects.filter(worker_id=worker_id).latest("first_period")


def test_who_leaves_does_so_for_a_reason_and_the_page_says_what_follows(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    people = {
        reason: county.worker(name=f"工人{sign}") for reason, sign in zip(AFTER, "甲乙丙丁戊", strict=True)
    }
    page = open_as(county.clerk, "/desk/")
    for reason, told in AFTER.items():
        worker = people[reason].worker_id
        page.goto(live_server.url + reverse("enrollment:worker", args=[worker]))
        settled(page)
        page.keyboard.press("l")
        expect(page.locator("#id_effective_period")).to_be_visible()
        if reason == "retired":  # nobody leaves before joining
            fill(page, effective_period="1990.3", reason=reason)
            hand_in(page)
            expect(page.locator("[data-error-summary]")).to_contain_text("1990-03")
            sound(page)
        fill(page, effective_period="1996.2", reason=reason)
        hand_in(page)
        expect(page.locator("main")).to_contain_text(told)
        expect(page.locator(".row-of .st.warn").first).to_contain_text("1996-01")
        left = _of(worker)
        assert (left.last_period, left.leave_reason) == (date(1996, 1, 1), reason)
    # nobody is enrolled under the number of who died
    page.goto(live_server.url + reverse("enrollment:worker", args=[people["died"].worker_id]))
    expect(page.get_by_role("link", name="转移")).to_have_count(0)


def test_a_worker_changes_the_employer_within_the_county_and_it_is_taken_back(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    new = county.employer(name="九台市印刷厂")
    page = open_as(county.clerk, reverse("enrollment:worker", args=[county.chen.worker_id]))
    page.keyboard.press("t")
    expect(page.locator("#id_kind")).to_be_visible()
    fill(page, first_period="1996-01", employer="没有的厂", wage="520")
    hand_in(page)
    expect(page.locator('[data-field="employer"] .fault')).not_to_have_text("")
    fill(page, employer="印刷")
    hand_in(page)
    expect(page.locator("h1")).to_have_text("陈国富")
    expect(page.locator("main")).to_contain_text("九台市印刷厂")
    assert _of(county.chen.worker_id).employer_id == new.pk
    page.goto(live_server.url + reverse("enrollment:worker", args=[county.chen.worker_id]))
    page.locator("#history a").first.press("Enter")
    expect(page.locator("#takes")).to_be_visible()
    sound(page)
    fill(page, reason="调令作废")
    hand_in(page)
    expect(page.locator("h1")).to_have_text("陈国富")
    back = _of(county.chen.worker_id)
    assert (back.employer_id, back.last_period) == (county.works.pk, None)


def test_who_leaves_the_province_takes_the_account_and_a_printed_form(
    county: County,
    open_as: Open,
    live_server: Any,
    tmp_path: Path,
) -> None:
    with transaction.atomic():
        next(facts._counter)
        works = facts.employer(lines=["pension"], name="九台市水泥厂")
        worker = facts.workers_of(works)[0]
        facts.taken_over(worker, "351.24", "325.89")
        facts.assess(facts.JANUARY)
        facts.pay(works, "365.84", date(1996, 1, 14))
    on(date(1996, 2, 20))
    page = open_as(county.clerk, reverse("enrollment:transfer", args=[worker]))
    page.select_option("#id_kind", "away")
    fill(page, first_period="1996-02")
    hand_in(page)
    expect(page.locator('[data-field="destination"] .fault')).not_to_have_text("")
    fill(page, destination="辽宁省社会保险局", note="随配偶迁居")
    hand_in(page)
    expect(page.locator("main")).to_contain_text("764.14")
    expect(page.get_by_role("button", name="准予转出")).to_have_count(0)  # not by who sent it
    sound(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="转移单").click()
    fetched.value.save_as(tmp_path / "form.pdf")
    paper = pypdfium2.PdfDocument(tmp_path / "form.pdf")
    text = "\n".join(each.get_textpage().get_text_bounded() for each in paper)
    paper.close()
    for word in ("陈国富", "辽宁省社会保险局", "764.14"):
        assert word in text
    with transaction.atomic():
        facts.pay(works, "900.00", date(1996, 2, 14))  # there must be money in the bank to send
    second = open_as(county.reviewer, page.url.removeprefix(live_server.url))
    second.keyboard.press("Control+Enter")
    settled(second)
    expect(second.locator("main")).to_contain_text("李志强")
    page.goto(live_server.url + reverse("enrollment:worker", args=[worker]))
    expect(page.locator("#moves-title")).to_be_visible()
    assert _of(worker).last_period == facts.JANUARY


def test_an_enrolment_and_a_leaving_are_taken_back_before_their_month_is_assessed(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    page = open_as(county.clerk, reverse("enrollment:leave", args=[county.li.worker_id]))
    fill(page, effective_period="1996-02", reason="resigned")
    hand_in(page, "李德林")
    page.locator("#history a").first.press("Enter")
    expect(page.locator("#act")).to_contain_text("直接")
    fill(page, reason="未离职")
    hand_in(page, "李德林")
    expect(page.locator(".row-of .st.good").first).to_be_visible()
    assert _of(county.li.worker_id).last_period is None

    page.goto(live_server.url + reverse("enrollment:enrol", args=[county.works.pk]))
    settled(page)
    number = make.identity_number(sex="F")
    type_in(page, number, "Enter")
    type_in(page, "郭艳秋", "Control+Enter")
    expect(page.locator("h1")).to_have_text("郭艳秋")
    page.locator("#history a").first.press("Enter")
    expect(page.locator("#takes")).to_contain_text("郭艳秋")
    hand_in(page)
    expect(page.locator("[data-error-summary]")).to_be_focused()  # not without a reason
    fill(page, reason="录错单位")
    hand_in(page)
    with as_owner(), acting_as(everything()):
        assert not Employment.objects.filter(worker__identity_key=number).exists()
