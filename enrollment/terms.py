"""Terms of service (办理期限): by which day a case is to be dealt with, from the parameter ``desk.service_terms``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jilin_si.agencies.clock import today
from jilin_si.policy.database import database_policy


@dataclass(frozen=True)
class Term:
    """Since when a case is there, by which day it is to be done, and whether that has passed."""

    since: date
    due_on: date | None
    late: bool = False


class Terms:
    """The terms in force today, for the rows of a page: ``Terms().of("review", day_it_came)``."""

    def __init__(self) -> None:
        self.today = today()
        found = database_policy().find("desk.service_terms", self.today)
        self._days: dict[str, int] = {case: int(days) for case, days in found.value} if found else {}

    def of(self, case: str, since: date, promised_on: date | None = None) -> Term:
        """The term of a case that came on a day; what was promised for a later day counts from there.

        ``case`` is a word of the parameter's first column; one that it does not name has no term.
        """
        if promised_on is None and case not in self._days:
            return Term(since, None)
        due_on = promised_on or since + timedelta(days=self._days[case])
        return Term(since, due_on, self.today > due_on)
