"""The acts of pooling, one function each, one transaction each; doing one again changes nothing.

The year: ``propose_plan``, ``adjust_plan``, ``approve_plan``. The month, in this order: ``propose_remittance`` (each
county, after its assessment and settlement), ``confirm_remittance`` (the county's finance), ``receive_remittance``
(the province), ``propose_redistribution`` (the province, after all counties), ``approve_redistribution`` (a second
provincial person), ``book_pensions`` (each county, last), ``close_province``. ``pooling.month`` runs the steps of a
month as job units, ``start_month`` as jobs of the queue.
"""

from pooling.services.common import (
    FUND,
    PoolingBusy,
    PoolingConflict,
    PoolingError,
    cash,
    refresh_months,
    reserve,
)
from pooling.services.pensions import book_pensions, close_province
from pooling.services.plan import adjust_plan, approve_plan, propose_plan
from pooling.services.redistribution import approve_redistribution, propose_redistribution
from pooling.services.remittance import confirm_remittance, propose_remittance, receive_remittance

__all__ = [
    "FUND",
    "PoolingBusy",
    "PoolingConflict",
    "PoolingError",
    "adjust_plan",
    "approve_plan",
    "approve_redistribution",
    "book_pensions",
    "cash",
    "close_province",
    "confirm_remittance",
    "propose_plan",
    "propose_redistribution",
    "propose_remittance",
    "receive_remittance",
    "refresh_months",
    "reserve",
]
