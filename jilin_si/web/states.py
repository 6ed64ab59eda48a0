"""The words for states, with their tone, in one place: ``<c-state value="approved" />``.

Normal is quiet; what needs a hand is seen first. An app adds its own words with ``register``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_states: dict[str, tuple[StrOrPromise, str]] = {
    # declarations and other cases
    "draft": (_("Draft"), ""),
    "submitted": (_("To review"), "warn"),
    "returned": (_("Returned"), "bad"),
    "approved": (_("Approved"), "good"),
    "posted": (_("Posted"), "good"),
    "cancelled": (_("Cancelled"), ""),
    # periods
    "open": (_("Open"), "good"),
    "assessed": (_("Assessed"), "warn"),
    "closed": (_("Closed"), ""),
    # bills
    "due": (_("To pay"), "warn"),
    "partly_paid": (_("Partly paid"), "bad"),
    "overdue": (_("Overdue"), "bad"),
    "paid": (_("Paid"), "good"),
    # jobs
    "waiting": (_("Waiting"), ""),
    "running": (_("Running"), "act"),
    "retrying": (_("Retrying"), "warn"),
    "failed": (_("Failed"), "bad"),
    "done": (_("Done"), "good"),
    # parameters: how sure the source is
    "sourced": (_("Checked"), "good"),
    "verified": (_("Checked"), "good"),
    "inferred": (_("Inferred"), "warn"),
    "assumed": (_("Assumed"), "warn"),
    "illustrative": (_("Illustrative"), "warn"),
    "provisional": (_("Provisional"), "warn"),
}


def register(value: str, word: StrOrPromise, tone: str = "") -> None:
    """Add the word of a state."""
    _states[value] = (word, tone)


def word_and_tone(value: object) -> tuple[StrOrPromise, str]:
    """The word and tone of a stored value; an unknown one is shown as it is, quietly."""
    return _states.get(str(value), (str(value), ""))
