"""The words of collection that several pages share."""

from __future__ import annotations

from collection.lines import all_lines


def line_name(line: str) -> str:
    """A line's name in the language of the page; its code where no app registered it."""
    return next((str(known.name) for known in all_lines() if known.line == line), line)


def line_order() -> dict[str, int]:
    """The place of each line in lists: the fixed order in which money is split over them."""
    return {known.line: place for place, known in enumerate(all_lines())}


def lines_in_order(lines: set[str]) -> list[str]:
    """Line codes in the fixed order; unknown ones last."""
    order = line_order()
    return sorted(lines, key=lambda line: (order.get(line, len(order)), line))
