"""Provincial pooling (省级统筹): the year's plan, what counties remit, what the province passes down, pensions paid.

Money is in yuan here, in fen in the database. Every table is under row-level security: a county sees its own rows,
the province all. Whoever approves never proposed, which the database holds to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.scope import ScopedManager
from jilin_si.agencies.models import PROVINCE
from jilin_si.money import MoneyField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

USER = "access.User"
JOURNAL = "ledger.Journal"
AGENCY = "agencies.Agency"


def _rate(words: StrOrPromise) -> models.DecimalField:
    return models.DecimalField(words, max_digits=7, decimal_places=6)


def _person() -> models.ForeignKey:
    return models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")


def _journal(words: StrOrPromise) -> models.ForeignKey:
    return models.ForeignKey(
        JOURNAL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=words
    )


def _county() -> models.ForeignKey:
    return models.ForeignKey(AGENCY, models.PROTECT, related_name="+", verbose_name=_("county"))


class CountyPlan(models.Model):
    """A county's plan of a fee year (年度收支计划, rules POOL-3 to POOL-5), in yuan a year.

    ``net`` is what the county settles with the province: above 0 it remits that much, below 0 it receives it.
    An adjustment (调剂政策) moves the net and always has a reason.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("pooling", "Proposed")
        APPROVED = "approved", _("Approved")

    class Kind(models.TextChoices):
        REMITTING = "remitting", _("Remitting")
        BENEFITING = "benefiting", _("Benefiting")
        BALANCED = "balanced", _("Balanced")

    county = _county()
    fee_year = models.PositiveSmallIntegerField(_("fee year"))
    # what goes in
    wages = MoneyField(_("wages of the year"), db_column="wages_fen")
    retiree_cost = MoneyField(_("retiree cost of the year"), db_column="retiree_cost_fen")
    planned_pension_payments = MoneyField(_("planned pensions"), db_column="planned_pension_payments_fen")
    unit_rate = _rate(_("employers' rate"))
    individual_rate = _rate(_("workers' rate"))
    collection_rate = _rate(_("planned collection rate"))
    management_fee_rate = _rate(_("management fee rate"))
    accumulation_rate = _rate(_("accumulation rate"))
    province_share = _rate(_("provincial share of the accumulation"))
    # what comes out
    due_unit = MoneyField(_("employers' part due"), db_column="due_unit_fen")
    due_individual = MoneyField(_("workers' part due"), db_column="due_individual_fen")
    due_total = MoneyField(_("due"), db_column="due_total_fen")
    planned_collection = MoneyField(_("planned collection"), db_column="planned_collection_fen")
    management_fee = MoneyField(_("management fee"), db_column="management_fee_fen")
    accumulation = MoneyField(_("accumulation"), db_column="accumulation_fen")
    accumulation_to_province = MoneyField(
        _("accumulation to the province"), db_column="accumulation_to_province_fen"
    )
    accumulation_kept = MoneyField(_("accumulation kept"), db_column="accumulation_kept_fen")
    balance = MoneyField(_("balance"), db_column="balance_fen")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    planned_remit_up = MoneyField(_("planned remittance"), db_column="planned_remit_up_fen")
    planned_allocation_down = MoneyField(_("planned redistribution"), db_column="planned_allocation_down_fen")
    net_remit_up = MoneyField(_("net by formula"), db_column="net_remit_up_fen")
    adjustment = MoneyField(_("adjustment"), db_column="adjustment_fen", default=0)
    adjustment_reason = models.CharField(
        _("reason for the adjustment"), max_length=300, blank=True, default=""
    )
    adjusted_by = _person()
    net = MoneyField(_("net to settle"), db_column="net_fen")
    versions = models.JSONField(_("parameter versions used"), default=dict)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = _person()
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    approved_by = _person()
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("county plan")
        verbose_name_plural = _("county plans")
        ordering = ["fee_year", "county_id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "fee_year"], name="countyplan_once"),
            models.CheckConstraint(
                condition=Q(net=F("net_remit_up") + F("adjustment")), name="countyplan_net"
            ),
            models.CheckConstraint(
                condition=Q(net_remit_up=F("planned_remit_up") - F("planned_allocation_down")),
                name="countyplan_net_by_formula",
            ),
            models.CheckConstraint(
                condition=Q(adjustment=0) | ~Q(adjustment_reason=""), name="countyplan_adjusted_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | Q(state="proposed", approved_by__isnull=True, approved_at__isnull=True),
                name="countyplan_approved_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (
                    (Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by")))
                    & (Q(adjusted_by__isnull=True) | ~Q(approved_by=F("adjusted_by")))
                ),
                name="countyplan_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fee_year} {self.county_id}"


class Remittance(models.Model):
    """What a county remits for a month (上解): proposed by the month's job, confirmed by the county's finance
    (5103 / 1003), received by the province (1002 / 4106). Confirmed and not received it is in transit (在途)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("pooling", "Proposed")
        CONFIRMED = "confirmed", pgettext_lazy("pooling", "In transit")
        RECEIVED = "received", pgettext_lazy("pooling", "Received")

    county = _county()
    period = models.DateField(_("period"))
    amount = MoneyField(_("amount"), db_column="amount_fen")
    # the figures it was worked out from, in yuan
    due_to_date = MoneyField(_("due to date"), db_column="due_to_date_fen")
    remitted_before = MoneyField(_("remitted before"), db_column="remitted_before_fen")
    cash = MoneyField(_("cash"), db_column="cash_fen")
    pensions_first = MoneyField(_("pensions to pay first"), db_column="pensions_first_fen")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = _person()
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    confirmed_by = _person()
    confirmed_on = models.DateField(_("remitted on"), null=True, blank=True)
    county_journal = _journal(_("county's voucher"))
    received_by = _person()
    received_on = models.DateField(_("received on"), null=True, blank=True)
    province_journal = _journal(_("province's voucher"))
    to_reserve = MoneyField(_("of it to the reserve"), db_column="to_reserve_fen", default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        ordering = ["period", "county_id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "period"], name="remittance_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="remittance_is_money"),
            models.CheckConstraint(
                condition=Q(to_reserve__gte=0) & Q(to_reserve__lte=F("amount")),
                name="remittance_reserve_part",
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=F("due_to_date") - F("remitted_before"))
                & Q(amount__lte=F("cash") - F("pensions_first")),
                name="remittance_within_due_and_cash",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="proposed",
                    confirmed_by__isnull=True,
                    county_journal__isnull=True,
                    received_by__isnull=True,
                    province_journal__isnull=True,
                )
                | Q(
                    state="confirmed",
                    confirmed_by__isnull=False,
                    confirmed_on__isnull=False,
                    county_journal__isnull=False,
                    received_by__isnull=True,
                    province_journal__isnull=True,
                )
                | Q(
                    state="received",
                    confirmed_by__isnull=False,
                    county_journal__isnull=False,
                    received_by__isnull=False,
                    received_on__isnull=False,
                    province_journal__isnull=False,
                ),
                name="remittance_state",
            ),
            models.CheckConstraint(
                condition=Q(received_by__isnull=True) | ~Q(received_by=F("confirmed_by")),
                name="remittance_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.county_id}"


class Redistribution(models.Model):
    """One passing-down of what the province holds (下拨, rule POOL-7), proposed by the job, posted on approval.

    ``available`` = ``holdings`` (the province's money of the fund) − ``reserve`` at the moment of the proposal;
    ``need`` = what the plans give benefiting counties to date less what they received. Both in yuan.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REPLACED = "replaced", _("Replaced by a later one")

    agency = models.ForeignKey(
        AGENCY, models.PROTECT, related_name="+", default=PROVINCE, verbose_name=_("agency")
    )
    period = models.DateField(_("period"))
    run = models.PositiveSmallIntegerField(_("run"), default=1)
    holdings = MoneyField(_("money held"), db_column="holdings_fen")
    reserve = MoneyField(_("reserve"), db_column="reserve_fen")
    available = MoneyField(_("available"), db_column="available_fen")
    need = MoneyField(_("need"), db_column="need_fen")
    total = MoneyField(_("redistributed"), db_column="total_fen")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = _person()
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    approved_by = _person()
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    booked_on = models.DateField(_("booked on"), null=True, blank=True)
    province_journal = _journal(_("province's voucher"))

    scope_county = "agency_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("redistribution")
        verbose_name_plural = _("redistributions")
        ordering = ["period", "run"]
        constraints = [
            models.UniqueConstraint(fields=["period", "run"], name="redistribution_once"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="proposed"), name="redistribution_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(available=F("holdings") - F("reserve")), name="redistribution_available"
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0) & Q(total__lte=F("available")) & Q(total__lte=F("need")),
                name="redistribution_within_what_is_there",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="approved")
                    & Q(approved_by__isnull=False, approved_at__isnull=False)
                    & Q(booked_on__isnull=False, province_journal__isnull=False)
                )
                | (~Q(state="approved") & Q(approved_by__isnull=True, province_journal__isnull=True)),
                name="redistribution_approved_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                name="redistribution_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}/{self.run}"


class RedistributionShare(models.Model):
    """A benefiting county's share of a redistribution, in yuan; the shares add up to the total to the fen."""

    redistribution = models.ForeignKey(
        Redistribution, models.CASCADE, related_name="shares", verbose_name=_("redistribution")
    )
    county = _county()
    period = models.DateField(_("period"))
    need = MoneyField(_("need"), db_column="need_fen")
    amount = MoneyField(_("share"), db_column="amount_fen")
    county_journal = _journal(_("county's voucher"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("share of a redistribution")
        verbose_name_plural = _("shares of redistributions")
        ordering = ["redistribution_id", "county_id"]
        constraints = [
            models.UniqueConstraint(fields=["redistribution", "county"], name="share_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(amount__lte=F("need")), name="share_within_need"
            ),
        ]
        indexes = [models.Index(fields=["county", "period"], name="share_county_period")]

    def __str__(self) -> str:
        return f"{self.redistribution_id} {self.county_id}"


class PensionPayment(models.Model):
    """A county's pensions of a month as paid (5001 / 1003), up to its cash; what is short is carried to the next
    month (decision: until there is a payroll, the month's last step books it). In yuan."""

    county = _county()
    period = models.DateField(_("period"))
    cost = MoneyField(_("retiree cost of the month"), db_column="cost_fen")
    brought_forward = MoneyField(_("unpaid of earlier months"), db_column="brought_forward_fen", default=0)
    paid = MoneyField(_("paid"), db_column="paid_fen")
    unpaid = MoneyField(_("unpaid"), db_column="unpaid_fen")
    booked_on = models.DateField(_("booked on"))
    journal = _journal(_("voucher"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("pension payment")
        verbose_name_plural = _("pension payments")
        ordering = ["period", "county_id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "period"], name="pensionpayment_once"),
            models.CheckConstraint(
                condition=Q(cost__gte=0)
                & Q(brought_forward__gte=0)
                & Q(paid__gte=0)
                & Q(unpaid__gte=0)
                & Q(unpaid=F("cost") + F("brought_forward") - F("paid")),
                name="pensionpayment_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(paid=0, journal__isnull=True) | Q(paid__gt=0, journal__isnull=False),
                name="pensionpayment_booked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.county_id}"


class PoolingMonth(models.Model):
    """What pages of the province read: a row a county and month, kept by every act of this app. In yuan.

    Money in the bank is not here: the ledger's own balances tell it.
    """

    county = _county()
    period = models.DateField(_("period"))
    plan_up = MoneyField(_("remittance due"), db_column="plan_up_fen", default=0)
    plan_down = MoneyField(_("redistribution planned"), db_column="plan_down_fen", default=0)
    due_to_date = MoneyField(_("remittance due to date"), db_column="due_to_date_fen", default=0)
    need_to_date = MoneyField(_("redistribution planned to date"), db_column="need_to_date_fen", default=0)
    proposed = MoneyField(_("remittance proposed"), db_column="proposed_fen", default=0)
    remitted = MoneyField(_("remitted"), db_column="remitted_fen", default=0)
    received = MoneyField(_("received by the province"), db_column="received_fen", default=0)
    to_reserve = MoneyField(_("to the reserve"), db_column="to_reserve_fen", default=0)
    last_received_on = models.DateField(_("last receipt"), null=True)
    redistributed = MoneyField(_("redistributed"), db_column="redistributed_fen", default=0)
    pension_cost = MoneyField(_("retiree cost"), db_column="pension_cost_fen", default=0)
    pension_paid = MoneyField(_("pensions paid"), db_column="pension_paid_fen", default=0)
    pension_unpaid = MoneyField(_("pensions unpaid"), db_column="pension_unpaid_fen", default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("pooling month")
        verbose_name_plural = _("pooling months")
        ordering = ["period", "county_id"]
        constraints = [
            models.UniqueConstraint(fields=["county", "period"], name="poolingmonth_once"),
        ]
        indexes = [models.Index(fields=["period"], name="poolingmonth_period")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.county_id}"
