"""Who reads pooling and who acts in it. What one sees is decided by the scope; each act asks the role again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from jilin_si.access.models import Role

if TYPE_CHECKING:
    from django.http import HttpRequest

READERS = (
    Role.PROVINCE,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.PREFECTURE,
    Role.HEAD,
    Role.FINANCE,
)


def require_reader(request: HttpRequest) -> None:
    """Refuse whoever has no role that reads pooling."""
    if not request.scope.has(*READERS):  # type: ignore[attr-defined]
        raise PermissionDenied


def is_province(request: HttpRequest) -> bool:
    """Whether who asks acts for the province."""
    return bool(request.scope.has(Role.PROVINCE))  # type: ignore[attr-defined]


def require_province(request: HttpRequest) -> None:
    """Refuse whoever does not act for the province."""
    if not is_province(request):
        raise PermissionDenied


def is_finance(request: HttpRequest) -> bool:
    """Whether who asks is a finance officer of some unit."""
    return bool(request.scope.has(Role.FINANCE))  # type: ignore[attr-defined]


def acting_user(request: HttpRequest) -> int:
    """The number of who asks, who is signed in."""
    number = request.user.pk
    assert number is not None
    return int(number)
