"""Drafts (草稿): what somebody is filling in and has not handed in yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
