"""Why an amount of collection is what it is: recomputed from the facts with the parameters that were frozen for it.

``bills`` the parts of a bill and what is to pay, ``people`` a worker's base, part and credit, and the account,
``money`` what a receipt met and what a bill was paid with, ``late`` the late fee, ``claims`` what is
claimed from a liquidator.
"""

from __future__ import annotations

from jilin_si.web.traces import register


def register_traces() -> None:
    """List what is explained (called when the app starts)."""
    from collection.traces import bills, claims, late, money, people

    register("bill_unit", bills.unit_part)
    register("bill_own", bills.own_part)
    register("bill_wages", bills.wages)
    register("to_pay", bills.to_pay)
    register("late_fees", late.late_fees)
    register("claim", claims.claim)
    register("retiree_reserve", claims.reserve)
    register("bill_paid", money.bill_paid)
    register("receipt", money.receipt)
    register("person_base", people.base)
    register("person_own", people.own)
    register("person_credit", people.credit)
    register("account", people.account)
