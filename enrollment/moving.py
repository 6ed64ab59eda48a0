"""A worker's way from one unit to another (转移): what the old unit sent, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.check_codes import new_code
from jilin_si.access.scope import ScopedQuerySet, current


class TransferManager(models.Manager["Transfer"]):
    """A transfer is seen by the unit that sends and by the one that takes in."""

    def get_queryset(self) -> models.QuerySet[Transfer]:
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        return queryset.filter(models.Q(county_id__in=scope.units) | models.Q(to_county_id__in=scope.units))


class Transfer(models.Model):
    """One transfer out of a unit (rule PEN-23): to another unit of the province, or out of the province.

    A *supplement* (``supplement_to``) takes along what came to the account after that transfer had sent it; nobody
    moves with it.

    The unit that takes in does not see the worker yet: what it must know of the person is kept here as it was sent.
    ``first_period`` is the first month that the old employer does not owe any more. Sending and finishing are two
    persons' work (a constraint); what was sent does not change (a trigger).
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("transfer", "Under way")
        DONE = "done", pgettext_lazy("transfer", "Taken in")
        RETURNED = "returned", pgettext_lazy("transfer", "Sent back")
        BACK = "back", pgettext_lazy("transfer", "Taken back")

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(
        "enrollment.Worker", models.PROTECT, related_name="transfers", verbose_name=_("worker")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("from"))
    to_county = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    destination = models.CharField(_("office outside the province"), max_length=200, blank=True, default="")
    employment = models.ForeignKey(
        "enrollment.Employment", models.PROTECT, related_name="+", verbose_name=_("employment")
    )
    first_period = models.DateField(_("moves from"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=64)
    identity_number = models.CharField(_("identity number"), max_length=18)
    employer_name = models.CharField(_("employer"), max_length=200)
    facts = models.JSONField(_("facts sent with it"), default=dict)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    sent_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    sent_on = models.DateField(_("sent on"))
    sent_at = models.DateTimeField(_("sent"), db_default=Now())
    done_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    done_on = models.DateField(_("finished on"), null=True)
    done_at = models.DateTimeField(_("finished"), null=True)
    new_employment = models.ForeignKey(
        "enrollment.Employment", models.PROTECT, null=True, related_name="+", verbose_name=_("new employment")
    )
    return_reason = models.CharField(_("reason for sending back"), max_length=500, blank=True, default="")
    check_code = models.CharField(
        _("check code"), max_length=14, unique=True, default=new_code, editable=False
    )
    """Stands on the transfer form: whoever holds it may have the office confirm the form."""
    supplement_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="supplements", verbose_name=_("supplement to")
    )

    objects = TransferManager()

    class Meta:
        verbose_name = pgettext_lazy("person", "transfer")
        verbose_name_plural = pgettext_lazy("person", "transfers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker"],
                condition=models.Q(state__in=["waiting", "returned"], supplement_to__isnull=True),
                name="transfer_one_under_way",
            ),
            models.CheckConstraint(
                condition=models.Q(to_county__isnull=True) | ~models.Q(to_county=models.F("county")),
                name="transfer_to_another_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(to_county__isnull=False) | ~models.Q(destination=""),
                name="transfer_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(done_on__isnull=False, done_at__isnull=False),
                name="transfer_done_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(done_by=models.F("sent_by")),
                name="transfer_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["returned", "back"]) | ~models.Q(return_reason=""),
                name="transfer_sent_back_why",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "state"], name="transfer_from"),
            models.Index(fields=["to_county", "state"], name="transfer_to"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number on the transfer form: ``ZY-220181-000012``, a supplement's ``BZ-220181-000015``."""
        return f"{'BZ' if self.is_supplement else 'ZY'}-{self.county_id}-{self.pk:06d}"

    @property
    def is_supplement(self) -> bool:
        return self.supplement_to_id is not None

    @property
    def leaves_the_province(self) -> bool:
        return self.to_county_id is None
