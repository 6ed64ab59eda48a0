"""Employers are registered, and join lines of insurance."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.checks import check_employer_runs, check_first_period
from enrollment.models import (
    INDUSTRY_RISK_CLASS,
    Coverage,
    Declaration,
    Employer,
    Industry,
    Ownership,
    System,
)
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.romanise import romanise
from enrollment.rules import organisation_check
from enrollment.services.workers import EXCLUSION_VIOLATION, UNIQUE_VIOLATION, sqlstate
from enrollment.standing import organisation_code_taken
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import recording_period
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from jilin_si.access.models import User

_CODE = re.compile(r"([0-9A-Z]{8})-?([0-9X])")
TEXTS = ("bank_name", "bank_account", "contact_name", "contact_phone")


def register_employer(
    *,
    county_id: int,
    name: str,
    ownership: str,
    industry: str,
    by: User | None,
    organisation_code: str = "",
    system: str = "",
    trade_class: int | None = None,
    registered_on: date | None = None,
    lines: dict[str, date] | None = None,
    **contact: str,
) -> Employer:
    """Register an employer in a unit and give it the unit's next number; ``lines`` names what it joins and when.

    It is looked for by its organisation code first, so that none is entered twice. Raises Refusal, PermissionDenied.
    """
    require(by, county_id, *MAY_ENTER)
    plain_name = read_employer_name(name)
    _check_choices(ownership, industry, system)
    code = read_organisation_code(organisation_code)
    refuse_taken_code(code)
    if unknown := set(contact) - set(TEXTS):
        raise TypeError(f"an employer has no {sorted(unknown)}")
    day = today()
    with transaction.atomic():
        try:
            with transaction.atomic():
                employer = Employer.objects.create(
                    county_id=county_id,
                    number=_next_number(county_id),
                    organisation_code=code,
                    name=plain_name,
                    pinyin=romanise(plain_name, 200)[0],
                    ownership=ownership,
                    industry=industry,
                    system=system,
                    trade_class=INDUSTRY_RISK_CLASS[industry] if trade_class is None else trade_class,
                    registered_on=registered_on or day,
                    **{field: unicodedata.normalize("NFKC", text).strip() for field, text in contact.items()},
                )
        except IntegrityError as error:
            if sqlstate(error) != UNIQUE_VIOLATION or "organisation_code" not in str(error):
                raise
            raise _code_taken(code) from error
        record(
            "register_employer",
            by=by,
            about="employer",
            number=employer.pk,
            county_id=county_id,
            employer_id=employer.pk,
            details={"number": employer.number, "ownership": ownership, "industry": industry},
        )
        for line, first_period in (lines or {}).items():
            set_coverage(employer=employer, line=line, first_period=first_period, by=by)
    return employer


def set_coverage(
    *,
    employer: Employer,
    line: str,
    first_period: date,
    by: User | None,
    last_period: date | None = None,
) -> Coverage:
    """Let an employer join a line from a month on, or give the coverage that runs its last month.

    Its workers follow. Two coverages of a line cannot overlap. Raises Refusal, PermissionDenied.
    """
    require(by, employer.county_id, *MAY_ENTER)
    if line not in settings.LINES:
        raise Refusal("line", "line", _("Choose a line of insurance."))
    check_first_period(None, first_period)
    if last_period is not None and last_period < first_period:
        raise Refusal("last_period", "ends_before_it_begins", _("The last month lies before the first."))
    with transaction.atomic():
        running = (
            Coverage.objects.select_for_update()
            .filter(employer=employer, line=line, first_period=first_period, last_period__isnull=True)
            .first()
        )
        ended = bool(running and last_period)
        if not ended:
            check_employer_runs(employer)
            _check_not_billed(employer, first_period)
        try:
            with transaction.atomic():
                if running and last_period:
                    running.last_period = last_period
                    running.save(update_fields=["last_period"])
                    coverage = running
                else:
                    coverage = Coverage.objects.create(
                        employer=employer,
                        county_id=employer.county_id,
                        line=line,
                        first_period=first_period,
                        last_period=last_period,
                    )
        except IntegrityError as error:
            if sqlstate(error) != EXCLUSION_VIOLATION:
                raise
            raise Refusal(
                "first_period",
                "overlap",
                _("The employer is in this line already in %(period)s."),
                period=format_period(first_period),
            ) from error
        record(
            "set_coverage",
            by=by,
            about="employer",
            number=employer.pk,
            county_id=employer.county_id,
            employer_id=employer.pk,
            details={
                "line": line,
                "first_period": first_period,
                "last_period": last_period,
                "ended": ended,
            },
        )
    return coverage


def _check_not_billed(employer: Employer, first_period: date) -> None:
    """A line is joined from a month that is not assessed, where the employer was billed in others: bills are kept."""
    declared = Declaration.objects.filter(
        employer=employer, state=Declaration.State.APPROVED, fee_year__gte=first_period.year
    )
    if not declared.exists():
        return
    first = recording_period(employer.county_id)
    if any(max(first_period, d.first_period) < first for d in declared):
        raise Refusal(
            "first_period",
            "assessed",
            _("%(period)s is assessed already: the line is joined from %(first)s at the earliest."),
            period=format_period(first_period),
            first=format_period(first),
        )


def read_employer_name(text: str) -> str:
    """An employer's name made plain. Raises Refusal where there is none, or one that cannot be shown."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        raise Refusal("name", "name_missing", _("Enter the name of the employer."))
    if len(plain) > 200:
        raise Refusal("name", "name_too_long", _("An employer's name has at most 200 characters."))
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in plain):
        raise Refusal(
            "name", "name_characters", _("There are invisible characters in the name. Type it anew.")
        )
    return plain


def read_organisation_code(text: str) -> str:
    """An organisation code made plain (``12345678-9``), or nothing. Raises Refusal where the check does not fit."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if not plain:
        return ""
    match = _CODE.fullmatch(plain)
    if match is None:
        raise Refusal(
            "organisation_code",
            "code_format",
            _("An organisation code has 8 digits or capital letters and a check character: 12345678-9."),
        )
    if organisation_check(match[1]) != match[2]:
        raise Refusal(
            "organisation_code", "code_check", _("The check character does not fit the other eight.")
        )
    return f"{match[1]}-{match[2]}"


def refuse_taken_code(code: str) -> None:
    """Nobody is registered twice: raises Refusal where an employer of the province has this code already."""
    if code and organisation_code_taken(code):
        raise _code_taken(code)


def _code_taken(code: str) -> Refusal:
    """Names the employer where it lies in the asker's scope, and only there."""
    found = Employer.objects.filter(organisation_code=code).first()
    if found is not None:
        return Refusal(
            "organisation_code",
            "code_taken",
            _("%(name)s (%(number)s) is registered under this code."),
            name=found.name,
            number=found.number,
        )
    return Refusal("organisation_code", "code_taken", _("An employer is registered under this code already."))


def _check_choices(ownership: str, industry: str, system: str) -> None:
    wrong: list[tuple[str, Any]] = [
        ("ownership", ownership not in Ownership.values),
        ("industry", industry not in Industry.values),
        ("system", bool(system) and system not in System.values),
    ]
    for field, refused in wrong:
        if refused:
            raise Refusal(field, "choice", _("Choose one from the list."))


def _next_number(county_id: int) -> str:
    """The unit's next number: its code and four digits, one after the other even at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('enrollment.number'), %s)", [county_id])
        cursor.execute(
            "select coalesce(max(split_part(number, '-', 2)::int), 0) + 1"
            " from enrollment_employer where county_id = %s",
            [county_id],
        )
        (number,) = cursor.fetchone()
    return f"{county_id:06d}-{number:04d}"
