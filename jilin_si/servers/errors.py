"""What is wrong with the machine or the settings, said in one line."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jilin_si.servers.places import Places

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


class SetupError(Exception):
    """The machine or the settings are not as needed. Its text is one line and ends with what to do."""


def explained(trouble: OSError, places: Places) -> SetupError:
    """What to do about a file that cannot be made, read or written."""
    if trouble.errno in DISK_FULL:
        return SetupError(disk_full(places))
    if isinstance(trouble, PermissionError):
        return SetupError(f"{trouble.filename} is not yours to use. Run as the owner of {places.var}.")
    return SetupError(
        f"{trouble.filename or places.var}: {trouble.strerror}. Set JSI_VAR to a folder that can be used."
    )


def disk_full(places: Places) -> str:
    return f"The disk is full. Free some space under {places.var} and run the command again."
