"""Rules that every line shares: rounding (GEN-1)."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.exact import ROUNDING_MODES
from jilin_si.policy.kinds import Choice, Number, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace


@calculator(
    "policy.round",
    title=_("Rounding of an amount"),
    rules=("GEN-1",),
    inputs={"value": Number(signed=True), "mode": Choice(*ROUNDING_MODES)},
    outputs={"rounded": Yuan(signed=True)},
)
def round_amount(policy: Policy, trace: Trace, *, value: Fraction, mode: str) -> Outputs:
    """Round an amount (yuan) by a mode: half up to the fen or yuan, or up to the next 0.1 or 1 yuan (GEN-1).

    A negative amount is rounded as its positive, then signed.
    """
    return {"rounded": trace.yuan("rounded", "value", value, mode=mode)}
