"""What the months already assessed say to a change of a parameter: the version used there is frozen.

Registered with the policy app, which asks before a value is proposed, approved or withdrawn.
"""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from collection.lines import all_lines
from jilin_si.periods import add_months, format_period, period_of
from jilin_si.policy.lookup import PROVINCE
from jilin_si.policy.services import Reach


def refuse_assessed_months(reach: Reach) -> str | None:
    """Why a change may not reach there, and what to do; None where no month assessed so far used the parameter."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select max(due_period), count(distinct county_id)
            from collection_assessmentparameter
            where versions ? %(code)s and due_period >= %(first)s and (%(last)s::date is null or due_period <= %(last)s)
              and (%(place)s = %(province)s or county_id = %(place)s or county_id / 100 * 100 = %(place)s)
            """,
            {
                "code": reach.parameter,
                "first": period_of(reach.first),
                "last": reach.last,
                "place": reach.agency_id,
                "province": PROVINCE,
            },
        )
        latest, units = cursor.fetchone()
    if latest is not None:
        return _(
            "%(period)s is assessed already in %(count)s units with the value in force then, which stays. Let the new"
            " value begin on %(next)s, and correct earlier months by a supplement."
        ) % {
            "period": format_period(latest),
            "count": units,
            "next": add_months(latest, 1).isoformat(),
        }
    return _refuse_closed_accounts(reach)


def _refuse_closed_accounts(reach: Reach) -> str | None:
    """A book rate with which a year's accounts were closed stays: a closed year never reopens (COL-9)."""
    if reach.parameter not in {getattr(line, "book_rate_parameter", None) for line in all_lines()}:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select max(fee_year) from (
              select split_part(relname, '_', 3)::int as fee_year, split_part(relname, '_', 4)::int as county_id
              from pg_class where relname ~ '^collection_accountyear_[0-9]{4}_[0-9]{6}$'  -- a closed year is a table
            ) closed
            where fee_year >= %(first)s and (%(last)s::int is null or fee_year <= %(last)s)
              and (%(place)s = %(province)s or county_id = %(place)s or county_id / 100 * 100 = %(place)s)
            """,
            {
                "first": reach.first.year,
                "last": reach.last.year if reach.last else None,
                "place": reach.agency_id,
                "province": PROVINCE,
            },
        )
        (closed,) = cursor.fetchone()
    if closed is None:
        return None
    return _("The accounts of %(year)s are closed with the rate in force then, which stays.") % {
        "year": closed
    }
