"""Cases about what a record says of a worker or an employer: a name, a number, a day. No contribution changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from collection.corrections.models import Correction
from enrollment.checks import check_first_work_date
from enrollment.identity_numbers import read_identity_number, read_name
from enrollment.models import Employer, Industry, Ownership, Worker
from enrollment.refusals import Refusal
from enrollment.romanise import romanise
from enrollment.services.employers import read_employer_name, read_organisation_code
from enrollment.services.workers import UNIQUE_VIOLATION, sqlstate
from enrollment.standing import organisation_code_taken, standing
from jilin_si.agencies.clock import today
from jilin_si.periods import period_of

if TYPE_CHECKING:
    from collection.corrections.subjects import Subject

About = Correction.About
OF_WORKER = (About.NAME, About.BIRTH_DATE, About.IDENTITY_NUMBER, About.FIRST_WORK_DATE)
OF_EMPLOYER = (About.EMPLOYER_NAME, About.ORGANISATION_CODE, About.OWNERSHIP, About.INDUSTRY)
PARTICULARS = (*OF_WORKER, *OF_EMPLOYER)
CHOICES = {About.OWNERSHIP: Ownership, About.INDUSTRY: Industry}


def read_particular(subject: Subject, about: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is to stand, checked as at registration. Raises Refusal."""
    if about in OF_WORKER:
        plain = _read_of_worker(subject.of_worker, about, asked["value"])
    else:
        plain = _read_of_employer(subject.employer, about, str(asked["value"]))
    if plain == stood_particular(subject, about)["value"]:
        raise Refusal("value", "no_change", _("The record stands so already."))
    return {"value": plain}


def _read_of_worker(worker: Worker, about: str, value: Any) -> str:
    if about == About.NAME:
        return read_name(str(value))
    if about == About.IDENTITY_NUMBER:
        number = read_identity_number(str(value), today())
        known = standing(number.key, worker.name, period_of(today()))
        if known is not None and known.worker_id != worker.pk:
            raise Refusal(
                "value", "taken", _("Another person is registered under this number: merge the two.")
            )
        return number.given
    day: date = value
    if about == About.FIRST_WORK_DATE:
        check_first_work_date(worker.birth_date, day, today())
    elif not date(1900, 1, 1) <= day <= today():
        raise Refusal("value", "birth_date", _("No birth date of an insured person."))
    return day.isoformat()


def _read_of_employer(employer: Employer, about: str, value: str) -> str:
    if about in (About.EMPLOYER_NAME, About.ORGANISATION_CODE):
        read = read_employer_name if about == About.EMPLOYER_NAME else read_organisation_code
        try:
            plain = read(value)
        except Refusal as refusal:
            raise Refusal("value", refusal.code, refusal.template, **refusal.values) from refusal
        if not plain:
            raise Refusal("value", "code_missing", _("Give the right organisation code."))
        if about == About.ORGANISATION_CODE and plain != employer.organisation_code:
            _refuse_taken_code(plain)
        return plain
    if value not in CHOICES[About(about)].values:
        raise Refusal("value", "choice", _("Choose one from the list."))
    return value


def _refuse_taken_code(code: str) -> None:
    """Names the holder where it lies in the asker's scope, and only there."""
    holder = Employer.objects.filter(organisation_code=code).first()
    if holder is not None:
        raise Refusal(
            "value", "code_taken", _("%(name)s (%(number)s) is registered under this code."),
            name=holder.name, number=holder.number,
        )  # fmt: skip
    if organisation_code_taken(code):
        raise Refusal("value", "code_taken", _("An employer is registered under this code already."))


def stood_particular(subject: Subject, about: str) -> dict[str, Any]:
    """How the record stands now."""
    if about in OF_EMPLOYER:
        return {"value": getattr(subject.employer, "name" if about == About.EMPLOYER_NAME else about)}
    value = getattr(subject.of_worker, about)
    return {"value": value.isoformat() if isinstance(value, date) else value or ""}


def write_particular(subject: Subject, about: str, value: str) -> None:
    """Change the record; its history is kept by trigger. Raises Refusal where somebody else has the number."""
    try:
        with transaction.atomic():
            if about in OF_EMPLOYER:
                _write_employer(subject.employer, about, value)
            else:
                _write_worker(subject.of_worker, about, value)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        if about == About.ORGANISATION_CODE:
            raise Refusal(
                "", "code_taken", _("An employer is registered under this code already.")
            ) from error
        raise Refusal(
            "", "taken", _("Another person is registered under this number: merge the two.")
        ) from error


def _write_worker(worker: Worker, about: str, value: str) -> None:
    if about == About.NAME:
        worker.name = value
        worker.pinyin, worker.initials = romanise(value)
    elif about == About.IDENTITY_NUMBER:
        number = read_identity_number(value, today())
        worker.identity_number, worker.identity_key = number.given, number.key
        worker.sex, worker.birth_date = number.sex, number.birth_date
    else:
        setattr(worker, about, date.fromisoformat(value) if value else None)
    worker.save()


def _write_employer(employer: Employer, about: str, value: str) -> None:
    if about == About.EMPLOYER_NAME:
        employer.name = value
        employer.pinyin = romanise(value, 200)[0]
    else:
        setattr(employer, about, value)
    employer.save()
