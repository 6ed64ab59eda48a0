"""What every form that enters a case does once it is handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from collection.corrections.models import Correction
from enrollment.refusals import Refusal
from enrollment.views.access import who

TOLD = ("asked_by", "evidence_no", "evidence")


def entered(
    request: HttpRequest, form: Any, enter: Callable[[dict[str, Any]], Correction]
) -> HttpResponse | None:
    """The way to the case that was entered; None where the form is to be shown, with why where it was refused."""
    if request.method != "POST" or not form.is_valid():
        return None
    told = {name: form.cleaned_data[name] for name in TOLD if name in form.fields}
    try:
        case = enter({**told, "by": who(request)})
    except Refusal as refusal:
        form.take_refusal(refusal)
        return None
    messages.success(
        request, _("Case %(code)s is entered; a second person decides it.") % {"code": case.code}
    )
    return HttpResponseRedirect(reverse("collection:correction", args=[case.pk]))
