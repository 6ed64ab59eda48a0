"""How property tests ask a rule: under the parameters of the files, with facts of every size."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import file_policy
from jilin_si.policy.lookup import Policy

quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

fen = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
some_fen = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)
wages = st.integers(0, 10**7).map(lambda n: Decimal(n) / 100)
some_wages = st.integers(1, 10**7).map(lambda n: Decimal(n) / 100)
rates = st.integers(0, 10_000).map(lambda n: Decimal(n) / 10_000)
years = st.integers(0, 6000).map(lambda n: Decimal(n) / 100)
months = st.sampled_from([date(y, m, 1) for y in range(1992, 1998) for m in range(1, 13)])

_policy: Policy | None = None


def policy() -> Policy:
    global _policy
    _policy = _policy or file_policy()
    return _policy


def ask(name: str, **inputs: Any) -> dict[str, Any]:
    return calculate(name, inputs, policy=policy()).outputs
