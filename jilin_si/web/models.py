"""What the office's pages keep for people: drafts, columns of lists, lists under a name, acts over lists."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jilin_si.access.scope import ScopedManager


class Draft(models.Model):
    """One person's unfinished form, kept on the server two seconds after the last keystroke.

    The key is chosen by the page (``declaration-220181-0417-1996``). A draft belongs to its author alone, by
    row-level security too; it changes no record and is gone when the form is handed in.
    """

    user = models.ForeignKey("access.User", models.CASCADE, related_name="drafts", verbose_name=_("user"))
    key = models.CharField(_("key"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    url = models.CharField(_("page"), max_length=300)
    progress = models.CharField(_("progress"), max_length=100, blank=True)
    body = models.JSONField(_("content"), default=dict)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once")]

    def __str__(self) -> str:
        return self.title or self.key

    @property
    def progress_told(self) -> str:
        """How far it is: the rows of a grid, and how many of them are to be mended (``58 2``)."""
        rows, _space, wrong = self.progress.partition(" ")
        if not rows.isdecimal() or not (wrong or "0").isdecimal():
            return self.progress
        told = ngettext("%(rows)s row", "%(rows)s rows", int(rows)) % {"rows": rows}
        return (
            str(_("%(rows)s, %(wrong)s to mend")) % {"rows": told, "wrong": wrong}
            if int(wrong or 0)
            else told
        )


class ListColumns(models.Model):
    """Which columns somebody wants on a list, in order; without a row it is the list as it comes."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    table = models.CharField(_("list"), max_length=80)
    columns = models.JSONField(_("columns"), default=list)

    class Meta:
        verbose_name = _("columns of a list")
        verbose_name_plural = _("columns of lists")
        constraints = [models.UniqueConstraint(fields=["user", "table"], name="list_columns_once")]


class SavedList(models.Model):
    """A list kept under a name: its page, filter, order and columns.

    Its owner alone changes or forgets it; shared, it is read by whoever has a role in the same office (``unit``).
    """

    user = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    table = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=80)
    path = models.CharField(_("page"), max_length=200)
    query = models.CharField(_("filter"), max_length=1000, blank=True, default="")
    columns = models.JSONField(_("columns"), default=list)
    shared = models.BooleanField(_("shared"), default=False)
    unit = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    made_at = models.DateTimeField(_("made at"), auto_now=True)

    class Meta:
        verbose_name = _("kept list")
        verbose_name_plural = _("kept lists")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "table", "name"], name="saved_list_once"),
            models.CheckConstraint(
                condition=models.Q(shared=False) | models.Q(unit__isnull=False),
                name="saved_list_is_shared_in_an_office",
            ),
        ]
        indexes = [models.Index(fields=["table", "unit"], name="saved_list_of_office")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The list with its filter, order and columns."""
        parts = [self.query] if self.query else []
        if self.columns:
            parts.append(urlencode({"columns": ",".join(self.columns)}, safe=","))
        return f"{self.path}?{'&'.join([*parts, f'list={self.pk}'])}"


class BulkRun(models.Model):
    """One act over all rows of a list, done and taken back as one (批量办理).

    ``ids`` are the records that it changed, ``details`` what its undo needs; ``key`` is the form's own, so that the
    same form counts once.
    """

    id = models.BigAutoField(primary_key=True)
    act = models.CharField(_("act"), max_length=40)
    table = models.CharField(_("list"), max_length=80)
    query = models.CharField(_("filter"), max_length=1000, blank=True, default="")
    unit = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("office"))
    user = models.ForeignKey("access.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    day = models.DateField(_("business date"))
    at = models.DateTimeField(_("when"), db_default=Now())
    ids = models.JSONField(_("records"), default=list)
    count = models.PositiveIntegerField(_("how many"), default=0)
    details = models.JSONField(_("details"), default=dict)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        "access.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )
    undo_reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    scope_county = "unit_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("act over a list")
        verbose_name_plural = _("acts over lists")
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="bulk_run_of_unit")]

    def __str__(self) -> str:
        return f"{self.act} {self.count}"
