"""Load the agency tree from ``data/agencies.csv``."""

from __future__ import annotations

import csv
from pathlib import Path

from jilin_si.agencies.models import Agency

DATA = Path(__file__).parent / "data" / "agencies.csv"


def load_agencies() -> int:
    """Bring the agency table in step with the file; returns how many agencies stand in it."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = [
            Agency(
                id=int(row["code"]),
                name_zh=row["name_zh"],
                short_zh=row["short_zh"],
                name_en=row["name_en"],
                level=row["level"],
                parent_id=int(row["parent_code"]) if row["parent_code"] else None,
                basis=row["basis"],
            )
            for row in csv.DictReader(file)
        ]
    Agency.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name_zh", "short_zh", "name_en", "level", "parent", "basis"],
    )
    return len(rows)
