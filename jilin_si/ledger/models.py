"""The fund ledger (基金会计): double entry, one fund a line of insurance, per agency.

A journal belongs to one agency, one fund and one period, so that it balances where money may not be mixed. Journals
and postings are append-only; a statement trigger proves that the legs of each journal add up to nothing and keeps
the balances in step. The tables are made by SQL in the migration; these models read and write them.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager
from jilin_si.money import MoneyField


class Period(models.Model):
    """A month of one agency's books (会计期间): open, assessed (money may still come in), closed."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ASSESSED = "assessed", _("Assessed")
        CLOSED = "closed", _("Closed")

    pk = models.CompositePrimaryKey("agency_id", "period")
    agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, related_name="+", verbose_name=_("agency")
    )
    period = models.DateField(_("period"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    assessed_at = models.DateTimeField(_("assessed at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        managed = False
        db_table = "ledger_period"
        verbose_name = _("period")
        verbose_name_plural = _("periods")


class Account(models.Model):
    """A ledger account (会计科目) of the chart ACC-2."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        FUND = "fund", _("Fund")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")
        MEMO = "memo", _("Memorandum")

    code = models.CharField(_("code"), primary_key=True, max_length=12)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    trial_code = models.CharField(_("code of the trial chart"), max_length=10, blank=True)

    class Meta:
        managed = False
        db_table = "ledger_account"
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class Journal(models.Model):
    """A voucher (记账凭证). Corrected only by a new one that names it."""

    journal_id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, related_name="+", verbose_name=_("agency")
    )
    fund = models.CharField(_("fund"), max_length=30)
    period = models.DateField(_("period"))
    kind = models.CharField(_("kind"), max_length=30)
    booked_on = models.DateField(_("booked on"))
    narrative = models.CharField(_("narrative"), max_length=200, blank=True)
    reverses = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    made_by = models.ForeignKey("access.User", models.DO_NOTHING, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    scope_county = "agency_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "ledger_journal"
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")


class Posting(models.Model):
    """A leg of a journal: debit positive, credit negative."""

    pk = models.CompositePrimaryKey("journal_id", "account_id")
    journal = models.ForeignKey(Journal, models.DO_NOTHING, related_name="postings")
    account = models.ForeignKey(Account, models.DO_NOTHING, db_column="account", related_name="+")
    amount = MoneyField(_("amount"), db_column="amount_fen")

    scope_county = "journal__agency_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "ledger_posting"
        verbose_name = _("posting")
        verbose_name_plural = _("postings")


class Balance(models.Model):
    """Turnover of one account in one period, kept by the database."""

    pk = models.CompositePrimaryKey("agency_id", "fund", "account_id", "period")
    agency = models.ForeignKey("agencies.Agency", models.DO_NOTHING, related_name="+")
    fund = models.CharField(_("fund"), max_length=30)
    account = models.ForeignKey(Account, models.DO_NOTHING, db_column="account", related_name="+")
    period = models.DateField(_("period"))
    debit = MoneyField(_("debit"), db_column="debit_fen")
    credit = MoneyField(_("credit"), db_column="credit_fen")

    scope_county = "agency_id"
    objects = ScopedManager()

    class Meta:
        managed = False
        db_table = "ledger_balance"
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
