"""The audit trail (操作日志): who did what, when, why. Rows are added and never changed.

The rows of the registry keep their own history by trigger; an audit entry tells the business act that made them
change, with its reason and its figures. A bulk act writes one entry with count and sums. ``chain.py`` seals the trail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from jilin_si.access.models import User


class AuditManager(models.Manager["AuditEntry"]):
    """What the active scope may read of the trail: its units, its employers, and one's own acts."""

    def get_queryset(self) -> models.QuerySet[AuditEntry]:
        from jilin_si.access.scope import current

        queryset = super().get_queryset()
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(
            models.Q(county_id__in=scope.units)
            | models.Q(employer_id__in=scope.employers)
            | models.Q(user_id=scope.user_id)
        )


class AuditEntry(models.Model):
    """One business act. ``object_kind`` and ``object_id`` name what it was about; this floor knows no employer."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), db_default=Now())
    day = models.DateField(_("business date"), null=True)
    user = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    act = models.CharField(_("act"), max_length=40)
    object_kind = models.CharField(_("about"), max_length=30)
    object_id = models.BigIntegerField(_("number"), null=True)
    county = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", verbose_name=_("county")
    )
    employer_id = models.IntegerField(_("employer"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    details = models.JSONField(_("details"), default=dict, blank=True)
    digest = models.BinaryField(_("digest"), default=b"", editable=False)  # by trigger: chain.py

    objects = AuditManager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-at"], name="audit_of_object"),
            models.Index(fields=["employer_id", "-at"], name="audit_of_employer"),
            models.Index(fields=["county", "-at"], name="audit_of_county"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.object_kind} {self.object_id or ''}".strip()


def record(
    act: str,
    *,
    by: User | None,
    about: str,
    number: int | None = None,
    county_id: int | None = None,
    employer_id: int | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one act to the trail, in the transaction of the act itself.

    Under row-level security the author is the person who is signed in, or the entry is refused.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_auditentry"
            " (day, user_id, act, object_kind, object_id, county_id, employer_id, reason, details)"
            " values ((select day from agencies_businessdate where id = 1), %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                by.pk if by is not None else None,
                act,
                about,
                number,
                county_id,
                employer_id,
                reason,
                json.dumps(details or {}, default=_plain, ensure_ascii=False),
            ],
        )


def record_many(
    act: str,
    *,
    by: User | None,
    about: str,
    county_id: int,
    employer_id: int | None,
    entries: Sequence[tuple[int, Mapping[str, Any]]],
    reason: str = "",
) -> None:
    """Add one act for each of many records of an employer, as ``record`` does: number and details of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_auditentry"
            " (day, user_id, act, object_kind, object_id, county_id, employer_id, reason, details)"
            " select (select day from agencies_businessdate where id = 1), %s, %s, %s, t.number, %s, %s, %s, t.details"
            " from unnest(%s::bigint[], %s::jsonb[]) t(number, details)",
            [
                by.pk if by is not None else None,
                act,
                about,
                county_id,
                employer_id,
                reason,
                [number for number, _details in entries],
                [json.dumps(details, default=_plain, ensure_ascii=False) for _number, details in entries],
            ],
        )


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return str(value)
