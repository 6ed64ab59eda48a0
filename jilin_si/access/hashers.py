"""How passwords are kept: argon2id, as dear as a whole office that signs in at eight can bear.

Django's own measure (100 MiB, eight threads) costs a quarter of a second of a processor and 100 MiB a sign-in: fifty
people who come at once kept two cores busy for a minute, and every page waited for them. 19 MiB and two passes in one
thread are what OWASP's cheat sheet on password storage asks for at least; who guesses is held off besides
(``held_off.py``). A password kept by another measure is kept by this one from its next sign-in on.
"""

from __future__ import annotations

from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """argon2id: 19 MiB of memory, two passes, one thread."""

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
