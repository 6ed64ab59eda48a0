"""The key that signs sessions and tokens, where none is given."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from jilin_si.servers.errors import explained
from jilin_si.servers.places import Places, owner_uid


def make_folder(folder: Path, owner: int, mode: int = 0o755) -> None:
    """Make a folder (and those above it) that belongs to the servers' owner even where root makes it."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent, owner)
    folder.mkdir(mode=mode, exist_ok=True)
    if os.geteuid() == 0 and folder.stat().st_uid != owner:
        os.chown(folder, owner, -1)


def secret_key(places: Places) -> str:
    """Read ``var/secret-key``; make it once, readable by its owner only."""
    file = places.var / "secret-key"
    try:
        if not file.exists():
            make_folder(places.var, owner_uid(places.var))
            draft = file.with_name(f"secret-key.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                out.write(secrets.token_urlsafe(48))
            if os.geteuid() == 0:
                os.chown(draft, owner_uid(places.var), -1)
            try:
                os.link(draft, file)  # whoever is first wins; the others read the winner's
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return file.read_text().strip()
    except OSError as trouble:
        raise explained(trouble, places) from trouble
