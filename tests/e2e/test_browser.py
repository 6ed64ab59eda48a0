"""The browser itself: it opens our pages, and what must fail a test is heard."""

from typing import Any

from playwright.sync_api import Page

FROM_NOWHERE = "data:text/html;charset=utf-8,"


def test_it_sets_chinese_in_a_font_that_has_it(page: Page) -> None:
    page.goto(f"{FROM_NOWHERE}<p id=a style='font-size:40px;display:inline-block'>吉林省社会保险</p>")
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    session.send("CSS.enable")
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "#a"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert {font["glyphCount"] for font in fonts} == {7}
    box = page.locator("#a").bounding_box()
    assert box is not None
    assert box["width"] == 7 * 40


def test_a_script_error_and_a_console_error_are_heard(page: Page, complaints: list[str]) -> None:
    page.goto(
        f"{FROM_NOWHERE}<script>setTimeout(() => {{ throw new Error('broken') }}); console.error('bad')</script>"
    )
    page.wait_for_timeout(100)
    assert any("bad" in complaint for complaint in complaints)
    assert any("broken" in complaint for complaint in complaints)
    complaints.clear()


def test_a_dialog_is_heard(page: Page, complaints: list[str]) -> None:
    page.goto(f"{FROM_NOWHERE}<script>alert('hello')</script>")
    assert complaints == ["dialog: hello"]
    complaints.clear()


def test_what_the_security_policy_refuses_is_heard(page: Page, complaints: list[str]) -> None:
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    page.goto(f"{FROM_NOWHERE}{policy}<script>1</script><p style='color:red'>x</p>")
    page.wait_for_timeout(100)
    assert any("script-src" in complaint or "security policy" in complaint for complaint in complaints)
    complaints.clear()


def test_the_first_page_opens_without_a_complaint(live_server: Any, page: Page) -> None:
    answer = page.goto(live_server.url)
    assert answer is not None
    assert answer.status == 200
