"""Putting a legal document on record, so that a new value can name what it rests on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pypinyin import Style, pinyin

from jilin_si.access.audit import record
from jilin_si.access.models import Role, User
from jilin_si.access.scope import scope_of
from jilin_si.policy.database import forget_policy
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import Document
from jilin_si.policy.models import LegalDocument
from jilin_si.policy.services import ChangeRefusal

_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,28}[A-Z0-9]")
# 吉政发〔1995〕18号: who issued it, the year, the running number; the brackets come in many shapes.
_NUMBER = re.compile(r"(\D+?)\s*[〔\[(（【［](\d{4})[〕\])）】］]\s*第?(\d+)\s*号?")
_LENGTHS = {"number": 80, "title": 200, "title_en": 200, "issuer": 80, "issuer_en": 120}
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)


def plain_number(number: str) -> str:
    """A document number as it is kept: 吉政发[1995] 18 号 is 吉政发〔1995〕18号."""
    text = " ".join(number.split())
    match = _NUMBER.fullmatch(text)
    return f"{match[1]}〔{match[2]}〕{int(match[3])}号" if match else text


def code_of(number: str) -> str:
    """The code that a number gives: 吉政发〔1995〕18号 is JZF-1995-18; empty where it has no year and number."""
    match = _NUMBER.fullmatch(plain_number(number))
    if match is None:
        return ""
    letters = "".join(initial for (initial,) in pinyin(match[1], style=Style.FIRST_LETTER)).upper()
    return f"{re.sub('[^A-Z]', '', letters)}-{match[2]}-{match[3]}"


@transaction.atomic
def record_document(document: Document, by: User) -> LegalDocument:
    """Add a document. It is never changed afterwards, because values rest on it as it was.

    Without a code the number gives it. Raises InputError naming every field that is wrong, also where the document is
    on record already; ChangeRefusal where ``by`` is no provincial person.
    """
    if not scope_of(by).has(Role.PROVINCE, Role.ADMINISTRATOR):
        raise ChangeRefusal("role", _("Only provincial staff put legal documents on record."))
    number = plain_number(document.number)
    document = replace(document, number=number, code=document.code.strip() or code_of(number))
    errors = [*_shape_errors(document), *_doubled(document)]
    if errors:
        raise InputError.of_all(errors)
    try:
        with transaction.atomic():
            row = LegalDocument.objects.create(
                code=document.code,
                number=document.number,
                title=document.title.strip(),
                title_en=document.title_en.strip(),
                issuer=document.issuer.strip(),
                issuer_en=document.issuer_en.strip(),
                issued_on=document.issued_on,
                note=document.note.strip(),
            )
    except IntegrityError as meanwhile:  # somebody else recorded it at the same moment
        raise InputError.of_all(_doubled(document)) from meanwhile
    forget_policy()
    record("record_document", by=by, about="legal_document", number=row.pk, details={"code": row.code})
    return row


def _shape_errors(document: Document) -> list[InputError]:
    errors = [
        InputError(
            name,
            getattr(document, name)[:80],
            _("a text of at most %(length)s characters") % {"length": length},
            "range" if getattr(document, name).strip() else "missing",
        )
        for name, length in _LENGTHS.items()
        if not getattr(document, name).strip() or len(getattr(document, name)) > length
    ]
    if _CODE.fullmatch(document.code) is None:
        allowed = _("capital letters, digits and hyphens, such as JZF-1995-18")
        errors.append(InputError("code", document.code, allowed, "range" if document.code else "missing"))
    if document.issued_on is not None and not EARLIEST <= document.issued_on <= LATEST:
        errors.append(InputError("issued_on", document.issued_on, _("a day from 1949-10-01 on"), "range"))
    return errors


def _doubled(document: Document) -> list[InputError]:
    """What is on record already with its number or its code."""
    known = LegalDocument.objects.filter(number=document.number).first()
    if known is not None:
        return [InputError("number", document.number, f"{known.code} {known.name}", "taken")]
    known = LegalDocument.objects.filter(code=document.code).first()
    if known is not None:
        return [InputError("code", document.code, f"{known.number} {known.name}", "taken")]
    return []
