"""A few processes that do the sample's heavy work. This module imports no application, so that a new process can."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

_PR_SET_PDEATHSIG = 1


def crew(processes: int | None = None) -> ProcessPoolExecutor:
    """New processes with the application set up, each with a database connection of its own; at most one a core."""
    return ProcessPoolExecutor(
        processes or cores(), multiprocessing.get_context("spawn"), initializer=_set_up
    )


def cores() -> int:
    """How many processes pay: never more than there are cores, and two are what the design is for."""
    return min(os.cpu_count() or 1, 2)


def _set_up() -> None:
    """Ctrl-C is answered by the command, which ends these; where it is killed, they end with it.

    They do not wait for the disk at each of thousands of commits: were the machine to stop, the last ones would be
    done again. The command's own last commit waits, and makes sure of all before it.
    """
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    import django

    django.setup()
