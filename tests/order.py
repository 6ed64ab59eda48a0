"""Which files of tests come first: the longest, so that no process is left alone with one in the end.

Seconds on two quiet cores, roughly; a file that is not named is short. Give a file a line when it takes 15.
"""

from __future__ import annotations

import pytest

SECONDS = {
    "sample/test_demo.py": 100,
    "faults/test_monthly_job.py": 90,
    "e2e/test_policy.py": 45,
    "e2e/test_clerk.py": 40,
    "e2e/test_employer.py": 35,
    "e2e/test_web_keyboard.py": 35,
    "e2e/test_clerk_look.py": 35,
    "e2e/test_trace.py": 30,
    "e2e/test_province.py": 30,
    "e2e/test_registry.py": 25,
    "e2e/test_movements.py": 20,
    "e2e/test_finding.py": 20,
    "e2e/test_web_look.py": 20,
    "e2e/test_entrance.py": 15,
    "servers/test_serving.py": 50,
    "servers/test_commands.py": 45,
    "servers/test_sharing.py": 45,
    "matrix/test_matrix.py": 40,
    "servers/test_given_urls.py": 30,
    "properties/test_rules.py": 25,
    "properties/test_rules_over_sets.py": 25,
    "enrollment/test_rosters.py": 20,
    "policy/test_pages_calculators.py": 15,
    "policy/test_rulebook.py": 15,
    "collection/test_statement.py": 15,
}


def longest_first(items: list[pytest.Item]) -> None:
    """Sort what was collected by its file; within a file the order stays."""
    items.sort(key=lambda item: -SECONDS.get("/".join(item.path.parts[-2:]), 0))
