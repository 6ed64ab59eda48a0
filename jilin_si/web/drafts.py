"""Keeping drafts: one address for every form (``draft.js`` talks to it)."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jilin_si.web.formats import has_hidden_characters
from jilin_si.web.models import Draft

MAX_BYTES = 2 * 1024 * 1024


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, key: str) -> JsonResponse:
    """GET gives the draft (404 where there is none); POST keeps it, or drops it with ``{"discard": true}``."""
    if request.method == "GET":
        kept = Draft.objects.filter(user_id=author(request), key=key).first()
        if kept is None:
            raise Http404
        return JsonResponse({"values": kept.body, "saved": _time(kept), "at": kept.saved_at.timestamp()})
    if len(request.body) > MAX_BYTES:
        return JsonResponse({"error": _("This draft is too long to be kept.")}, status=413)
    try:
        sent = json.loads(request.body, parse_constant=_refuse)
    except ValueError:
        return JsonResponse({"error": _("This draft could not be read.")}, status=400)
    if not isinstance(sent, dict):
        return JsonResponse({"error": _("This draft could not be read.")}, status=400)
    if sent.get("discard"):
        drop_draft(request, key)
        return JsonResponse({"dropped": True})
    kept = keep_draft(request, key, sent)
    return JsonResponse({"saved": _time(kept), "at": kept.saved_at.timestamp()})


def author(request: HttpRequest) -> int:
    """Whose draft it is: a page with drafts is never open to a stranger."""
    return int(request.user.pk or 0)


def keep_draft(request: HttpRequest, key: str, sent: dict[str, Any]) -> Draft:
    """Store the values under the key; the same key again replaces them."""
    values = sent.get("values")
    url = str(sent.get("url") or "/")[:300]
    title = str(sent.get("title") or "")[:200]
    if not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        url = "/"
    if has_hidden_characters(title):
        title = ""
    return Draft.objects.update_or_create(
        user_id=author(request),
        key=key,
        defaults={
            "title": title,
            "url": url,
            "progress": str(sent.get("progress") or "")[:100],
            "body": values if isinstance(values, dict) else {},
        },
    )[0]


def drop_draft(request: HttpRequest, key: str) -> None:
    """Forget a draft: its form was handed in, or its author gave it up. Views call this after a successful act."""
    Draft.objects.filter(user_id=author(request), key=key).delete()


def drafts_of(request: HttpRequest, limit: int = 6) -> list[Draft]:
    """What this person left unfinished, latest first."""
    return list(Draft.objects.filter(user_id=author(request)).defer("body")[:limit])


def _time(kept: Draft) -> str:
    return timezone.localtime(kept.saved_at).strftime("%H:%M:%S")


def _refuse(constant: str) -> None:
    raise ValueError(constant)
