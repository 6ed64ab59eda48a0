"""The order of a list's columns: what was chosen stands in the order of the choice, on the page and in files."""

from __future__ import annotations

import django_tables2 as tables

from jilin_si.web.tables import FileColumn, OfficeTable


class ThreeTable(OfficeTable):
    """A column without a head keeps its place; one is for files alone."""

    pick = tables.Column(verbose_name="", empty_values=())
    one = tables.Column(verbose_name="One")
    two = tables.Column(verbose_name="Two")
    three = tables.Column(verbose_name="Three")
    more = FileColumn(verbose_name="More")
    act = tables.Column(verbose_name="", empty_values=())

    extra_columns = frozenset({"three"})


def shown(*wanted: str) -> tuple[list[str], list[str]]:
    table = ThreeTable([{"one": 1, "two": 2, "three": 3}])
    table.show_columns(wanted)
    return [column.name for column in table.columns], [str(column.title) for column in table.export_columns()]


def test_the_list_as_it_comes() -> None:
    assert shown() == (["pick", "one", "two", "act"], ["One", "Two", "More"])


def test_the_chosen_in_the_order_of_the_choice() -> None:
    assert shown("three", "one") == (["pick", "three", "one", "act"], ["Three", "One"])
    assert shown("two", "one", "three") == (["pick", "two", "one", "three", "act"], ["Two", "One", "Three"])


def test_what_is_not_known_or_named_twice_changes_nothing() -> None:
    assert shown("two", "act", "nothing", "two", "one")[0] == ["pick", "two", "one", "act"]
