"""Check codes (查验短码): what stands on a paper of the office, and by which anybody may have it confirmed."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: a code is read aloud


def new_code() -> str:
    """A check code that cannot be guessed: ``J7K4-2M9P-Q3XD``."""
    return _grouped("".join(secrets.choice(ALPHABET) for _place in range(12)))


def read_code(typed: str) -> str:
    """A code as somebody typed it, in groups; empty where it is none."""
    plain = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    return _grouped(plain) if len(plain) == 12 else ""


def _grouped(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
