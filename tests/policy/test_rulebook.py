"""The rule book: complete, in both languages, and each page with what rests on its rule."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from jilin_si.access.models import User
from jilin_si.policy.calculators import calculators
from jilin_si.policy.lookup import file_policy
from jilin_si.policy.parameter_files import read_all
from jilin_si.policy.rule_book import Rule, RuleBookProblem, read_rule_book, rule_book
from jilin_si.policy.worked_examples import examples_of_files
from jilin_si.web.catalogues import _CHINESE
from tests.policy.pages import signed_in

FACTS = "i.month=1996-03-01&i.contribution_wages=86543.27&i.retiree_cost=41200.00"


def rules() -> list[Rule]:
    return list(rule_book().rules())


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_every_rule_that_code_and_data_name_is_in_the_book() -> None:
    named = {rule for calculator in calculators() for rule in calculator.rules}
    named |= {rule for info in file_policy().infos.values() for rule in info.rules}
    named |= {rule for example in examples_of_files() for rule in example["rules"]}
    named |= {rule for question in rule_book().questions for rule in question.rules}
    assert named - set(rule_book().by_id) == set()


def test_every_worked_example_says_what_it_shows_in_both_languages() -> None:
    for example in examples_of_files():
        for name in ("title", "note"):
            english, chinese = example.get(name, ""), example.get(f"{name}_zh", "")
            assert bool(english) == bool(chinese), (example["id"], name)
            assert not _CHINESE.search(english), (example["id"], english)
            assert not chinese or _CHINESE.search(chinese), (example["id"], chinese)
        assert example["title"]


def test_every_document_a_rule_names_is_on_record() -> None:
    known = set(read_all().documents)
    assert {code for rule in rules() for code in rule.documents} - known == set()


def test_each_rule_speaks_both_languages() -> None:
    for rule in rules():
        for words in (rule.title, rule.text, *([rule.unsure] if rule.unsure else [])):
            assert _CHINESE.search(words.zh), rule.id
            assert len(_CHINESE.findall(words.en)) < len(words.en) / 4, rule.id
        with override("en"):
            assert str(rule.title) == rule.title.en
        with override("zh-hans"):
            assert str(rule.title) == rule.title.zh


def test_every_family_of_the_domain_has_a_chapter_in_order() -> None:
    families = [chapter.family for chapter in rule_book().chapters]
    assert families[:3] == ["GEN", "PEN", "POOL"]
    assert len(families) == 14
    pensions = [rule.id for rule in rule_book().chapters[1].rules]
    assert pensions[:5] == ["PEN-1", "PEN-2", "PEN-2a", "PEN-2b", "PEN-3"]
    assert all(chapter.rules for chapter in rule_book().chapters)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nid = "PEN"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en="a"}', "is no id of a rule"),
        ('[[rule]]\nid = "GEN-1"\ntitle = {zh="甲"}\ntext = {zh="甲", en="a"}', "both languages"),
        ('[[rule]]\nid = "GEN-1"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en=""}', "both languages"),
        (
            '[[rule]]\nid = "GEN-1"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en="a"}\nsource = "x"',
            "unknown source",
        ),
        (
            '[[rule]]\nid = "GEN-1"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en="a"}\nconfidence = "sure"',
            "one of",
        ),
        ('[[rule]]\nid = "ZZZ-1"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en="a"}', "no chapter"),
        ("[[rule]\n", "rules.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    chapter = '[[chapter]]\nfamily = "GEN"\ntitle = {zh="通则", en="General"}\n'
    (tmp_path / "rules.toml").write_text(f"{chapter}\n{text}\n", encoding="utf-8")
    with pytest.raises(RuleBookProblem, match=said):
        read_rule_book([("policy", tmp_path)])


def test_a_rule_twice_is_refused(tmp_path: Path) -> None:
    rule = '[[rule]]\nid = "GEN-1"\ntitle = {zh="甲", en="a"}\ntext = {zh="甲", en="a"}\n'
    chapter = '[[chapter]]\nfamily = "GEN"\ntitle = {zh="通则", en="General"}\n'
    (tmp_path / "rules.toml").write_text(chapter + rule * 2, encoding="utf-8")
    with pytest.raises(RuleBookProblem, match="twice"):
        read_rule_book([("policy", tmp_path)])


def test_the_page_of_every_rule_opens_in_one_language_or_the_other(clerk: User) -> None:
    clients = cycle(signed_in(clerk, language) for language in ("zh-hans", "en"))
    for rule, client in zip(rules(), clients, strict=False):
        assert client.get(f"/policy/rules/{rule.id}/").status_code == 200, rule.id


def test_a_rule_shows_formula_parameters_documents_calculators_examples_and_questions(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/rules/PEN-2/?on=1993-06-01"))
    assert "rate × sum_of_two" in page
    assert "18.6%" in page
    assert "吉政明电〔1993〕2号" in page
    assert "/policy/calculators/pension.unit_contribution/" in page
    assert "249,996.88" in page or "249996.88" in page
    assert "Open questions" in page


def test_the_examples_on_a_rules_page_are_run_now(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/rules/PEN-6/"))
    assert "73.28" in page
    assert ">fails<" not in page


def test_an_unknown_rule_is_not_there(clerk: User) -> None:
    assert signed_in(clerk).get("/policy/rules/PEN-99/").status_code == 404


def test_search_finds_rules_and_documents_in_either_language(clerk: User) -> None:
    client = signed_in(clerk)
    assert "PEN-8" in text_of(client.get("/policy/rules/?q=积数"))
    assert "PEN-8" in text_of(client.get("/policy/rules/?q=month products"))
    found = text_of(client.get("/policy/rules/?q=〔1995〕18号"))
    assert "JZF-1995-18" in found
    assert "No rule says this." in text_of(client.get("/policy/rules/?q=quantum"))


def test_a_rule_named_by_its_id_comes_first() -> None:
    assert rule_book().search("pen-2")[0].id == "PEN-2"


def test_a_document_lists_the_values_and_rules_that_rest_on_it(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/documents/JZMD-1994-53/"))
    assert "/policy/parameters/pension.unit_rate/" in page
    assert "/policy/rules/PEN-2/" in page
    assert signed_in(clerk).get("/policy/documents/NO-SUCH/").status_code == 404


def test_every_document_page_opens(clerk: User) -> None:
    client = signed_in(clerk)
    for code in read_all().documents:
        assert client.get(f"/policy/documents/{code}/").status_code == 200, code


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("/trace/parameter/pension.unit_rate@1996-03-01/", "21.5%"),
        ("/trace/parameter/collective.tiers@1994-01-01@220181/", "/policy/documents/SAMPLE/"),
        (
            f"/trace/calculation/pension.unit_contribution/?{FACTS}",
            "27,464.80",
        ),
    ],
)
def test_parameters_and_calculations_explain_themselves_in_the_drawer(
    clerk: User, address: str, holds: str
) -> None:
    client = signed_in(clerk)
    drawer = client.get(address, headers={"HX-Request": "true"})
    assert drawer.status_code == 200
    page = text_of(drawer)
    assert "/policy/parameters/" in page
    assert "/policy/rules/" in page
    assert (
        holds in text_of(client.get(f"{address}{'&' if '?' in address else '?'}format=json")) or holds in page
    )


@pytest.mark.parametrize(
    "address",
    [
        "/trace/parameter/nothing@1996-01-01/",
        "/trace/parameter/x/",
        "/trace/calculation/no.such/",
        "/trace/calculation/policy.round/",
    ],
)
def test_what_is_not_there_is_not_explained(clerk: User, address: str) -> None:
    assert signed_in(clerk).get(address).status_code == 404
