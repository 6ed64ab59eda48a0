"""Putting a legal document on record, so that a new value can name what it rests on."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jilin_si.access.audit import record
from jilin_si.access.models import Role, User
from jilin_si.access.scope import scope_of
from jilin_si.policy.database import forget_policy
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import Document
from jilin_si.policy.models import LegalDocument
from jilin_si.policy.services import ChangeRefusal

_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,28}[A-Z0-9]")


@transaction.atomic
def record_document(document: Document, by: User) -> LegalDocument:
    """Add a document. It is never changed afterwards, because values rest on it as it was.

    Raises InputError naming every field that is wrong, ChangeRefusal where ``by`` is no provincial person.
    """
    if not scope_of(by).has(Role.PROVINCE, Role.ADMINISTRATOR):
        raise ChangeRefusal("role", _("Only provincial staff put legal documents on record."))
    errors = [
        InputError(name, "", _("a text of at most %(length)s characters") % {"length": length}, "missing")
        for name, length in (
            ("number", 80),
            ("title", 200),
            ("title_en", 200),
            ("issuer", 80),
            ("issuer_en", 120),
        )
        if not getattr(document, name).strip() or len(getattr(document, name)) > length
    ]
    if _CODE.fullmatch(document.code) is None:
        errors.append(
            InputError("code", document.code, _("capital letters, digits and hyphens, such as JZF-1995-18"))
        )
    elif LegalDocument.objects.filter(code=document.code).exists():
        errors.append(InputError("code", document.code, _("a code that no other document has"), "doubled"))
    if document.issued_on is not None and not date(1949, 10, 1) <= document.issued_on <= date(2100, 1, 1):
        errors.append(InputError("issued_on", document.issued_on, _("a day from 1949-10-01 on"), "range"))
    if errors:
        raise InputError.of_all(errors)
    row = LegalDocument.objects.create(
        code=document.code,
        number=document.number,
        title=document.title,
        title_en=document.title_en,
        issuer=document.issuer,
        issuer_en=document.issuer_en,
        issued_on=document.issued_on,
        note=document.note,
    )
    forget_policy()
    record("record_document", by=by, about="legal_document", number=row.pk, details={"code": row.code})
    return row
