"""What docs/asvs.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings


def test_every_test_that_is_named_exists() -> None:
    base = Path(settings.BASE_DIR)
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (base / "docs" / "asvs.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (base / path).is_file() or f"def {name}(" not in (base / path).read_text(encoding="utf-8")
    ]
    assert missing == []
