"""The page of an office's account."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collection.forms import FilterForm
from collection.office.forms import OfficeAccountForm
from collection.office.models import OfficeAccount
from collection.office.services import MAY_SET, set_office_account
from collection.views.common import UNREADABLE, may_act, require_act, staff_only, units_of
from jilin_si.access.audit import AuditEntry
from jilin_si.access.once import new_key, once
from jilin_si.agencies.models import Agency

FIELDS = ("holder", "bank", "number", "telephone")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def office_account(request: HttpRequest) -> HttpResponseBase:
    """The account of a unit: everybody of the office reads it, its head sets it; who changed it when."""
    chosen = FilterForm(request.GET, units=units_of(request))
    unit = Agency.objects.filter(pk=chosen.unit_id).first()
    if unit is None:
        raise Http404
    if request.method == "POST":
        require_act(request, MAY_SET, unit.pk)
    account = OfficeAccount.objects.filter(pk=unit.pk).first()
    initial = (
        {field: getattr(account, field) for field in FIELDS} if account else {"holder": unit.company_name}
    )
    form = OfficeAccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_office_account(county_id=unit.pk, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Stored. Bills and the employers' pages name this account from now on."))
        return HttpResponseRedirect(f"{reverse('collection:office_account')}?unit={unit.pk}")
    context = {
        "choose": chosen,
        "unit": unit,
        "account": account,
        "form": form,
        "may_set": may_act(request, unit.pk, MAY_SET),
        "changes": AuditEntry.objects.filter(act="set_office_account", object_id=unit.pk)
        .select_related("user")
        .order_by("-id")[:20],
        "once_key": new_key(),
    }
    return render(
        request, "collection/office_account.html", context, status=UNREADABLE if form.errors else 200
    )
