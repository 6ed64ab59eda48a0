"""A form handed in twice counts once (幂等): double click, back button, a request sent again by the network.

Every form that changes something carries a key, made when the page was made. The first request that succeeds keeps
the key with the page it led to; the same key again leads to the same page and does nothing. While the first is
still running the second waits for it. The same key with other contents is refused (422).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

FIELD = "_once"


class HandedIn(models.Model):
    """A form that was handed in, by whom, and the page it led to. Seen by its author alone."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    key = models.UUIDField(_("key"))
    contents = models.CharField(_("contents"), max_length=64)
    location = models.CharField(_("led to"), max_length=500, blank=True, default="")
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("form handed in")
        verbose_name_plural = _("forms handed in")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="handed_in_once")]


def new_key() -> str:
    """The key of a form about to be shown."""
    return str(uuid.uuid4())


def fingerprint(request: HttpRequest) -> str:
    """What was handed in: address, fields and files, as one digest."""
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name != "csrfmiddlewaretoken":
            digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view take each form once. What a refused form began to store is rolled back whole."""

    @wraps(view)
    def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user_id = request.user.pk or 0
        if request.method != "POST" or "_check" in request.POST:
            return view(request, *args, **kwargs)
        try:
            key = uuid.UUID(request.POST.get(FIELD, ""))
        except ValueError:
            return render(request, "400.html", status=400)
        contents = fingerprint(request)
        with transaction.atomic():
            if not _take(user_id, key, contents):
                return _again(request, key, contents)
            response = view(request, *args, **kwargs)
            where = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
            if where:
                HandedIn.objects.filter(user_id=user_id, key=key).update(location=where)
            else:
                transaction.set_rollback(True)
        return response

    return taking


def _take(user_id: int, key: uuid.UUID, contents: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_handedin (user_id, key, contents, location) values (%s, %s, %s, '')"
            " on conflict (user_id, key) do nothing",
            [user_id, str(key), contents],
        )
        return cursor.rowcount == 1


def _again(request: HttpRequest, key: uuid.UUID, contents: str) -> HttpResponse:
    first = HandedIn.objects.get(user_id=request.user.pk or 0, key=key)
    if first.contents != contents or not first.location:
        return render(request, "400.html", {"twice": True}, status=422)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": first.location})
    return HttpResponseRedirect(first.location)
