"""The month's records: spells, bills, receipts, allocations. The tables are made by SQL in the migration.

Money is in yuan here, in fen in the database; a period is the first day of its month.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collection.corrections.models import Correction as Correction
from collection.office.models import OfficeAccount as OfficeAccount
from collection.records import BankFile as BankFile
from collection.records import IssuedStatement as IssuedStatement
from collection.takeovers import PaysFor
from jilin_si.access.scope import ScopedManager, ScopedQuerySet, current
from jilin_si.money import MoneyField


class CollectionModel(models.Model):
    """What the tables of this app have in common: they belong to a county and an employer."""

    scope_employer = "employer_id"
    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True


class TakenOverManager(ScopedManager):
    """Beside the own rows those of months that the asker's employer took over (REST-5); the policies say the same."""

    def __init__(self, employer: str = "employer_id", due: str = "due_period") -> None:
        super().__init__()
        self.columns = (F(employer), F(due))

    def get_queryset(self) -> ScopedQuerySet:
        own = super().get_queryset()
        scope = current()
        if scope.everything or not scope.employers:
            return own
        rows = ScopedQuerySet(self.model, using=self._db)
        return rows.filter(
            Q(county_id__in=scope.units) | Q(employer_id__in=scope.employers) | self.taken_over()
        )

    def taken_over(self) -> Any:
        return Q(PaysFor(*self.columns))


class MetManager(TakenOverManager):
    """Receipts: also those that met a bill which is seen."""

    def taken_over(self) -> Any:
        return Q(Exists(Allocation.objects.filter(receipt_id=OuterRef("receipt_id"))))


class Spell(CollectionModel):
    """A contribution spell (缴费时段): a worker's approved wage with an employer over months of one fee year."""

    pk = models.CompositePrimaryKey("fee_year", "county_id", "employer_id", "worker_id", "spell_id")
    spell_id = models.BigIntegerField()
    worker = models.ForeignKey(
        "enrollment.Worker",
        models.DO_NOTHING,
        related_name="spells",
        db_constraint=False,
    )
    employer = models.ForeignKey(
        "enrollment.Employer", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+", db_constraint=False)
    fee_year = models.PositiveSmallIntegerField(_("fee year"))
    wage = MoneyField(_("approved monthly wage"), db_column="wage_fen")
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"))
    recorded_in = models.DateField(_("recorded in"))
    sign = models.SmallIntegerField(_("sign"), default=1)
    provisional = models.BooleanField(_("provisional"), default=False)
    reverses = models.BigIntegerField(_("reverses"), null=True)

    class Meta:
        managed = False
        db_table = "collection_spell"
        verbose_name = _("contribution spell")
        verbose_name_plural = _("contribution spells")


class RetireeCost(CollectionModel):
    """Heads and monthly cost of an employer's retirees (离退休费用), dated and corrected like a spell."""

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    retirees = models.PositiveIntegerField(_("retirees"))
    cost = MoneyField(_("monthly retiree cost"), db_column="cost_fen")
    first_period = models.DateField(_("from"))
    last_period = models.DateField(_("to"))
    recorded_in = models.DateField(_("recorded in"))
    sign = models.SmallIntegerField(_("sign"), default=1)
    provisional = models.BooleanField(_("provisional"), default=False)
    reverses = models.ForeignKey("self", models.DO_NOTHING, db_column="reverses", null=True, related_name="+")

    class Meta:
        managed = False
        db_table = "collection_retireecost"
        verbose_name = _("retiree cost")
        verbose_name_plural = _("retiree costs")


class AssessmentParameter(models.Model):
    """The rates with which a line was assessed in a county's month, frozen. ppm: parts per million."""

    id = models.BigAutoField(primary_key=True)
    line = models.CharField(_("line"), max_length=30)
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    due_period = models.DateField(_("due period"))
    trade_class = models.PositiveSmallIntegerField(_("injury risk class"), default=0)
    unit_ppm = models.IntegerField()
    own_ppm = models.IntegerField()
    floor = MoneyField(_("floor"), db_column="floor_fen")
    cap = MoneyField(_("ceiling"), db_column="cap_fen")
    transfer_ppm = models.IntegerField()
    average_part = MoneyField(_("part on the average wage"), db_column="average_part_fen")
    includes_retiree_cost = models.BooleanField()
    versions = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "collection_assessmentparameter"
        verbose_name = _("assessment parameter")
        verbose_name_plural = _("assessment parameters")


class Bill(CollectionModel):
    """What an employer owes for a line and month (应缴核定, rule COL-2); recorded later than due: a supplement."""

    bill_id = models.BigAutoField(primary_key=True)
    line = models.CharField(_("line"), max_length=30)
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="bills")
    due_period = models.DateField(_("due period"))
    recorded_in = models.DateField(_("recorded in"))
    parameter = models.ForeignKey(AssessmentParameter, models.DO_NOTHING, related_name="+")
    workers = models.IntegerField(_("workers"))
    wages = MoneyField(_("wages"), db_column="wage_fen")
    base = MoneyField(_("contribution base"), db_column="base_fen")
    retiree_cost = MoneyField(_("retiree cost"), db_column="retiree_cost_fen")
    own_due = MoneyField(_("workers' part due"), db_column="own_due_fen")
    unit_due = MoneyField(_("employer's part due"), db_column="unit_due_fen")
    unit_credit = MoneyField(_("moved to individual accounts"), db_column="unit_credit_fen")
    # Under a corrected risk class a bill is reversed whole and replaced: each of the two names it.
    reverses = models.ForeignKey(
        "self", models.DO_NOTHING, db_column="reverses", null=True, related_name="reversals"
    )
    replaces = models.ForeignKey(
        "self", models.DO_NOTHING, db_column="replaces", null=True, related_name="replacements"
    )
    # After a coverage was taken back or given back: the earlier period whose spells it adds up, as a whole.
    spells_of = models.DateField(_("spells recorded in"), null=True)

    objects: ClassVar[ScopedManager] = TakenOverManager()

    class Meta:
        managed = False
        db_table = "collection_bill"
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["due_period", "recorded_in"]

    @property
    def is_supplement(self) -> bool:
        return self.recorded_in > self.due_period

    @property
    def spells_recorded(self) -> date:
        """The period in which the spells that it adds up were recorded (or those of the month, on time)."""
        return self.spells_of or self.recorded_in


class OpenItem(CollectionModel):
    """What is still owed on a bill (欠费)."""

    bill = models.OneToOneField(Bill, models.DO_NOTHING, primary_key=True, related_name="open_item")
    line = models.CharField(_("line"), max_length=30)
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="open_items")
    due_period = models.DateField(_("due period"))
    recorded_in = models.DateField(_("recorded in"))
    own = MoneyField(_("workers' part owed"), db_column="own_fen")
    unit = MoneyField(_("employer's part owed"), db_column="unit_fen")
    credit = MoneyField(_("moved to individual accounts"), db_column="credit_fen")

    objects: ClassVar[ScopedManager] = TakenOverManager()

    class Meta:
        managed = False
        db_table = "collection_openitem"
        verbose_name = _("open item")
        verbose_name_plural = _("open items")


class BankLine(CollectionModel):
    """A line of a bank statement, or money taken at the counter (到账)."""

    class Source(models.TextChoices):
        IMPORTED = "imported", _("Imported")
        ENTERED = "entered", _("Entered")

    id = models.BigAutoField(primary_key=True)
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey(
        "enrollment.Employer", models.DO_NOTHING, null=True, related_name="bank_lines"
    )
    line = models.CharField(_("line"), max_length=30, null=True)
    bank = models.CharField(_("bank"), max_length=100)
    received_on = models.DateField(_("received on"))
    serial = models.CharField(_("serial number"), max_length=60)
    payer_name = models.CharField(_("payer"), max_length=200, blank=True, default="")
    payer_account = models.CharField(_("payer's account"), max_length=40, blank=True, default="")
    remark = models.CharField(_("remark"), max_length=200, blank=True, default="")
    amount = MoneyField(_("amount"), db_column="amount_fen")
    returned = models.BooleanField(_("returned by the bank"), default=False)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.IMPORTED)
    entered_by = models.ForeignKey("access.User", models.DO_NOTHING, null=True, related_name="+")
    taken_in = models.DateField(_("taken in"), null=True)

    class Meta:
        managed = False
        db_table = "collection_bankline"
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")


class Receipt(CollectionModel):
    """A payment's part for one line, or a credit note that a negative bill left."""

    receipt_id = models.BigAutoField(primary_key=True)
    bank_line = models.ForeignKey(BankLine, models.DO_NOTHING, null=True, related_name="receipts")
    credit_of = models.ForeignKey(Bill, models.DO_NOTHING, db_column="credit_of", null=True, related_name="+")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="receipts")
    line = models.CharField(_("line"), max_length=30)
    period = models.DateField(_("period"))
    received_on = models.DateField(_("received on"))
    amount = MoneyField(_("amount"), db_column="amount_fen")
    journal = models.ForeignKey("ledger.Journal", models.DO_NOTHING, related_name="+")

    objects: ClassVar[ScopedManager] = MetManager()

    class Meta:
        managed = False
        db_table = "collection_receipt"
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")


class Unapplied(CollectionModel):
    """What of a receipt met no debt yet (暂收款)."""

    receipt = models.OneToOneField(Receipt, models.DO_NOTHING, primary_key=True, related_name="unapplied")
    line = models.CharField(_("line"), max_length=30)
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    amount = MoneyField(_("amount"), db_column="fen")

    class Meta:
        managed = False
        db_table = "collection_unapplied"
        verbose_name = _("money not applied yet")
        verbose_name_plural = _("money not applied yet")


class Allocation(CollectionModel):
    """Where a receipt met a bill (rule COL-7)."""

    pk = models.CompositePrimaryKey("bill_id", "receipt_id", "period")
    bill = models.ForeignKey(Bill, models.DO_NOTHING, related_name="allocations")
    receipt = models.ForeignKey(Receipt, models.DO_NOTHING, related_name="allocations")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    period = models.DateField(_("period"))
    own = MoneyField(_("workers' part"), db_column="own_fen")
    unit = MoneyField(_("employer's part"), db_column="unit_fen")

    objects: ClassVar[ScopedManager] = TakenOverManager("bill__employer_id", "bill__due_period")

    class Meta:
        managed = False
        db_table = "collection_allocation"
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")


class PaidBill(CollectionModel):
    """A bill paid in full, and when: from then on its month counts in the individual accounts (rule COL-9)."""

    bill = models.OneToOneField(Bill, models.DO_NOTHING, primary_key=True, related_name="paid")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    employer = models.ForeignKey("enrollment.Employer", models.DO_NOTHING, related_name="+")
    paid_in = models.DateField(_("paid in"))

    class Meta:
        managed = False
        db_table = "collection_paidbill"
        verbose_name = _("paid bill")
        verbose_name_plural = _("paid bills")


class Summary(models.Model):
    """A county's month of one line as dashboards read it; kept by the month itself."""

    pk = models.CompositePrimaryKey("county_id", "line", "period")
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    line = models.CharField(_("line"), max_length=30)
    period = models.DateField(_("period"))
    employers = models.IntegerField(_("employers"))
    workers = models.IntegerField(_("workers"))
    wages = MoneyField(_("wages"), db_column="wage_fen")
    retiree_cost = MoneyField(_("retiree cost"), db_column="retiree_cost_fen")
    own_due = MoneyField(_("workers' part due"), db_column="own_due_fen")
    unit_due = MoneyField(_("employers' part due"), db_column="unit_due_fen")
    received = MoneyField(_("received"), db_column="received_fen")
    own_paid = MoneyField(_("workers' part paid"), db_column="own_paid_fen")
    unit_paid = MoneyField(_("employers' part paid"), db_column="unit_paid_fen")
    credited = MoneyField(_("credited"), db_column="credited_fen")

    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "collection_summary"
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")


class WorkerMonth(CollectionModel):
    """A worker's month of one line, derived: base, parts, credit, the bill and when it was paid (a view)."""

    pk = models.CompositePrimaryKey("fee_year", "county_id", "spell_id", "due_period", "line")
    spell_id = models.BigIntegerField()
    worker = models.ForeignKey(
        "enrollment.Worker",
        models.DO_NOTHING,
        related_name="months",
        db_constraint=False,
    )
    employer = models.ForeignKey(
        "enrollment.Employer", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+", db_constraint=False)
    fee_year = models.PositiveSmallIntegerField()
    due_period = models.DateField()
    recorded_in = models.DateField()
    line = models.CharField(max_length=30)
    sign = models.SmallIntegerField()
    provisional = models.BooleanField()
    wage = MoneyField(db_column="wage_fen")
    base = MoneyField(db_column="base_fen")
    own = MoneyField(db_column="own_fen")
    transfer = MoneyField(db_column="transfer_fen")
    average_part = MoneyField(db_column="average_part_fen")
    parameter = models.ForeignKey(AssessmentParameter, models.DO_NOTHING, related_name="+")
    bill = models.ForeignKey(Bill, models.DO_NOTHING, null=True, related_name="+")
    paid_in = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "collection_workermonth"
        verbose_name = _("worker's month")
        verbose_name_plural = _("workers' months")


class AccountYear(models.Model):
    """A year of an individual account (个人账户): own part and unit part, each with its own interest (PEN-8c)."""

    pk = models.CompositePrimaryKey("fee_year", "county_id", "worker_id")
    fee_year = models.PositiveSmallIntegerField(_("year"))
    county = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+", db_constraint=False)
    worker = models.ForeignKey(
        "enrollment.Worker",
        models.DO_NOTHING,
        related_name="account_years",
        db_constraint=False,
    )
    opening_own = MoneyField(db_column="opening_own_fen")
    opening_unit = MoneyField(db_column="opening_unit_fen")
    credit_own = MoneyField(db_column="credit_own_fen")
    credit_unit = MoneyField(db_column="credit_unit_fen")
    interest_own = MoneyField(db_column="interest_own_fen")
    interest_unit = MoneyField(db_column="interest_unit_fen")
    moved_own = MoneyField(db_column="moved_own_fen")
    moved_unit = MoneyField(db_column="moved_unit_fen")
    closing_own = MoneyField(db_column="closing_own_fen")
    closing_unit = MoneyField(db_column="closing_unit_fen")
    months_due = models.PositiveSmallIntegerField()
    months_credited = models.PositiveSmallIntegerField()
    total_months = models.PositiveSmallIntegerField()
    taken_over = models.BooleanField()

    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "collection_accountyear"
        verbose_name = _("account year")
        verbose_name_plural = _("account years")


from collection.moved import AccountMove as AccountMove  # noqa: E402
