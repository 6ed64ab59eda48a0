"""Where things lie: all in ``var/``, but sockets, whose paths must be short, in a folder of their own in ``/tmp``."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent


def owner_uid(var: Path) -> int:
    """Whose servers these are: the caller's own, but root serves the owner of the data folder."""
    uid = os.geteuid()
    if uid == 0 and var.exists():
        return var.stat().st_uid
    return uid


@dataclass(frozen=True)
class Places:
    """The folders and sockets of one checkout. ``var`` is the one data folder."""

    var: Path

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def state(self) -> Path:
        """Locks, and nothing that must outlive a reboot."""
        return self.var / "servers"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def sockets(self) -> Path:
        """``/tmp/jsi-UID-HASH``: the hash is of the data folder's path, so that two checkouts never meet."""
        digest = hashlib.sha256(os.fsencode(self.var.resolve())).hexdigest()[:12]
        return Path("/tmp") / f"jsi-{owner_uid(self.var)}-{digest}"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"


def default_places() -> Places:
    """The data folder of this checkout, or the one that ``JSI_VAR`` names."""
    return Places(Path(os.environ.get("JSI_VAR") or BASE / "var").absolute())
