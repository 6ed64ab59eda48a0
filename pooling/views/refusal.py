"""What a refused act answers: the reason, with the state of the request that fits it, and a way back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pooling.services import PoolingBusy, PoolingConflict


def refused(request: HttpRequest, error: Exception, back: str) -> HttpResponse:
    """409 where somebody else or a job was quicker, else 422; nothing was stored."""
    conflict = isinstance(error, PoolingBusy | PoolingConflict)
    context = {"error": error, "back": back, "conflict": conflict}
    return render(request, "pooling/refused.html", context, status=409 if conflict else 422)
