"""The common registry (参保登记): employers, workers, employments, coverage and declarations, for all lines at once."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.choices import INDUSTRY_RISK_CLASS as INDUSTRY_RISK_CLASS
from enrollment.choices import TAKEN_BACK as TAKEN_BACK
from enrollment.choices import Category as Category
from enrollment.choices import Identity as Identity
from enrollment.choices import Industry as Industry
from enrollment.choices import LeaveReason as LeaveReason
from enrollment.choices import Ownership as Ownership
from enrollment.choices import Sex as Sex
from enrollment.choices import System as System
from jilin_si.access.scope import ScopedManager, ScopedQuerySet, current
from jilin_si.money import MoneyField


@pghistory.track(append_only=True)
class Employer(models.Model):
    """An employer (参保单位), registered where it sits. One that moves to another county ends and has a successor."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Production stopped")
        CLOSED = "closed", pgettext_lazy("employer", "Closed")
        BANKRUPT = "bankrupt", _("Bankrupt")
        MERGED = "merged", _("Merged")
        MOVED = "moved", _("Moved away")
        TAKEN_BACK = "taken_back", pgettext_lazy("employer", "Registration taken back")

    id = models.AutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    number = models.CharField(_("registration number"), max_length=12, unique=True)
    organisation_code = models.CharField(_("organisation code"), max_length=10, blank=True, default="")
    name = models.CharField(_("name"), max_length=200)
    pinyin = models.CharField(_("pinyin"), max_length=200, blank=True, default="")
    ownership = models.CharField(_("ownership"), max_length=30, choices=Ownership.choices)
    industry = models.CharField(_("industry"), max_length=30, choices=Industry.choices)
    system = models.CharField(_("system"), max_length=30, choices=System.choices, blank=True, default="")
    trade_class = models.PositiveSmallIntegerField(_("injury risk class"), default=1)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ACTIVE)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True, default="")
    bank_account = models.CharField(_("bank account"), max_length=30, blank=True, default="")
    contact_name = models.CharField(_("contact"), max_length=64, blank=True, default="")
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True, default="")
    registered_on = models.DateField(_("registered on"))
    successor_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("successor of"),
    )

    scope_employer = "id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["id", "county"], name="employer_in_county"),
            models.UniqueConstraint(
                fields=["organisation_code"],
                # not status__in: PostgreSQL writes an array's definition otherwise once it was put back from its text
                condition=~models.Q(organisation_code="")
                & ~models.Q(status="moved")
                & ~models.Q(status="taken_back"),
                name="employer_organisation_code_once",
            ),
            models.CheckConstraint(
                condition=models.Q(trade_class__range=(1, 5)),
                name="employer_trade_class",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "name"]),
            models.Index(fields=["name"]),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True)
class Coverage(models.Model):
    """An employer's dated part in one line (参保险种); its workers follow."""

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="coverages", verbose_name=_("employer")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    line = models.CharField(_("line"), max_length=30)
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"), null=True, blank=True)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverages")
        ordering = ["employer", "first_period"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_period__isnull=True)
                | models.Q(last_period__gte=models.F("first_period")),
                name="coverage_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["county", "line"])]


class WorkerManager(ScopedManager):
    """A worker is seen where one of the employments is; who had several in the scope is still one row."""

    def get_queryset(self) -> ScopedQuerySet:
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        seen = Employment._base_manager.filter(worker=models.OuterRef("pk")).filter(
            models.Q(county_id__in=scope.units) | models.Q(employer_id__in=scope.employers)
        )
        return queryset.filter(models.Exists(seen))


def _history() -> tuple[pghistory.InsertEvent, pghistory.UpdateEvent, pghistory.DeleteEvent]:
    """Who comes, leaves or is taken back is noted a statement at a time: rosters and mergers move thousands at once."""
    return (
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Statement),
        pghistory.DeleteEvent(level=pghistory.Statement),
    )


@pghistory.track(*_history(), append_only=True)
class Worker(models.Model):
    """An insured person (参保人). The identity number is kept as given and as a normalised key of 18 (rule ID-3)."""

    id = models.BigAutoField(primary_key=True)
    identity_number = models.CharField(_("identity number"), max_length=18)
    identity_key = models.CharField(_("identity key"), max_length=18, unique=True)
    name = models.CharField(_("name"), max_length=64)
    pinyin = models.CharField(_("pinyin"), max_length=128, blank=True, default="")
    initials = models.CharField(_("initials"), max_length=32, blank=True, default="")
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(_("birth date"))
    category = models.CharField(
        _("category"),
        max_length=15,
        choices=Category.choices,
        default=Category.PERMANENT,
    )
    identity = models.CharField(
        _("identity"), max_length=10, choices=Identity.choices, default=Identity.WORKER
    )
    first_work_date = models.DateField(_("started work"), null=True, blank=True)
    deemed_months = models.PositiveSmallIntegerField(_("deemed months"), default=0)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = WorkerManager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name


@pghistory.track(*_history(), append_only=True)
class Employment(models.Model):
    """A dated spell of a worker with one employer (劳动关系). One at a time, which the database holds to.

    ``last_period`` is the last month under the employment; the effective month of a leaver is the one after it.
    """

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="employments", verbose_name=_("worker"))
    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="employments", verbose_name=_("employer")
    )
    county = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        related_name="+",
        verbose_name=_("county"),
        db_index=False,
    )
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"), null=True, blank=True)
    leave_reason = models.CharField(_("reason for leaving"), max_length=30, blank=True, default="")

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["first_period"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_period__isnull=True)
                | models.Q(last_period__gte=models.F("first_period")),
                name="employment_ends_after_it_begins",
            ),
        ]
        # a county's newest employments first, read backwards
        indexes = [models.Index(fields=["county", "id"], name="employment_county_newest")]


class Declaration(models.Model):
    """What an employer reports for a fee year (缴费工资申报): each worker's wage, the retirees and their cost.

    Money in yuan a month unless said otherwise. Entering and approving are two persons' work (a constraint).
    The yearly one is made once a fee year; a joining one (增员) adds the wages of workers who came after it.
    ``draft`` keeps the rows as they were typed, until they are handed in.
    """

    class Kind(models.TextChoices):
        YEARLY = "yearly", _("Yearly base")
        JOINING = "joining", _("Joining")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        related_name="declarations",
        verbose_name=_("employer"),
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    fee_year = models.PositiveSmallIntegerField(_("fee year"))
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.YEARLY,
        db_default=Kind.YEARLY,
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    workers = models.PositiveIntegerField(_("workers"), default=0)
    wages = MoneyField(_("monthly wage total"), db_column="wages_fen", default=0)
    retirees = models.PositiveIntegerField(_("retirees"), default=0)
    retiree_cost = MoneyField(_("monthly retiree cost"), db_column="retiree_cost_fen", default=0)
    first_period = models.DateField(_("from"))
    entered_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    reviewed_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    return_reason = models.CharField(_("reason for returning"), max_length=500, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)
    from_employer = models.BooleanField(_("handed in by the employer"), default=False, db_default=False)
    draft = models.JSONField(_("draft"), default=dict, blank=True)

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("entered_by")),
                name="declaration_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | (models.Q(reviewed_by__isnull=False) & models.Q(reviewed_at__isnull=False)),
                name="declaration_approved_by_whom",
            ),
            models.UniqueConstraint(
                fields=["employer", "fee_year"],
                condition=models.Q(state="approved", kind="yearly"),
                name="declaration_approved_once",
            ),
            models.UniqueConstraint(
                fields=["employer", "fee_year"],
                condition=models.Q(kind="yearly") & ~models.Q(state="approved"),
                name="declaration_pending_once",
            ),
        ]
        indexes = [models.Index(fields=["county", "fee_year", "state"])]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number on its documents: SB-1996-0417 for the yearly one, ZY-1996-000123 for a joining one."""
        if self.kind == self.Kind.JOINING:
            return f"ZY-{self.fee_year}-{self.pk:06d}"
        return f"SB-{self.fee_year}-{self.employer.number.rpartition('-')[2]}"

    @property
    def may_be_entered(self) -> bool:
        """Whether its rows can still be typed: a draft, or one sent back."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class DeclarationLine(models.Model):
    """One worker's wage in a declaration: total of last year, months worked, and the average a month as approved."""

    pk = models.CompositePrimaryKey("fee_year", "county_id", "declaration_id", "worker_id")
    fee_year = models.PositiveSmallIntegerField(_("fee year"))
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+", db_constraint=False)
    declaration = models.ForeignKey(Declaration, models.DO_NOTHING, related_name="lines", db_constraint=False)
    worker = models.ForeignKey(
        Worker, models.DO_NOTHING, related_name="declaration_lines", db_constraint=False
    )
    employer_id = models.IntegerField(_("employer"))
    year_wages = MoneyField(_("wages of last year"), db_column="year_wages_fen")
    months_worked = models.PositiveSmallIntegerField(_("months worked"))
    wage = MoneyField(_("average monthly wage"), db_column="wage_fen")
    note = models.CharField(_("reason"), max_length=200, blank=True, default="")

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "enrollment_declarationline"
        verbose_name = _("declaration line")
        verbose_name_plural = _("declaration lines")


from enrollment.acts.models import ChangedEmployment as ChangedEmployment  # noqa: E402
from enrollment.acts.models import EmployerChange as EmployerChange  # noqa: E402
from enrollment.acts.models import UndoneAct as UndoneAct  # noqa: E402
from enrollment.answers import DeclarationAnswer as DeclarationAnswer  # noqa: E402
from enrollment.gaps.models import FollowUp as FollowUp  # noqa: E402
from enrollment.imports.models import ReturnedSheet as ReturnedSheet  # noqa: E402
from enrollment.imports.models import RosterHeads as RosterHeads  # noqa: E402
from enrollment.imports.models import RosterImport as RosterImport  # noqa: E402  (part of the app's models)
from enrollment.moving import Transfer as Transfer  # noqa: E402
from enrollment.newcomers import DeclarationNewcomer as DeclarationNewcomer  # noqa: E402
from enrollment.people import DeemedEvidence as DeemedEvidence  # noqa: E402
from enrollment.people import Duplicate as Duplicate  # noqa: E402
from enrollment.people import IdentitySpan as IdentitySpan  # noqa: E402
from enrollment.people import Merge as Merge  # noqa: E402
from enrollment.people import SpecialWork as SpecialWork  # noqa: E402
