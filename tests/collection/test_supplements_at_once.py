"""Two clerks send the same rest at the same moment: it goes once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from collection.supplements.services import send_rests
from enrollment.refusals import Refusal
from jilin_si.access.models import Role, User
from tests.collection import factories as make
from tests.collection.factories import JIUTAI
from tests.collection.test_supplements import World
from tests.enrollment.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_clerks_send_a_rest_once() -> None:
    with transaction.atomic():
        world = World()
        world.pays_late()
        other = make.person(Role.CLERK, JIUTAI, "李淑芬")

    def send(by: User) -> Any:
        with make.as_user(by):
            return len(send_rests(county_id=JIUTAI, sent=[world.first.pk], by=by))

    told = at_once(lambda: send(world.clerk), lambda: send(other))
    assert sorted(item.code if isinstance(item, Refusal) else str(item) for item in told) == ["1", "changed"]
    assert make.rows("select count(*) from enrollment_transfer where supplement_to_id is not null") == [(1,)]
