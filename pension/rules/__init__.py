"""The rules of the pension line (PEN, REST-4), as calculators: pure functions of facts and dated parameters."""

from pension.rules import accounts, benefits, contributions, eligibility, later_changes, terms

__all__ = ["accounts", "benefits", "contributions", "eligibility", "later_changes", "terms"]
