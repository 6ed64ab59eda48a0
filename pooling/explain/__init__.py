"""Why a figure of pooling is what it is: a sum down to units and months, a plan by its formula, a remittance, a share.

Keys: ``1996-01_1996-05`` for the reader's units over these months, ``…_220181`` for one unit, ``…_220100p`` for all of
a prefecture's; a number for a plan, a remittance, a share.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from jilin_si.web.traces import TracePage, register
from pooling.explain import records, sums
from pooling.permissions import require_reader


def register_traces() -> None:
    """List what this app explains (called when it starts)."""
    for name, explain in (
        ("pool_due", sums.due),
        ("pool_remitted", sums.remitted),
        ("pool_rate", sums.rate),
        ("pool_owed", sums.owed),
        ("pool_down", sums.down),
        ("pool_gap", sums.gap),
        ("pool_reserve", sums.reserve),
        ("pool_plan", records.plan),
        ("pool_remittance", records.remittance),
        ("pool_share", records.share),
    ):
        register(name, _for_readers(explain))


def _for_readers(
    explain: Callable[[str], TracePage],
) -> Callable[[HttpRequest, str], TracePage]:
    def told(request: HttpRequest, key: str) -> TracePage:
        require_reader(request)
        return explain(key)

    return told
