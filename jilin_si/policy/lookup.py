"""Look-up of dated parameters: which value is in force on a day at a place, and where it comes from.

The day is that of the period the money belongs to, never today (domain rule GEN-5). The place is a unit; what it has
not set for itself comes from its prefecture, then from the province.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jilin_si.policy import units
from jilin_si.policy.errors import InputError, ParameterMissing
from jilin_si.policy.units import Shape

PROVINCE = 220000
_FAR = date.max


@dataclass(frozen=True)
class Document:
    """A legal document (文件依据) that parameters rest on."""

    code: str
    number: str
    title: str
    title_en: str
    issuer: str
    issuer_en: str
    issued_on: date | None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "number": self.number,
            "title": self.title if _chinese() else self.title_en,
            "issuer": self.issuer if _chinese() else self.issuer_en,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
        }


@dataclass(frozen=True)
class ParameterInfo:
    """What a parameter is, apart from its values."""

    code: str
    app: str
    name: str
    name_en: str
    shape: Shape
    rules: tuple[str, ...]
    description: str = ""
    description_en: str = ""
    reference_date: date | None = None

    @property
    def unit(self) -> str:
        return self.shape.unit


@dataclass(frozen=True)
class ParameterVersion:
    """One value of a parameter, from a day to a day (both included; ``valid_to`` None is open) at one place."""

    code: str
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    agency_id: int
    document: Document | None
    confidence: str
    id: int | None = None
    version: int = 1
    note: str = ""

    @cached_property
    def exact(self) -> Any:
        """The value with exact numbers, for formulas."""
        return units.exact(self.value)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "value": units.write(self.value),
            "unit": self.unit,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "agency": self.agency_id,
            "version": self.version,
            "id": self.id,
            "confidence": self.confidence,
            "document": self.document.code if self.document else None,
            "note": self.note,
        }


@dataclass(frozen=True)
class What:
    """A what-if value: in place of what is in force from a day to a day, everywhere or at one place."""

    value: Any
    valid_from: date = date.min
    valid_to: date | None = None
    agency_id: int | None = None


class Policy:
    """All parameters as they stood when it was read: a snapshot that rules look values up in.

    ``at(agency_id, on)`` gives the same snapshot seen from a place and a day; ``override`` one with other values.
    """

    def __init__(
        self,
        infos: Mapping[str, ParameterInfo],
        versions: Iterable[ParameterVersion],
        agencies: frozenset[int],
        stamp: str = "",
    ) -> None:
        self.infos = dict(infos)
        self.agencies = agencies
        self.stamp = stamp
        self.agency_id = PROVINCE
        self.on: date | None = None
        self._versions: dict[tuple[str, int], list[ParameterVersion]] = {}
        for version in versions:
            self._versions.setdefault((version.code, version.agency_id), []).append(version)
        self._starts: dict[tuple[str, int], list[date]] = {}
        for key, found in self._versions.items():
            found.sort(key=lambda v: v.valid_from)
            self._starts[key] = [v.valid_from for v in found]
        self._what: dict[str, list[ParameterVersion]] = {}

    def get(self, code: str, on: date | None = None, agency_id: int | None = None) -> ParameterVersion:
        """The version in force on a day at a place: the unit's own, else its prefecture's, else the province's.

        Without a day the snapshot's own holds, and without that the parameter's reference date: the day whose value
        the rule names. Raises ParameterMissing, and InputError for a place that is no agency.
        """
        day = on or self.on or self._reference_date(code)
        place = self.agency_id if agency_id is None else agency_id
        if place not in self.agencies:
            raise unknown_place(place)
        for what in self._what.get(code, ()):
            if what.valid_from <= day <= (what.valid_to or _FAR) and what.agency_id in (
                0,
                place,
                place // 100 * 100,
                PROVINCE,
            ):
                return what
        for key in ((code, place), (code, place // 100 * 100), (code, PROVINCE)):
            starts = self._starts.get(key)
            if starts is None:
                continue
            position = bisect_right(starts, day)
            if position:
                version = self._versions[key][position - 1]
                if version.valid_to is None or day <= version.valid_to:
                    return version
        raise ParameterMissing(code, day, place, self.first(code, place))

    def find(
        self, code: str, on: date | None = None, agency_id: int | None = None
    ) -> ParameterVersion | None:
        """The same, None where nothing is in force."""
        try:
            return self.get(code, on, agency_id)
        except ParameterMissing:
            return None

    def value(self, code: str, on: date | None = None, agency_id: int | None = None) -> Any:
        """The value in force: Decimal, int, date, str, bool or a tuple of rows."""
        return self.get(code, on, agency_id).value

    def first(self, code: str, agency_id: int | None = None) -> date | None:
        """The first day on which the parameter has a value at a place; None where it has none."""
        place = self.agency_id if agency_id is None else agency_id
        keys = {(code, place), (code, place // 100 * 100), (code, PROVINCE)}
        return min((self._starts[key][0] for key in keys if key in self._starts), default=None)

    def at(self, agency_id: int | None = None, on: date | None = None) -> Policy:
        """This snapshot seen from a place and, for rules that ask for no date, from a day."""
        if agency_id is not None and agency_id not in self.agencies:
            raise unknown_place(agency_id)
        seen = self._copy()
        seen.agency_id = self.agency_id if agency_id is None else agency_id
        seen.on = on or self.on
        return seen

    def override(self, values: Mapping[str, Any]) -> Policy:
        """A what-if: the same snapshot with other values.

        A value is given as it is written in files, or as a ``What`` with days and a place. Raises InputError for an
        unknown parameter or a value that is none of its unit.
        """
        changed = self._copy()
        changed._what = {code: list(found) for code, found in self._what.items()}
        for code, given in values.items():
            if code not in self.infos:
                raise InputError(code, code, _("a parameter of the catalogue"), "unknown")
            what = given if isinstance(given, What) else What(given)
            shape = self.infos[code].shape
            written = what.value if isinstance(what.value, list) else units.write(what.value)
            version = ParameterVersion(
                code=code,
                value=shape.read(written, code),
                unit=shape.unit,
                valid_from=what.valid_from,
                valid_to=what.valid_to,
                agency_id=what.agency_id or 0,
                document=None,
                confidence="what_if",
                version=0,
            )
            changed._what.setdefault(code, []).insert(0, version)
        changed.stamp = f"{self.stamp}+what-if"
        return changed

    def with_versions(self, versions: Iterable[ParameterVersion], without: Iterable[int] = ()) -> Policy:
        """The snapshot with some versions added and some (by id) taken out: a proposal tried on."""
        gone = set(without)
        kept = [v for found in self._versions.values() for v in found if v.id is None or v.id not in gone]
        changed = Policy(self.infos, [*kept, *versions], self.agencies, f"{self.stamp}+proposal")
        changed.agency_id, changed.on = self.agency_id, self.on
        return changed

    def versions(self, code: str | None = None) -> list[ParameterVersion]:
        """Every version, or those of one parameter, by place and day."""
        return [
            version
            for (of_code, _agency), found in sorted(self._versions.items())
            if code is None or of_code == code
            for version in found
        ]

    def _copy(self) -> Policy:
        twin = Policy.__new__(Policy)
        twin.__dict__.update(self.__dict__)
        return twin

    def _reference_date(self, code: str) -> date:
        info = self.infos.get(code)
        if info is None:
            raise ParameterMissing(code, None, self.agency_id)
        if info.reference_date is not None:
            return info.reference_date
        first = self.first(code)
        if first is None:
            raise ParameterMissing(code, None, self.agency_id)
        return first


def unknown_place(agency_id: object) -> InputError:
    return InputError(
        "agency", agency_id, _("the area code of the province, a prefecture or a county"), "place"
    )


def to_ppm(version: ParameterVersion) -> int:
    """A rate as whole parts per million, as SQL multiplies it. Raises ValueError where that would lose digits."""
    ppm = version.exact * 1_000_000
    if ppm.denominator != 1:
        raise ValueError(f"{version.code} = {version.value} is finer than a part per million")
    return int(ppm)


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def database_policy(*, fresh: bool = False) -> Policy:
    """The parameters in force, from the database; see ``jilin_si.policy.database``."""
    from jilin_si.policy import database

    return database.database_policy(fresh=fresh)


def file_policy() -> Policy:
    """The parameters as the files have them, without a database."""
    from jilin_si.policy import database

    return database.file_policy()
