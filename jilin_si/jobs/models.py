"""One record a run, one a unit of it: what was done is told by the database, never by the queue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jilin_si.access.scope import ScopedManager


class JobRun(models.Model):
    """A job as somebody or the calendar started it (作业). Its progress is the state of its units."""

    job = models.CharField(_("job"), max_length=40)
    period = models.DateField(_("period"))
    key = models.CharField(_("key"), max_length=40, blank=True, default="")
    started_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [
            models.UniqueConstraint(fields=["job", "period", "key"], name="job_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%Y-%m} {self.key}".strip()


class JobUnit(models.Model):
    """A unit of a job, as a rule one county's month: one transaction, done once whoever delivers it how often."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(JobRun, models.PROTECT, null=True, blank=True, related_name="units")
    job = models.CharField(_("job"), max_length=40)
    period = models.DateField(_("period"))
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("agency"))
    key = models.CharField(_("key"), max_length=40, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="")
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True, default="")

    scope_county = "agency_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("job unit")
        verbose_name_plural = _("job units")
        constraints = [
            models.UniqueConstraint(fields=["job", "period", "agency", "key"], name="job_unit_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed"]),
                name="job_unit_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(finished_at__isnull=False),
                name="job_unit_done_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=~models.Q(state="done"),
                name="job_unit_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%Y-%m} {self.agency_id} {self.key}".strip()
