"""What a new database is filled with before anybody works: each app registers its step, ``bootstrap`` runs them.

A step may run at every start: it is quick where nothing is behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[], str]


@dataclass(frozen=True)
class BootstrapStep:
    order: int
    name: str
    run: Step


_steps: dict[str, BootstrapStep] = {}


def register_step(order: int, name: str, run: Step) -> None:
    """Add a step; ``run`` gives a line that says what it did, empty where nothing was to be done."""
    _steps[name] = BootstrapStep(order, name, run)


def bootstrap_steps() -> list[BootstrapStep]:
    return sorted(_steps.values(), key=lambda step: step.order)


def load_agency_tree() -> str:
    """The agencies, which everything else names."""
    from jilin_si.agencies.load import load_agencies

    return f"{load_agencies()}"


def load_policy() -> str:
    """Legal documents and parameters from the files; what differs from the database is listed."""
    from jilin_si.policy.load import load_if_changed

    report = load_if_changed()
    if report is None:
        return ""
    return "\n  ".join([report.summary(), *report.differences])
