"""Dated parameters, the documents they rest on, and what became of every value (参数、文件依据、变更记录)."""

from __future__ import annotations

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jilin_si.policy import lookup, units


@pghistory.track(pghistory.InsertEvent(), append_only=True)
class LegalDocument(models.Model):
    """A law, decision or notice (文件依据) with its number, or what stands in its place; values rest on it as it is."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    number = models.CharField(_("document number"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    issuer = models.CharField(_("issued by"), max_length=80)
    issuer_en = models.CharField(_("issued by, in English"), max_length=120)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")
        ordering = [F("issued_on").asc(nulls_last=True), "code"]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["number"], name="legal_document_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def name(self) -> str:
        """The title in the language of the page."""
        return self.title if _chinese() else self.title_en

    @property
    def issued_by(self) -> str:
        return self.issuer if _chinese() else self.issuer_en

    def snapshot(self) -> lookup.Document:
        return lookup.Document(
            code=self.code,
            number=self.number,
            title=self.title,
            title_en=self.title_en,
            issuer=self.issuer,
            issuer_en=self.issuer_en,
            issued_on=self.issued_on,
            note=self.note,
        )


class Parameter(models.Model):
    """What a rule takes from outside: a rate, an age, an amount, a table. Its values are dated and have a place."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    app = models.CharField(_("app"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120)
    unit = models.CharField(_("unit"), max_length=20, choices=list(units.UNITS.items()))
    rules = ArrayField(models.CharField(max_length=12), verbose_name=_("rules"), default=list)
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    description_en = models.CharField(_("description in English"), max_length=300, blank=True, default="")
    choices = ArrayField(models.CharField(max_length=60), verbose_name=_("choices"), default=list, blank=True)
    minimum = models.CharField(pgettext_lazy("bound", "least"), max_length=30, null=True, blank=True)
    maximum = models.CharField(pgettext_lazy("bound", "most"), max_length=30, null=True, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    reference_date = models.DateField(_("day that holds where a rule names none"), null=True, blank=True)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        ordering = ["app", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(unit__in=list(units.UNITS)), name="parameter_unit_known"),
            models.CheckConstraint(
                condition=(Q(unit="choice") & ~Q(choices=[])) | (~Q(unit="choice") & Q(choices=[])),
                name="parameter_choices_where_due",
            ),
            models.CheckConstraint(
                condition=(Q(unit="table") & ~Q(columns=[])) | (~Q(unit="table") & Q(columns=[])),
                name="parameter_columns_where_due",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the language of the page."""
        return self.name if _chinese() else self.name_en

    @property
    def explanation(self) -> str:
        return self.description if _chinese() else self.description_en

    @property
    def shape(self) -> units.Shape:
        """What values it may take."""
        return units.Shape(
            self.unit, tuple(self.choices), self.minimum, self.maximum, units.read_columns(self.columns)
        )

    def info(self) -> lookup.ParameterInfo:
        return lookup.ParameterInfo(
            code=self.code,
            app=self.app,
            name=self.name,
            name_en=self.name_en,
            shape=self.shape,
            rules=tuple(self.rules),
            description=self.description,
            description_en=self.description_en,
            reference_date=self.reference_date,
        )


class Confidence(models.TextChoices):
    """How sure a figure is (已核、推定、暂定)."""

    LAW = "law", _("From the document")
    REMEMBERED = "remembered", _("Remembered")
    ILLUSTRATIVE = "illustrative", _("Assumed")


class ValueState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ValueOrigin(models.TextChoices):
    FILE = "file", _("Loaded from the files")
    PERSON = "person", _("Entered by a person")


@pghistory.track(append_only=True)
class ParameterValue(models.Model):
    """A value of a parameter at a place from a day to a day, both included; in force once a second person approved."""

    parameter = models.ForeignKey(
        Parameter, models.PROTECT, related_name="values", verbose_name=_("parameter")
    )
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("place"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    value = models.JSONField(_("value"))
    document = models.ForeignKey(
        LegalDocument, models.PROTECT, related_name="values", verbose_name=_("legal document")
    )
    confidence = models.CharField(_("confidence"), max_length=12, choices=Confidence.choices)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=10, choices=ValueState.choices, default=ValueState.PROPOSED
    )
    origin = models.CharField(
        _("origin"), max_length=10, choices=ValueOrigin.choices, default=ValueOrigin.PERSON
    )
    version = models.PositiveIntegerField(_("version"), default=0)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("parameter value")
        verbose_name_plural = _("parameter values")
        ordering = ["parameter", "agency", "valid_from", "version"]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]
        constraints = [
            ExclusionConstraint(
                name="parameter_value_no_overlap",
                expressions=[
                    ("parameter", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state="approved"),
                violation_error_message=_("Another approved value holds on some of these days."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="parameter_value_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="parameter_value_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(origin="file")
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="parameter_value_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ValueState.values)
                & Q(confidence__in=Confidence.values)
                & Q(origin__in=ValueOrigin.values),
                name="parameter_value_known_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} {self.valid_from} – {self.valid_to or '…'}"

    def snapshot(self, info: lookup.ParameterInfo, document: lookup.Document) -> lookup.ParameterVersion:
        """This row as rules see it."""
        return lookup.ParameterVersion(
            code=info.code,
            value=info.shape.read(self.value, info.code),
            unit=info.unit,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            agency_id=self.agency_id,
            document=document,
            confidence=self.confidence,
            id=self.pk,
            version=self.version,
            note=self.note,
        )


class PolicyStamp(models.Model):
    """One row that changes with every change of a parameter, so that snapshots know when they are old."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField(default=uuid.uuid4)
    files_checksum = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("policy stamp")
        verbose_name_plural = _("policy stamp")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="policy_stamp_one_row")]

    def __str__(self) -> str:
        return str(self.stamp)


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


from jilin_si.policy.worked_examples import WorkedExample as WorkedExample  # noqa: E402  (part of the app's models)
