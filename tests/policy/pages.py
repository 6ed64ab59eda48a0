"""A person at the pages of policy, for several tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from jilin_si.access.models import User
from jilin_si.access.once import new_key

NEW_RATE = {
    "value": "0.9",
    "valid_from": "1997-07-01",
    "valid_to": "",
    "agency": "220000",
    "document": "LBF-1994-504",
    "confidence": "illustrative",
    "note": "试行",
    "reason": "以支定收",
}


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_in(client: Client, address: str, given: dict[str, Any], key: str = "") -> Any:
    """A form handed in, as the page does it: with a key of its own."""
    return client.post(address, given | {"_once": key or new_key()})
