"""The catalogue check reads templates and code without GNU gettext."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext

from jilin_si.web import catalogues
from jilin_si.web.catalogues import Text, template_texts

OURS = ("jilin_si.web", "jilin_si.access")


def texts(source: str) -> list[Text]:
    return [text for _line, text in template_texts(source)]


def test_every_way_to_say_a_text_in_a_template_is_found() -> None:
    source = """{% trans "One" %}{% translate 'It\\'s' as x %}{% trans "May" context "month" %}
    <c-panel title="{% trans 'In a component' %}" />{{ value|default:_("Default") }}{% if _("In a tag") %}{% endif %}
    {% blocktrans with a=b trimmed %}
      Hello {{ a }},
      100% done
    {% endblocktrans %}{% blocktrans count n=x %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}
    {% comment %}{% trans "Never" %}{% endcomment %}{{ variable }}{% trans variable %}"""
    assert texts(source) == [
        Text("One"),
        Text("It's"),
        Text("May", "", "month"),
        Text("In a component"),
        Text("Default"),
        Text("In a tag"),
        Text("Hello %(a)s, 100%% done"),
        Text("%(n)s row", "%(n)s rows"),
        Text("Never"),
    ]


def test_the_webs_own_texts_are_all_in_chinese() -> None:
    found = catalogues.used_texts()
    known = {
        catalogues._key(message)
        for name in OURS
        for message in catalogues.read_catalogue(catalogues.catalogue_path(catalogues.own_apps()[name]))
        if message.id and catalogues._given(message)
    }
    mine = (
        "jilin_si/web/",
        "jilin_si/access/",
        "templates/web/",
        "templates/components/",
        "templates/account/",
    )
    missing = [
        text.msgid
        for text, places in found.places.items()
        if any(place.startswith(mine) for place in places)
        and text not in known
        and found.app_of[text] in OURS
    ]
    assert missing == []


def test_other_placeholders_are_told() -> None:
    assert list(catalogues._placeholder_faults(Text("%(a)s of %(b)s"), ["%(b)s 之 %(a)s"])) == []
    assert list(catalogues._placeholder_faults(Text("%(a)s of %(b)s"), ["%(a)s"]))
    assert list(catalogues._placeholder_faults(Text("none"), ["%(a)s"]))
    assert list(catalogues._placeholder_faults(Text("%(n)s row", "%(n)s rows"), ["%(n)s 行"])) == []


def test_a_catalogue_is_compiled_where_its_source_is_newer() -> None:
    catalogues.compile_all()
    assert catalogues.compile_all() == 0
    assert Path(catalogues.catalogue_path(catalogues.own_apps()["jilin_si.web"])).with_suffix(".mo").is_file()
    with translation.override("zh-hans"):
        assert gettext("Skip to content") == "跳到正文"
    with translation.override("en"):
        assert gettext("Skip to content") == "Skip to content"


def test_an_english_text_with_chinese_words_in_it_is_to_be_translated() -> None:
    assert catalogues._needs_chinese(Text("“%(given)s” is no sex: 男 or 女."))
    assert catalogues._needs_chinese(Text("Monthly wage"))
    assert not catalogues._needs_chinese(Text("中文"))
    assert not catalogues._needs_chinese(Text("身份证号码 %(number)s"))
