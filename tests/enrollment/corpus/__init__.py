"""Files that people hand in, good and bad, each made by a small builder with what must come of it.

``corpus()`` gives them all. None is kept as a file: what is in one is read here, in the source.
"""

from __future__ import annotations

from tests.enrollment.corpus import columns, names, numbers, texts, values, workbooks, zips
from tests.enrollment.corpus.making import Case

PARTS = (numbers, names, values, columns, texts, workbooks, zips)


def corpus() -> list[Case]:
    """Every case, each under a name of its own."""
    return [case for part in PARTS for case in part.cases()]
