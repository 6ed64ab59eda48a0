"""What the page of the practice county tells: each story with what to try, and where it is found just now.

A story is shown to whoever sees its record; what was made for it stands in ``practice.py``, the rest of the sample is
looked through for employers that pay late, returns that were sent back, and the like.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.models import BankLine, OpenItem
from enrollment.identity_numbers import check_character
from enrollment.models import Declaration, Employer, Worker
from enrollment.moving import Transfer
from jilin_si.access.scope import current
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from sample.models import SampleProvince
from sample.payments import LATE, NEVER, PARTLY, habit
from sample.practice import BANKRUPT, COUNTY, HOME, SILENT, TRANSFER_NOTE, born_at, number_for, person_of
from sample.reference import REFERENCE


@dataclass(frozen=True)
class Story:
    """One story: who it is about, what happened, what to try, and the address where one begins."""

    who: str
    told: str
    what_to_try: str
    url: str
    number: str = ""
    """An identity number to be typed."""


@dataclass(frozen=True)
class Chapter:
    """Stories of one kind."""

    title: str
    stories: list[Story]


def chapters(may_enrol: bool) -> list[Chapter]:
    """The stories that the active scope sees, by kind; none where the practice county is not seen.

    Who may not enrol is led to the employer, not to a form that is refused.
    """
    if not current().sees_unit(COUNTY):
        return []
    found = (
        Chapter(pgettext("stories", "People"), list(_people(may_enrol))),
        Chapter(pgettext("stories", "Employers"), list(_employers())),
        Chapter(pgettext("stories", "Returns"), list(_returns())),
        Chapter(pgettext("stories", "Money"), list(_money())),
    )
    return [chapter for chapter in found if chapter.stories]


def _worker_page(worker: Worker) -> str:
    return reverse("enrollment:worker", args=[worker.pk])


def _people(may_enrol: bool) -> Iterator[Story]:
    for key, told, what_to_try in (
        (
            "man_retires",
            _("Turns 60 next month; he has worked since 1957, the years before 1992 are deemed."),
            _("Look at his years and his account, then estimate his pension."),
        ),
        (
            "woman_retires",
            _("Turns 50 next month and is a worker, not a cadre: for her the age is 50."),
            _("Compare with what the estimate says for a cadre."),
        ),
        (
            "broken",
            _("Left one works a year ago; until he joined this one nothing is known of him."),
            _("Find the broken months on his page, and ask what a gap costs at retirement."),
        ),
        (
            "double",
            _("Two records with the same name and birth date: her number was issued twice, in two counties."),
            _("Search for her, compare the records and merge them; both histories stay."),
        ),
        (
            "rare_name",
            _("His name has a character that most systems of the time could not store."),
            _("Search for him by name or by initials; print his statement."),
        ),
        (
            "soldier",
            _("Nineteen, on a contract, and called up."),
            _("Record that he leaves for military service, from next month on; then take it back."),
        ),
    ):
        worker = person_of(key)
        if worker is not None:
            yield Story(worker.name, told, what_to_try, _worker_page(worker))
    yield from _typed_numbers(may_enrol)
    transfer = Transfer.objects.filter(county_id=COUNTY, note=TRANSFER_NOTE).first()
    if transfer is not None:
        yield Story(
            transfer.name,
            _("Follows the spouse to Yushu; the transfer with the account waits there."),
            _("Look at the case; take it in as the clerk of Yushu, clerk.220182."),
            reverse("enrollment:transfer_case", args=[transfer.pk]),
        )


def _typed_numbers(may_enrol: bool) -> Iterator[Story]:
    """Numbers to be typed when somebody is enrolled: one known under 15 digits, one too young, one mistyped."""
    home = Employer.objects.filter(county_id=COUNTY, name=HOME).first()
    if home is None:
        return
    enrol = reverse("enrollment:enrol" if may_enrol else "enrollment:employer", args=[home.pk])
    twin = person_of("twin")
    if twin is not None:
        yield Story(
            twin.name,
            _("The registry knows him by 15 digits; his new card has 18."),
            _("Enrol him under the new number: he is the same person, and is not entered twice."),
            enrol,
            twin.identity_key,
        )
    yield Story(
        "吴晓峰",
        _("Fifteen years old, and sent along with his father's roster."),
        _("Enrol him: nobody under 16 is insured."),
        enrol,
        number_for(born_at(15, 2), "M"),
    )
    right = number_for(born_at(30, 6), "F")
    wrong = right[:-1] + ("1" if check_character(right[:17]) != "1" else "2")
    yield Story(
        "何春梅",
        _("One digit of her number was copied wrong: the check character tells."),
        _("Enrol her and read what the field says; the number is never mended by itself."),
        enrol,
        wrong,
    )


def _employers() -> Iterator[Story]:
    for name, told, what_to_try in (
        (
            BANKRUPT,
            _("The court declared the works bankrupt last week; two people are still on its list."),
            _("Record the bankruptcy: see first what becomes of coverage, people and arrears."),
        ),
        (
            SILENT,
            _("Registered, with two people, and has never declared a wage."),
            _("Find it among the silent employers; begin its return, or have the wages estimated."),
        ),
    ):
        employer = Employer.objects.filter(county_id=COUNTY, name=name).first()
        if employer is not None:
            yield Story(employer.name, told, what_to_try, reverse("enrollment:employer", args=[employer.pk]))
    for kind, told, what_to_try in (
        (
            LATE,
            _("Pays every month, a month late."),
            _("Open its bills and let a late fee explain itself, day by day."),
        ),
        (
            PARTLY,
            _("Pays a part of each bill; what is left grows."),
            _("See which months the money met, and why the workers' accounts lag behind."),
        ),
        (
            NEVER,
            _("Has not paid a fen in the whole year."),
            _("See since when it owes, and what each month costs."),
        ),
    ):
        employer = _who_pays(kind)
        if employer is not None:
            yield Story(
                employer.name, told, what_to_try, reverse("collection:employer_bills", args=[employer.pk])
            )


def _who_pays(kind: str) -> Employer | None:
    """The first employer of the county with this habit that owes something."""
    seed = SampleProvince.objects.values_list("seed", flat=True).first()
    owing = set(OpenItem.objects.filter(county_id=COUNTY).values_list("employer_id", flat=True).distinct())
    for employer in Employer.objects.filter(county_id=COUNTY, pk__in=owing).order_by("number"):
        if employer.number != REFERENCE.number and habit(seed or 0, employer.number) == kind:
            return employer
    return None


def _returns() -> Iterator[Story]:
    for state, told, what_to_try in (
        (
            Declaration.State.SUBMITTED,
            _("Handed in, and waits for its review."),
            _(
                "Sign in as reviewer.220181 and approve it; try to as clerk.220181 too: the same person may not."
            ),
        ),
        (
            Declaration.State.RETURNED,
            _("Sent back by the reviewer, with a reason."),
            _("Read the reason, mend the return and hand it in again."),
        ),
        (
            Declaration.State.DRAFT,
            _("Half typed: a thirteenth month, a point that slipped, rows that are missing."),
            _("Go on where it stopped, by keyboard alone; F8 checks the whole return."),
        ),
    ):
        found = (
            Declaration.objects.filter(county_id=COUNTY, kind=Declaration.Kind.YEARLY, state=state)
            .select_related("employer")
            .order_by("employer__number")
            .first()
        )
        if found is not None:
            yield Story(
                found.employer.name, told, what_to_try, reverse("enrollment:declaration", args=[found.pk])
            )
    known = Employer.objects.filter(county_id=COUNTY, number=REFERENCE.number).first()
    if known is not None:
        yield Story(
            known.name,
            _("Forty-six people, and the return for the new year has not come."),
            _("Begin it; then sign in as the employer and see bills and statements from the other side."),
            reverse("enrollment:employer", args=[known.pk]),
        )


def _money() -> Iterator[Story]:
    waiting = Q(county_id=COUNTY, employer__isnull=True, taken_in__isnull=True, returned=False)
    line = BankLine.objects.filter(waiting).order_by("-received_on", "id").first()
    if line is not None:
        yield Story(
            line.payer_name,
            _("The bank names a payer that the registry does not know under this name."),
            _("Say whose money it is; the likely ones are listed."),
            reverse("collection:receipt", args=[line.pk]),
        )
    unit = Agency.objects.get(pk=COUNTY)
    yield Story(
        str(unit),
        _("The month is to be closed, and some money has not met its debt yet."),
        _("Sign in as finance.220181, look at what waits, and close the oldest open month."),
        f"{reverse('collection:periods')}?unit={COUNTY}&year={today().year}",
    )
