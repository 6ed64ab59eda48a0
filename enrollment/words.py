"""Short words for columns: a grid has no room for whole sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.models import Category, Identity, LeaveReason, Sex

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
# What each reason for leaving does to the months and the account, told where somebody left.
LEAVE_EFFECTS: dict[str, StrOrPromise] = {
    LeaveReason.RETIRED: _(
        "Retired: nothing is due any more; the pension is claimed on the months counted here."
    ),
    LeaveReason.DIED: _(
        "Died: no month counts after it, and nobody is enrolled under this number again. The own part of the"
        " account goes to the heirs."
    ),
    LeaveReason.MILITARY_SERVICE: _(
        "In military service: the months are paused, the account rests and earns interest. On return the person is"
        " enrolled again; the service counts as deemed months on its papers."
    ),
    LeaveReason.PRISON: _(
        "In prison: the months are paused and do not count, the account rests and earns interest. On release the"
        " person is enrolled again."
    ),
    LeaveReason.TRANSFERRED: _(
        "Transferred: the account is with the new employer’s county, or on its way there."
    ),
    LeaveReason.MOVED_AWAY: _(
        "Moved out of the province: the account is paid to the other office and closed."
    ),
}
LEAVES_RESTING: StrOrPromise = _("The account rests and earns interest until the next employment.")
ROSTER: dict[str, StrOrPromise] = {
    "new": pgettext_lazy("roster", "New"),
    "change": pgettext_lazy("roster", "Changed"),
    "same": pgettext_lazy("roster", "The same"),
    "wrong": pgettext_lazy("roster", "Wrong"),
}
