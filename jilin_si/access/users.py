"""Users and their roles (用户管理): each act in one transaction, with who, from what, to what and why in the trail.

Nobody does anything to the own sign-in here, and nobody more than he may give (``granting.py``). What is wrong comes
as a ``ValidationError`` with the field; somebody else's change meanwhile as ``StaleUser``.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jilin_si.access import employers, second_factor
from jilin_si.access.audit import AuditEntry, record
from jilin_si.access.granting import Granter, check_place, check_together, granter_of
from jilin_si.access.held_off import forget_tries
from jilin_si.access.models import Assignment, Role, User
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE, Agency

if TYPE_CHECKING:
    from django.http import HttpRequest

_LETTERS = (
    "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # read aloud and typed off paper: no 0 O 1 l I
)
_LOCK = 1990


class StaleUser(Exception):
    """Somebody else changed this user first."""

    def __init__(self, user: User) -> None:
        self.user = user
        super().__init__(user.username)

    def last_change(self) -> AuditEntry | None:
        """Who did what last."""
        about = AuditEntry.objects.filter(object_kind="user", object_id=self.user.pk)
        return about.select_related("user").first()


def make_user(
    *,
    username: str,
    display_name: str,
    unit: Agency,
    roles: Sequence[str],
    employer_numbers: Iterable[str],
    reason: str,
    by: User,
) -> tuple[User, str]:
    """Make a sign-in with its roles at the unit, or for employers. Returns it and its starting password, told once."""
    with transaction.atomic():
        granter = _locked(by)
        if not granter.everywhere and unit.pk not in granter.units:
            raise PermissionDenied
        given = _employers_of(employer_numbers, granter)
        if not roles and not given:
            raise ValidationError({"roles": _("Choose a role, or name an employer to act for.")})
        with _at("roles"):
            for role in roles:
                if role == Role.EMPLOYER or not granter.may_give(role, unit.pk):
                    raise PermissionDenied
                check_place(role, unit)
            check_together({*roles, *([Role.EMPLOYER] if given else [])})
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError({"username": _("Somebody signs in under this name already.")})
        user = User(username=username, display_name=display_name, unit=unit, must_change_password=True)
        password = new_password(user)
        user.set_password(password)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise ValidationError({"username": _("Somebody signs in under this name already.")}) from error
        Assignment.ever.bulk_create(
            [Assignment(user=user, role=role, agency=unit) for role in roles]
            + [Assignment(user=user, role=Role.EMPLOYER, employer_id=one.id) for one in given]
        )
        _note(
            "make_user",
            user,
            by,
            reason,
            username=username,
            name=display_name,
            roles=list(roles),
            employers=[one.number for one in given],
        )
    return user, password


def make_first_administrator(username: str, display_name: str, reason: str) -> tuple[User, str]:
    """Make an administrator on the command line: where there is none yet, or none who can sign in. Told once."""
    user = User(username=username, display_name=display_name, unit_id=PROVINCE, must_change_password=True)
    password = new_password(user)
    user.set_password(password)
    user.full_clean(exclude=["password", "unit"])
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Somebody signs in under this name already."))
        user.save(force_insert=True)
        Assignment.ever.create(user=user, role=Role.ADMINISTRATOR, agency_id=PROVINCE)
        record(
            "make_user",
            by=None,
            about="user",
            number=user.pk,
            county_id=PROVINCE,
            reason=reason,
            details={"username": username, "name": display_name, "roles": [Role.ADMINISTRATOR]},
        )
    return user, password


def name_user(
    user: User, *, display_name: str, unit: Agency | None, version: int, reason: str, by: User
) -> None:
    """Change the full name, or the unit whose head looks after the sign-in."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_manage(held))
        if unit is not None and not granter.everywhere and unit.pk not in granter.units:
            raise PermissionDenied
        before = {"name": held.display_name, "unit": held.unit_id}
        held.display_name, held.unit = display_name, unit
        after = {"name": held.display_name, "unit": held.unit_id}
        changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        if not changed:
            raise ValidationError(_("Nothing is different."))
        _store(held, "display_name", "unit")
        _note("name_user", held, by, reason, **changed)


def give_role(
    user: User,
    *,
    role: str,
    agency: Agency | None,
    employer_number: str,
    first_day: date | None,
    last_day: date | None,
    version: int,
    reason: str,
    by: User,
) -> None:
    """Give a role at an agency, or for an employer, from a day on (without one: at once) and up to a day."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_add_to(held))
        place: dict[str, Any]
        if role == Role.EMPLOYER:
            (named,) = _employers_of([employer_number], granter, field="employer")
            place, at = {"employer_id": named.id}, named.number
        else:
            if agency is None:
                raise ValidationError({"agency": _("Choose the agency.")})
            _require(granter.may_give(role, agency.pk))
            with _at("role"):
                check_place(role, agency)
            place, at = {"agency_id": agency.pk}, agency.code
        _check_days(first_day, last_day)
        with _at("role"):
            others = Assignment.ever.filter(user=held).exclude(last_day__lt=today())
            check_together({role, *others.values_list("role", flat=True)})
        before = Assignment.ever.filter(user=held, role=role, **place).first()
        if before is not None and (before.last_day is None or before.last_day >= today()):
            raise ValidationError(
                {"role": _("This role is held there already. Change its days in the list.")}
            )
        days = {"first_day": first_day, "last_day": last_day}
        Assignment.ever.update_or_create(user=held, role=role, **place, defaults=days)
        _store(held)
        _note("give_role", held, by, reason, role=role, at=at, days=[first_day, last_day])


def change_days(
    assignment: Assignment,
    *,
    first_day: date | None,
    last_day: date | None,
    version: int,
    reason: str,
    by: User,
) -> None:
    """Say from which day to which a role holds."""
    with transaction.atomic():
        granter, held = _held(assignment.user, version, by)
        _require(granter.may_add_to(held) and _may_give(granter, assignment))
        before = [assignment.first_day, assignment.last_day]
        if before == [first_day, last_day]:
            raise ValidationError(_("Nothing is different."))
        _check_days(first_day, last_day, before=assignment.first_day)
        assignment.first_day, assignment.last_day = first_day, last_day
        assignment.save(update_fields=["first_day", "last_day"])
        if assignment.role == Role.ADMINISTRATOR:
            _keep_an_administrator()
        _store(held)
        _note(
            "change_days",
            held,
            by,
            reason,
            role=assignment.role,
            at=_place_of(assignment),
            before=before,
            days=[first_day, last_day],
        )


def take_role(assignment: Assignment, *, version: int, reason: str, by: User) -> None:
    """Take a role away at once: the very next request is answered without it."""
    with transaction.atomic():
        granter, held = _held(assignment.user, version, by)
        _require(granter.may_add_to(held) and _may_give(granter, assignment))
        told = {
            "role": assignment.role,
            "at": _place_of(assignment),
            "before": [assignment.first_day, assignment.last_day],
        }
        assignment.delete()
        if assignment.role == Role.ADMINISTRATOR:
            _keep_an_administrator()
        _store(held)
        _note("take_role", held, by, reason, **told)


def set_active(user: User, active: bool, *, version: int, reason: str, by: User) -> None:
    """Close a sign-in, which ends its sessions, or open it again."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_manage(held))
        if held.is_active == active:
            raise ValidationError(_("Nothing is different."))
        held.is_active = active
        held.session_stamp += 1
        _store(held, "is_active", "session_stamp")
        if not active and Assignment.ever.filter(user=held, role=Role.ADMINISTRATOR).exists():
            _keep_an_administrator()
        _note("open_user" if active else "close_user", held, by, reason)


def new_starting_password(request: HttpRequest, user: User, *, version: int, reason: str, by: User) -> str:
    """Another starting password, to be changed at the next sign-in; what was held off may try again. Told once."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_manage(held))
        password = new_password(held)
        held.set_password(password)
        held.must_change_password = True
        held.session_stamp += 1
        _store(held, "password", "must_change_password", "session_stamp")
        _note("new_password", held, by, reason)
        forget_tries(request, held, None)
    return password


def forget_second_factor(user: User, *, version: int, reason: str, by: User) -> None:
    """Take a lost second factor away: sessions end, the next sign-in sets up another."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_manage(held))
        held.session_stamp += 1
        _store(held, "session_stamp")
        second_factor.forget(held, by=by, reason=reason)


def end_sessions(user: User, *, version: int, reason: str, by: User) -> None:
    """End every session of somebody, wherever it is."""
    with transaction.atomic():
        granter, held = _held(user, version, by)
        _require(granter.may_manage(held))
        held.session_stamp += 1
        _store(held, "session_stamp")
        _note("end_sessions", held, by, reason)


def new_password(user: User) -> str:
    """A starting password that the office's own rules take: four groups of four."""
    for _attempt in range(20):
        letters = "".join(secrets.choice(_LETTERS) for _place in range(16))
        password = "-".join(letters[at : at + 4] for at in range(0, 16, 4))
        with suppress(ValidationError):
            validate_password(password, user)
            return password
    raise RuntimeError("no password was good enough")


def look_after(user: User) -> int:
    """The unit that a change is kept under in the trail: the user's own, else that of a desk, else the province."""
    if user.unit_id:
        return user.unit_id
    held = list(Assignment.ever.filter(user=user).order_by("agency_id"))
    desk = next((a.agency_id for a in held if a.agency_id), None)
    found = employers.by_id([a.employer_id for a in held if a.employer_id])
    return desk or next((one.county_id for one in found.values()), PROVINCE)


# ── what every act has in common ─────────────────────────────────────────────────────────────────────────────────
def _locked(by: User) -> Granter:
    """One change of rights after the other: two administrators cannot close each other at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    granter = granter_of(User.objects.get(pk=by.pk))
    _require(granter.may_manage_somebody)
    return granter


def _held(user: User, version: int, by: User) -> tuple[Granter, User]:
    granter = _locked(by)
    held = User.objects.select_for_update().get(pk=user.pk)
    if held.version != version:
        raise StaleUser(held)
    return granter, held


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied(_("Your role does not include this act."))


def _may_give(granter: Granter, assignment: Assignment) -> bool:
    return granter.may_give(assignment.role, assignment.agency_id, assignment.employer_id)


def _store(user: User, *fields: str) -> None:
    user.version += 1
    user.save(update_fields=["version", *fields])


def _note(act: str, user: User, by: User, reason: str, **details: Any) -> None:
    record(
        act, by=by, about="user", number=user.pk, county_id=look_after(user), reason=reason, details=details
    )


def _keep_an_administrator() -> None:
    """Refuse what would leave the office without an administrator whose role goes on and whose sign-in is open."""
    goes_on = Assignment.objects.filter(
        Q(last_day=None), role=Role.ADMINISTRATOR, user__is_active=True
    ).exists()
    if not goes_on:
        raise ValidationError(
            _("This is the last administrator whose role goes on. Make another one first."), code="last"
        )


def _check_days(first_day: date | None, last_day: date | None, before: date | None = None) -> None:
    if first_day is not None and first_day < today() and first_day != before:
        raise ValidationError({"first_day": _("Rights are not given for days that are over.")})
    if last_day is not None and last_day < today():
        raise ValidationError({"last_day": _("This day is over. To end a role at once, take it away.")})
    if first_day is not None and last_day is not None and last_day < first_day:
        raise ValidationError({"last_day": _("The last day is before the first.")})


def _employers_of(
    numbers: Iterable[str], granter: Granter, field: str = "employers"
) -> list[employers.NamedEmployer]:
    """The employers of these numbers that one may let somebody act for."""
    wanted = list(dict.fromkeys(number for number in numbers if number))
    found = employers.by_number(wanted)
    for number in wanted:
        one = found.get(number)
        if one is None or not granter.may_give(Role.EMPLOYER, None, one.id):
            raise ValidationError({field: _("There is no employer %(number)s here.") % {"number": number}})
    if field == "employer" and not wanted:
        raise ValidationError({field: _("Give the employer's number.")})
    return [found[number] for number in wanted]


def _place_of(assignment: Assignment) -> str:
    if assignment.agency_id:
        return f"{assignment.agency_id:06d}"
    found = employers.by_id([assignment.employer_id or 0])
    return next((one.number for one in found.values()), str(assignment.employer_id))


@contextmanager
def _at(field: str) -> Iterator[None]:
    """What a check finds wrong is told at this field."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
