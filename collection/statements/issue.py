"""Issue a statement: gather its figures, keep them under a check code, draw its files from what was kept."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from collection.models import IssuedStatement
from collection.selectors.claims import claim_of
from collection.statements.account import account_file_name, account_paper
from collection.statements.claim import ClaimFigures, claim_figures, claim_file_name, claim_paper
from collection.statements.contribution import contribution_paper, file_name
from collection.statements.figures import (
    AccountFigures,
    ContributionFigures,
    account_figures,
    contribution_figures,
)
from collection.statements.paper import File, Issue
from collection.statements.pdf import compile_pdf
from collection.statements.workbook import contribution_workbook
from enrollment.check_codes import new_code, read_code
from enrollment.models import Employer, Employment, Worker
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.money import from_fen
from jilin_si.periods import format_period, months_between

if TYPE_CHECKING:
    from jilin_si.access.models import User

MOST_MONTHS = 24
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def issue_contribution_statement(
    *, employer: Employer, first: date, last: date, by: User | None
) -> IssuedStatement:
    """The employer's statement of the months from ``first`` to ``last``, as the books stand today.

    Asked again on the same day with nothing changed, it is the one issued before. Raises Refusal.
    """
    if last < first:
        raise Refusal("last", "order", _("The last month is before the first."))
    if months_between(first, last) > MOST_MONTHS:
        raise Refusal("last", "span", _("A statement holds at most %(most)s months."), most=MOST_MONTHS)
    figures = contribution_figures(employer, first, last)
    if not figures.months and not figures.taken:
        raise Refusal("first", "empty", _("Nothing was due in these months."))
    return _keep(
        IssuedStatement(
            kind=IssuedStatement.Kind.CONTRIBUTION,
            county_id=employer.county_id,
            employer=employer,
            first_period=first,
            last_period=last,
            figures={
                "due": figures.due,
                "paid": figures.paid,
                "owed": figures.owed,
                **(
                    {"taken_over": figures.taken_owed, "taken_over_fee": figures.taken_fee}
                    if figures.taken
                    else {}
                ),
            },
            people=len(figures.people),
        ),
        figures.as_json(),
        f"DZ-{employer.number}-{last:%y%m}",
        by,
    )


def issue_account_statement(*, worker: Worker, year: int, by: User | None) -> IssuedStatement:
    """A worker's yearly account statement (PEN-10), as the account stands today. Raises Refusal."""
    employment = (
        Employment.objects.filter(worker=worker, first_period__year__lte=year)
        .select_related("employer")
        .order_by("-first_period")
        .first()
    )
    if employment is None:
        raise Refusal("year", "empty", _("The worker had no employment by then."))
    figures = account_figures(worker, employment, year)
    return _keep(
        IssuedStatement(
            kind=IssuedStatement.Kind.ACCOUNT,
            county_id=employment.county_id,
            employer=employment.employer,
            worker=worker,
            first_period=date(year, 1, 1),
            last_period=date(year, 12, 1),
            figures={
                "opening": figures.opening_own + figures.opening_unit,
                "closing": figures.closing_own + figures.closing_unit,
            },
            people=1,
        ),
        figures.as_json(),
        f"GR-{worker.pk}-{year}",
        by,
    )


def issue_claim_sheet(*, employer: Employer, by: User | None) -> IssuedStatement:
    """What is claimed today from the liquidator of an employer that ended (REST-2, REST-4). Raises Refusal."""
    filed = claim_of(employer)
    if filed.event is None:
        raise Refusal("", "no_end", _("Neither closure nor bankruptcy of the employer is entered."))
    if not filed.claim.total:
        raise Refusal("", "empty", _("Nothing is owed, and nothing is to be reserved."))
    figures = claim_figures(employer, filed, filed.event)
    due = [row.due_period for row in filed.rows] or [filed.event.effective_period]
    return _keep(
        IssuedStatement(
            kind=IssuedStatement.Kind.CLAIM,
            county_id=employer.county_id,
            employer=employer,
            first_period=min(due),
            last_period=max(due),
            figures={
                "owed": figures.arrears,
                "late_fee": figures.late_fee,
                "reserve": figures.reserve,
                "total": figures.total,
            },
            people=figures.retirees,
        ),
        figures.as_json(),
        f"ZQ-{employer.number}-{filed.claim.on:%y%m}",
        by,
    )


def _keep(
    statement: IssuedStatement, content: Mapping[str, Any], stem: str, by: User | None
) -> IssuedStatement:
    issued_on = today()
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(f"{issued_on} {statement.kind} ".encode() + body).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(1995, %s)", [statement.employer_id])
        before = IssuedStatement.objects.filter(employer_id=statement.employer_id, sha256=digest).first()
        if before is not None:
            return before
        taken = IssuedStatement.objects.filter(number__startswith=f"{stem}-").count()
        statement.number = f"{stem}-{taken + 1}"
        statement.code = new_code()
        statement.issued_on = issued_on
        statement.issued_by = by
        statement.sha256 = digest
        statement.content = zlib.compress(body, 6)
        statement.save(force_insert=True)
        record(
            "statement_issued",
            by=by,
            about="statement",
            number=statement.pk,
            county_id=statement.county_id,
            employer_id=statement.employer_id,
            details={"number": statement.number, "first": statement.first_period, "last": statement.last_period,
                     **{name: from_fen(fen) for name, fen in statement.figures.items()}},
        )  # fmt: skip
    return statement


def statement_file(statement: IssuedStatement, file_format: str, language: str) -> File:
    """A statement's file, drawn from the figures that were kept: ``pdf`` or ``xlsx``, in either language."""
    kept = json.loads(zlib.decompress(bytes(statement.content)))
    with translation.override(language):
        issue = Issue(
            number=statement.number,
            code=statement.code,
            issued_on=statement.issued_on,
            agency=Agency.objects.get(pk=statement.county_id).company_name,
            issued_by="",
        )
        if statement.kind == IssuedStatement.Kind.ACCOUNT:
            account = AccountFigures.from_json(kept)
            body = compile_pdf("account", account_paper(account, issue), statement.issued_on)
            return File(f"{account_file_name(account)}.pdf", body, "application/pdf")
        if statement.kind == IssuedStatement.Kind.CLAIM:
            claimed = ClaimFigures.from_json(kept)
            body = compile_pdf("claim", claim_paper(claimed, issue), statement.issued_on)
            return File(f"{claim_file_name(claimed)}.pdf", body, "application/pdf")
        figures = ContributionFigures.from_json(kept)
        name = file_name(figures, statement.issued_on)
        if file_format == "xlsx":
            return File(f"{name}.xlsx", contribution_workbook(figures, issue), XLSX)
        body = compile_pdf(
            "contribution", contribution_paper(figures, issue), statement.issued_on, rows=len(figures.people)
        )
        return File(f"{name}.pdf", body, "application/pdf")


@dataclass(frozen=True)
class Confirmed:
    """What the office confirms of a statement to whoever holds its code; yuan."""

    code: str
    number: str
    kind: str
    employer_number: str
    employer_name: str
    agency: Agency
    first: str
    last: str
    issued_on: date
    figures: Mapping[str, Decimal]


def check_statement(code: str) -> Confirmed | None:
    """What was issued under a code; None where nothing was. Asked by anybody, beyond every scope."""
    asked = read_code(code)
    if not asked:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, number, kind, employer_number, employer_name, county_id, first_period, last_period,"
            " issued_on, figures from collection_check_statement(%s)",
            [asked],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    code, number, kind, employer_number, employer_name, county_id, first, last, issued_on, figures = row
    figures = json.loads(figures) if isinstance(figures, str) else figures
    return Confirmed(
        code=code,
        number=number,
        kind=kind,
        employer_number=employer_number,
        employer_name=employer_name,
        agency=Agency.objects.get(pk=county_id),
        first=format_period(first),
        last=format_period(last),
        issued_on=issued_on,
        figures={name: from_fen(fen) for name, fen in figures.items()},
    )
