"""Short words for columns: a grid has no room for whole sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from enrollment.models import Category, Identity, Sex

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CATEGORY: dict[str, StrOrPromise] = {
    Category.PERMANENT: pgettext_lazy("short", "Permanent"),
    Category.CONTRACT: pgettext_lazy("short", "Contract"),
    Category.TEMPORARY: pgettext_lazy("short", "Temporary"),
    Category.SELF_EMPLOYED: pgettext_lazy("short", "Own account"),
}
IDENTITY: dict[str, StrOrPromise] = {
    Identity.WORKER: pgettext_lazy("short", "Worker"),
    Identity.CADRE: pgettext_lazy("short", "Cadre"),
}
SEX: dict[str, StrOrPromise] = {
    Sex.MALE: pgettext_lazy("short", "M"),
    Sex.FEMALE: pgettext_lazy("short", "F"),
}
ROSTER: dict[str, StrOrPromise] = {
    "new": pgettext_lazy("roster", "New"),
    "change": pgettext_lazy("roster", "Changed"),
    "same": pgettext_lazy("roster", "The same"),
    "wrong": pgettext_lazy("roster", "Wrong"),
}
