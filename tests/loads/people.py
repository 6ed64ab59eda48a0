"""What people do at their desks, for locust. It knows pages and forms as a browser does, and nothing of the application.

Each request is named by its kind and what it is: ``read desk``, ``write enrolment``. What was handed in and accepted is
kept (``told``), so that it can be looked for afterwards. ``JSI_LOAD_OUT`` is where both are written.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from locust import HttpUser, between, constant, events, task

PASSWORD, TOKEN = "jilin1996", "csrfmiddlewaretoken"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "淑琴德海玉兰国富建华志强秀英桂芳文学永胜凤霞立新艳秋晓红景山"
SPELT = (
    "w",
    "wa",
    "wan",
    "wang",
    "l",
    "li",
    "z",
    "zh",
    "zhang",
    "王",
    "李国",
    "张",
    "2201",
    "220104",
    "wsq",
    "zgf",
)
SEATS = json.loads(os.environ["JSI_LOAD_SEATS"])  # role → sign-ins, each taken once
RUN = os.environ["JSI_LOAD_RUN"]  # tells this run's papers from another's
CODES = (
    "110105",
    "120103",
    "210102",
    "230102",
    "310101",
    "370102",
)  # newcomers are from elsewhere: known to nobody here
_taken = {role: itertools.cycle(names) for role, names in SEATS.items()}
_serial = itertools.count(1)
_answers: list[tuple[str, float, str]] = []
_told: list[tuple[str, str, str]] = []


@events.request.add_listener
def _answered(name: str, response_time: float, exception: Any, **_more: Any) -> None:
    _answers.append((name, response_time, repr(exception) if exception else ""))


@events.spawning_complete.add_listener
def _all_are_there(**_more: Any) -> None:
    """What came while people were still coming in by the door is not counted, only what failed of it."""
    _answers[:] = [answer for answer in _answers if answer[2] or answer[0].startswith("sign-in")]


@events.quitting.add_listener
def _write(**_more: Any) -> None:
    kept = {"answers": _answers, "told": _told}
    Path(os.environ["JSI_LOAD_OUT"]).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def told(kind: str, key: str, value: str) -> None:
    """Somebody was told that this was accepted."""
    _told.append((kind, key, value))


class _Fields(HTMLParser):
    """The fields of the forms of a page that post to an address, with what stands in them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.choice = action, False, ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("method") == "post" and given.get("action", self.action) == self.action
        elif (
            self.inside
            and tag == "input"
            and given.get("name")
            and given.get("type") not in {"submit", "file"}
        ):
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.fields[given["name"]] = given.get("value") or ""
        elif self.inside and tag in {"select", "textarea"} and given.get("name"):
            self.choice = given["name"]
            self.fields.setdefault(self.choice, "")
        elif self.inside and tag == "option" and "selected" in given:
            self.fields[self.choice] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def fields_of(page: str, action: str) -> dict[str, str]:
    """What a browser would send of a form, before anybody types."""
    reader = _Fields(action)
    reader.feed(page)
    return reader.fields


def identity_number() -> str:
    """A number that checks, of somebody born 1950 to 1977."""
    digits = f"{random.choice(CODES)}{random.randint(1950, 1977)}{random.randint(1, 12):02}{random.randint(1, 28):02}{random.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


class Person(HttpUser):
    """Somebody who signs in once and then works."""

    abstract = True
    role = "clerk"

    def on_start(self) -> None:
        self.username = next(_taken[self.role])
        self.seen: dict[str, list[str]] = {}
        page = self.client.get("/account/login/", name="sign-in page").text
        fields = fields_of(page, "/account/login/")
        with self.client.post(
            "/account/login/",
            {**fields, "login": self.username, "password": PASSWORD},
            name="sign-in",
            catch_response=True,
        ) as answer:
            if not answer.ok or answer.url.endswith("/login/"):
                answer.failure(f"{self.username} was not let in")

    def page(self, address: str, name: str) -> str:
        """Read a page; employers, workers and returns that it names are remembered."""
        answer = self.client.get(address, name=f"read {name}")
        for kind, found in re.findall(r"/enrollment/(employers|workers|declarations)/(\d+)/", answer.text):
            known = self.seen.setdefault(kind, [])
            if found not in known and len(known) < 60:
                known.append(found)
        return answer.text

    def ask(self, text: str) -> None:
        """What the field in the bar asks while one types."""
        headers = {"HX-Request": "true"}
        self.client.get("/enrollment/search/", params={"q": text}, headers=headers, name="read search")

    def one(self, kind: str) -> str:
        """One of those that a page has named; the list is opened first where none was."""
        if not self.seen.get(kind):
            self.page(f"/enrollment/{kind}/", f"list of {kind}")
        return random.choice(self.seen[kind]) if self.seen.get(kind) else ""

    def hand_in(self, address: str, name: str, page: str, typed: dict[str, str]) -> bool:
        """Fill the form of a page and send it; whether it was accepted. The page it leads to is read."""
        with self.client.post(
            address,
            fields_of(page, address) | typed,
            name=f"write {name}",
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            if answer.status_code == 422 and 'name="namesake_checked"' in answer.text:
                answer.success()  # among three million somebody has this name and birth date: asked whether it is the same
                return False
            if answer.status_code != 302:
                fault = re.findall(r'class="(?:fault|err)[^"]*"[^>]*>([^<]{2,80})', answer.text)
                answer.failure(f"{answer.status_code} {fault[:3]}")
                return False
            answer.success()
        self.page(answer.headers["Location"], f"after {name}")
        return True


class Clerk(Person):
    """A county clerk all day: reads six pages for each four things that are handed in."""

    wait_time = between(3, 8)
    weight = 3

    @task(2)
    def desk(self) -> None:
        self.page("/desk/", "desk")

    @task(2)
    def employer(self) -> None:
        self.page(f"/enrollment/employers/{self.one('employers')}/", "employer")

    @task(2)
    def worker(self) -> None:
        self.page(f"/enrollment/workers/{self.one('workers')}/", "worker")

    @task(1)
    def lists(self) -> None:
        kind = random.choice(("employers", "workers", "declarations"))
        self.page(f"/enrollment/{kind}/", f"list of {kind}")

    @task(1)
    def search(self) -> None:
        self.ask(random.choice(SPELT))

    @task(3)
    def enrol(self) -> None:
        address = f"/enrollment/employers/{self.one('employers')}/enrol/"
        page = self.page(address, "enrolment form")
        if 'name="identity_number"' not in page:
            return  # an employer that is closed
        number = identity_number()
        name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=2))
        typed = {
            "identity_number": number,
            "name": name,
            "category": "contract",
            "identity": "worker",
            "wage": "421.50",
        }
        if self.hand_in(address, "enrolment", page, typed):
            told("enrolled", number, self.username)

    @task(4)
    def wages(self) -> None:
        """One cell of a return that is being typed."""
        number = self.one("declarations")
        if not number:
            return
        page = self.page(f"/enrollment/declarations/{number}/", "return")
        places = re.findall(r'name="rows-(\d+)-year_wages"', page)
        if not places:
            self.seen["declarations"].remove(number)  # handed in: only those in hand are typed
            if not self.seen["declarations"]:
                self.page("/enrollment/declarations/?state=draft", "list of declarations")
            return
        place = random.choice(places)
        wages = f"{random.randint(2400, 9000)}.{random.randint(10, 99)}"
        row = page[page.index(f'name="rows-{place}-year_wages"') :].partition("</tr>")[0]
        kept = dict(re.findall(rf'name="rows-{place}-(\w+)"(?: value="([^"]*)")?', row))
        sent = kept | {
            name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]
            for name in ("version", "page", TOKEN)
        }
        with self.client.post(
            f"/enrollment/declarations/{number}/row/",
            {**sent, "year_wages": wages, "_row": place, "_leaving": "row"},
            name="write a wage",
            catch_response=True,
        ) as answer:
            if answer.status_code == 409:  # the colleague at the next desk has this return open
                answer.success()
            elif answer.status_code == 200:
                told("typed", f"{number}.{place}", wages)


class Finance(Person):
    """A finance officer: money that came in, entered by hand."""

    role = "finance"
    wait_time = between(3, 8)
    weight = 1

    @task(3)
    def receipts(self) -> None:
        self.page("/collection/receipts/", "receipts")

    @task(2)
    def arrears(self) -> None:
        self.page("/collection/arrears/", "arrears")

    @task(3)
    def enter(self) -> None:
        page = self.page("/collection/receipts/enter/", "receipt form")
        listed = self.page("/enrollment/employers/", "list of employers")
        numbers = re.findall(r"\b(\d{6}-\d{4})\b", listed)
        if not numbers:
            return
        serial = f"{RUN}-{next(_serial)}"
        fen = random.randint(100, 99999)
        typed = {
            "employer": random.choice(numbers),
            "amount": f"{fen // 100}.{fen % 100:02}",
            "received_on": os.environ["JSI_LOAD_DAY"],
            "bank": "柜台",
            "serial": serial,
        }
        if self.hand_in("/collection/receipts/enter/", "receipt", page, typed):
            told("received", serial, str(fen))


class Asker(Person):
    """Types a name, a pinyin or a number; whenever the hand rests for 300 ms the page asks: three times, as a rule."""

    wait_time = between(3, 8)

    @task
    def look_for_somebody(self) -> None:
        whole = random.choice(
            ("wangshuqin", "zhangmin", "王淑琴", "李志强", "220104196", "wsq", "liuzh", "220181199", "陈国")
        )
        for part in (1, 2, 3):
            self.ask(whole[: max(1, len(whole) * part // 3)])
            time.sleep(random.uniform(0.3, 0.9))


class Head(Person):
    """The head of a county at eight o'clock: opens what the county has remitted."""

    role = "head"
    wait_time = constant(3600)

    @task
    def dashboard(self) -> None:
        time.sleep(random.uniform(0, 10))
        self.page("/desk/", "desk")
        self.page("/pooling/", "dashboard")
