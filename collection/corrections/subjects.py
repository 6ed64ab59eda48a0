"""Whose record a case is about: a worker through one employment, or an employer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from enrollment.models import Employer, Employment, Worker

if TYPE_CHECKING:
    from collection.corrections.models import Correction


@dataclass(frozen=True)
class Subject:
    """An employer; and where it is about a worker, the worker and the employment through which it is asked."""

    employer: Employer
    worker: Worker | None = None
    employment: Employment | None = None

    @classmethod
    def of_employment(cls, employment: Employment) -> Subject:
        return cls(employment.employer, employment.worker, employment)

    @classmethod
    def of_case(cls, case: Correction) -> Subject:
        """Whom a case is about; its employment is the one it names, else the newest with its employer."""
        employment = None
        if case.worker_id:
            named = (case.asked or case.requested or {}).get("employment")
            places = Employment.objects.filter(worker_id=case.worker_id, employer_id=case.employer_id)
            employment = (
                (places.filter(pk=named) if named else places).order_by("-first_period", "-pk").first()
            )
        return cls(case.employer, case.worker, employment)

    @property
    def of_worker(self) -> Worker:
        """The worker. Raises LookupError for an employer's own case."""
        if self.worker is None:
            raise LookupError("this case is about an employer")
        return self.worker

    @property
    def of_place(self) -> Employment:
        """The employment. Raises LookupError where there is none."""
        if self.employment is None:
            raise LookupError("this case names no employment")
        return self.employment
