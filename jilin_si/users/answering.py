"""How a form about one sign-in is answered: a field checked as it is left, an act done, or the form once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from jilin_si.access.models import User
from jilin_si.access.once import new_key
from jilin_si.web.forms import check_field

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STARTING = "starting_password"  # in the session, until it was shown once


def answer(
    request: HttpRequest,
    shown: User,
    form: Any,
    run: Callable[..., str | None],
    *,
    done: StrOrPromise,
    title: StrOrPromise,
    button: StrOrPromise,
    follows: StrOrPromise = "",
    **more: Any,
) -> HttpResponseBase:
    """Run an act with what a valid form says, then lead to the user's page.

    A password that the act gives is shown there once, instead of ``done``. What the act refuses is told at the form.
    """
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            password = run(**form.cleaned_data)
        except ValidationError as refused:
            form.take_refusal(refused)
        else:
            if password:
                return tell_password(request, shown, password)
            messages.success(request, str(done))
            return HttpResponseRedirect(reverse("users:user", args=[shown.pk]))
    context = {
        "shown": shown,
        "form": form,
        "title": title,
        "button": button,
        "follows": follows,
        "once_key": request.POST.get("_once") or new_key(),
        **more,
    }
    return render(request, "users/user_form.html", context, status=422 if form.errors else 200)


def tell_password(request: HttpRequest, shown: User, password: str) -> HttpResponseBase:
    """Lead to the user's page, which shows the password this once."""
    request.session[STARTING] = {"user": shown.pk, "password": password}
    return HttpResponseRedirect(reverse("users:user", args=[shown.pk]))
