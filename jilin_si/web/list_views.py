"""Keeping a list's columns, and lists under a name."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jilin_si.web.drafts import author
from jilin_si.web.formats import has_hidden_characters
from jilin_si.web.lists import KEY, MOST_COLUMNS, kept_query, offices
from jilin_si.web.models import ListColumns, SavedList

MOST_QUERY = 1000


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Keep which columns this person wants on a list; none, or ``usual``, is the list as it comes."""
    key, back = _list_and_page(request)
    wanted = [name for name in request.POST.getlist("columns") if name.isidentifier()][:MOST_COLUMNS]
    mine = ListColumns.objects.filter(user_id=author(request), table=key)
    if wanted and "usual" not in request.POST:
        ListColumns.objects.update_or_create(user_id=author(request), table=key, defaults={"columns": wanted})
    else:
        mine.delete()
    return HttpResponseRedirect(back)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a list under a name: filter, order, columns. The own list of that name is replaced."""
    key, back = _list_and_page(request)
    name = " ".join(request.POST.get("name", "").split())[:80]
    query = kept_query(QueryDict(request.POST.get("query", "")[:MOST_QUERY]))
    shown = request.POST.get("columns", "")[:MOST_QUERY]
    mine = offices(request)
    shared = "shared" in request.POST and bool(mine)
    if not name or has_hidden_characters(name):
        messages.error(request, _("Give the list a name."))
        return HttpResponseRedirect(back)
    kept, _made = SavedList.objects.update_or_create(
        user_id=author(request),
        table=key,
        name=name,
        defaults={
            "path": back.partition("?")[0][:200],
            "query": query,
            "columns": [part for part in shown.split(",") if part.isidentifier()][:MOST_COLUMNS],
            "shared": shared,
            "unit_id": mine[0] if shared else None,
        },
    )
    messages.success(request, _("The list is kept as “%(name)s”.") % {"name": kept.name})
    return HttpResponseRedirect(kept.url)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a list of one's own."""
    found = SavedList.objects.filter(pk=pk, user_id=author(request)).first()
    if found is None:
        raise Http404
    found.delete()
    messages.success(request, _("“%(name)s” is not kept any more.") % {"name": found.name})
    return HttpResponseRedirect(found.path)


def _list_and_page(request: HttpRequest) -> tuple[str, str]:
    """Which list, and the page to come back to."""
    key, back = request.POST.get("list", ""), request.POST.get("back", "")
    if not KEY.fullmatch(key) or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        raise BadRequest
    return key, back
