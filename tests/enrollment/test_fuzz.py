"""Changed files: whatever is sent in, it is read, refused or told row by row, and nothing else (section 5, F14)."""

from __future__ import annotations

import os
import random
import sys

import pytest

from tests.enrollment.fuzzing import run

pytestmark = pytest.mark.django_db(transaction=True)


def test_some_hundred_changed_files_raise_nothing() -> None:
    told, faults = run(seed=1996, first=0, count=400)
    assert faults == []
    assert sum(told.values()) == 400
    assert told["wrong rows"]
    assert told["damaged"]


@pytest.mark.long
def test_a_hundred_thousand_changed_files_raise_nothing() -> None:
    """``FUZZ_SEED`` and ``FUZZ_CASES`` give the seed and how many."""
    seed = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
    count = int(os.environ.get("FUZZ_CASES") or 100_000)
    sys.stderr.write(f"FUZZ_SEED={seed}\n")
    told, faults = run(seed, 0, count)
    sys.stderr.write(f"FUZZ_SEED={seed}: {told}\n")
    assert faults == [], f"FUZZ_SEED={seed}"
    assert sum(told.values()) == count
