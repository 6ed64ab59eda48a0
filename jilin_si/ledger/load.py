"""Load the chart of accounts (ACC-2) from ``data/accounts.csv``."""

from __future__ import annotations

import csv
from pathlib import Path

from jilin_si.ledger.models import Account

DATA = Path(__file__).parent / "data" / "accounts.csv"


def load_accounts() -> int:
    """Bring the chart in step with the file; returns how many accounts stand in it."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = [Account(**row) for row in csv.DictReader(file)]
    Account.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", "kind", "trial_code"],
    )
    return len(rows)
