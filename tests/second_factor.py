"""What a person's app shows, for tests that set up a second factor or sign in with one."""

from __future__ import annotations

import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal import auth

TYPING = 8  # seconds in which a test types what it read


def code_of(secret: str) -> str:
    """The code of this moment; of the next where this one is about to pass, as a person waits for it too."""
    left = app_settings.TOTP_PERIOD - time.time() % app_settings.TOTP_PERIOD
    if left < TYPING:
        time.sleep(left)
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))
