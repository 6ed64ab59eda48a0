"""Tasks of the pages: what the desk counts is known before anybody opens it."""

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction

from jilin_si.access.scope import Scope, acting_as
from jilin_si.agencies.models import Agency
from jilin_si.web.desk import reckon_again


@shared_task(name="web.reckon_desk", ignore_result=True)
def reckon_desk() -> int:
    """Reckon the desk's counts of whole units that are missing or old (beat, every five minutes).

    Each unit in a transaction and a scope of its own: the database's functions answer for the units of the scope. No
    statement takes more than one processor: the others are for those who wait at a page.
    """
    if not settings.DESK_SECONDS:
        return 0
    done = 0
    for unit in Agency.objects.units().values_list("id", flat=True):
        with transaction.atomic(), acting_as(Scope(units=frozenset({unit}))):
            with connection.cursor() as cursor:
                cursor.execute("set local max_parallel_workers_per_gather = 0")
            done += reckon_again(unit)
    return done
