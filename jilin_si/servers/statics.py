"""The static files as they are served: hashed, compressed, and gathered anew only where one has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from jilin_si.servers.places import Places


def collect(places: Places, say: Callable[[str], None] = lambda line: None) -> bool:
    """Gather them into ``var/static``. Returns whether there was anything to do."""
    stamp = places.var / "static" / ".gathered"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return False
    say("Gathering the static files …")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    """Names, sizes and times of all that the finders find."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()
