"""The business date (业务日期): what the office calls today."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from jilin_si.agencies.models import FIRST_BUSINESS_DATE, BusinessDate
from jilin_si.memory import forget, remembered

_KEY = "business date"


def today() -> date:
    """The business date; 1996-01-01 where none was set yet."""
    return remembered(_KEY, _read)


def _read() -> date:
    day = BusinessDate.objects.filter(id=1).values_list("day", flat=True).first()
    return day or FIRST_BUSINESS_DATE


def set_today(day: date) -> None:
    """Move the business date; jobs and pages follow at once."""
    BusinessDate.objects.update_or_create(id=1, defaults={"day": day})
    forget(_KEY)


def now() -> datetime:
    """This moment on the office's calendar: the business date at the hour of the clock. For what people read."""
    return timezone.make_aware(datetime.combine(today(), timezone.localtime().time()))
