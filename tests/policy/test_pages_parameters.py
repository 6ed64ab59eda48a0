"""Parameters on their pages: as of any day and place, with history, two days side by side, changed by two persons."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from jilin_si.access.models import AuditEntry, Role, User
from jilin_si.access.once import new_key
from jilin_si.policy.database import database_policy
from jilin_si.policy.models import ParameterValue, ValueState
from tests.policy.conftest import person
from tests.policy.pages import NEW_RATE, hand_in, signed_in
from tests.roles import as_owner

PROPOSE = "/policy/parameters/mat.rate/propose/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "/policy/",
        "/policy/?on=1993-06-01&agency=220181&app=pension&rule=pen-2&q=unit&confidence=law&sort=-code&page=2",
        "/policy/two-days/",
        "/policy/two-days/?first=1992-06-01&second=1996-06-01&agency=220181&every=on",
        "/policy/parameters/pension.unit_rate/",
        "/policy/parameters/collective.tiers/?on=1994-01-01&agency=220181",
        "/policy/parameters/rounding.pension/",
        "/policy/changes/",
        "/policy/rules/",
        "/policy/documents/",
        "/policy/calculators/",
        "/policy/examples/",
    ],
)
def test_every_page_of_policy_opens_for_a_county_clerk(clerk: User, address: str, language: str) -> None:
    assert signed_in(clerk, language).get(address).status_code == 200


def test_an_employer_may_read_the_rules_too(db: None) -> None:
    with as_owner():
        user = User.objects.create_user("employer")
        user.assignments.create(role=Role.EMPLOYER, employer_id=7)
    client = signed_in(user)
    assert client.get("/policy/rules/PEN-2/").status_code == 200
    assert client.get("/policy/parameters/pension.unit_rate/").status_code == 200
    assert client.get(PROPOSE).status_code == 403


def test_nobody_reads_them_without_signing_in(client: Any, db: None) -> None:
    assert client.get("/policy/").status_code == 302


def test_the_list_is_as_of_the_day_and_place_asked_for(clerk: User) -> None:
    client = signed_in(clerk)
    page = text_of(client.get("/policy/?on=1993-06-01&q=pension.unit_rate"))
    assert "18.6%" in page
    assert "吉政明电〔1993〕2号" in page
    county = text_of(client.get("/policy/parameters/collective.tiers/?on=1994-01-01&agency=220181"))
    province = text_of(client.get("/policy/parameters/collective.tiers/?on=1994-01-01"))
    assert "Jiutai" in county.split("In force on")[1]
    assert county != province


def test_a_day_that_is_none_is_said_at_its_field_and_today_is_shown(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/?on=1996-02-31"))
    assert "is not a day" in page
    assert "In force on 1996-01-01" in page


def test_the_filtered_list_is_a_file(clerk: User) -> None:
    response = signed_in(clerk).get("/policy/?q=pension.unit_rate&export=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert any("pension.unit_rate" in row for row in rows)
    assert not any("mat.rate" in row for row in rows)


def test_two_days_show_only_what_changed(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/two-days/?first=1993-06-01&second=1994-06-01"))
    assert "18.6%" in page
    assert "21.5%" in page
    assert "pension.individual_rate" not in page


def test_the_history_stands_in_a_table_and_in_the_data_of_the_chart(clerk: User) -> None:
    page = text_of(signed_in(clerk).get("/policy/parameters/pension.unit_rate/"))
    for rate in ("16%", "18.6%", "21.5%"):
        assert page.count(rate) >= 2
    assert '"from": "1993-01-01"' in page
    assert "/policy/rules/PEN-2/" in page
    assert "/policy/calculators/pension.unit_contribution/" in page


def test_what_is_no_number_has_no_chart(clerk: User) -> None:
    assert "data-chart=" not in text_of(signed_in(clerk).get("/policy/parameters/plan1.variant/"))


def test_an_unknown_parameter_is_not_there(clerk: User) -> None:
    assert signed_in(clerk).get("/policy/parameters/pension.nothing/").status_code == 404


# ── a change by two persons ──────────────────────────────────────────────────────────────────────────────────────
def proposed(proposer: User, **changed: str) -> ParameterValue:
    response = hand_in(signed_in(proposer), PROPOSE, NEW_RATE | changed)
    assert response.status_code == 302, text_of(response)
    return ParameterValue.objects.get(state=ValueState.PROPOSED)


def test_only_provincial_staff_may_propose(clerk: User) -> None:
    client = signed_in(clerk)
    assert client.get(PROPOSE).status_code == 403
    assert hand_in(client, PROPOSE, NEW_RATE).status_code == 403
    assert "Propose a new value" not in text_of(client.get("/policy/parameters/mat.rate/"))


def test_a_rate_is_typed_in_percent_and_kept_as_a_fraction(proposer: User) -> None:
    value = proposed(proposer, value="０．９％")
    assert value.value == "0.009"
    assert value.proposed_by == proposer
    assert database_policy().value("mat.rate", value.valid_from) != value.value


def test_the_author_sees_no_way_to_approve_and_is_refused(proposer: User) -> None:
    value = proposed(proposer)
    client = signed_in(proposer)
    page = text_of(client.get(f"/policy/changes/{value.pk}/"))
    assert "you proposed this value yourself" in page
    assert 'id="approve"' not in page
    refused = hand_in(client, f"/policy/changes/{value.pk}/approve/", {"reason": ""})
    assert refused.status_code == 422
    assert "you proposed this value yourself" in text_of(refused)
    value.refresh_from_db()
    assert value.state == ValueState.PROPOSED


def test_a_second_person_approves_and_both_are_named(proposer: User, approver: User) -> None:
    value = proposed(proposer)
    client = signed_in(approver)
    assert 'id="approve"' in text_of(client.get(f"/policy/changes/{value.pk}/"))
    assert hand_in(client, f"/policy/changes/{value.pk}/approve/", {"reason": ""}).status_code == 302
    page = text_of(client.get("/policy/parameters/mat.rate/?on=1997-08-01"))
    assert "0.9%" in page
    assert "proposer" in page
    assert "approver" in page
    assert str(database_policy(fresh=True).value("mat.rate", value.valid_from)) == "0.009"


def test_the_same_form_sent_twice_proposes_once(proposer: User) -> None:
    client, key = signed_in(proposer), new_key()
    first = hand_in(client, PROPOSE, NEW_RATE, key)
    again = hand_in(client, PROPOSE, NEW_RATE, key)
    assert first["Location"] == again["Location"]
    assert ParameterValue.objects.filter(state=ValueState.PROPOSED).count() == 1


def test_a_clerk_can_neither_approve_nor_withdraw(proposer: User, clerk: User) -> None:
    value = proposed(proposer)
    for act in ("approve", "withdraw"):
        assert (
            hand_in(signed_in(clerk), f"/policy/changes/{value.pk}/{act}/", {"reason": "x"}).status_code
            == 403
        )


def test_a_proposal_is_withdrawn_with_a_trace_in_the_audit(proposer: User) -> None:
    value = proposed(proposer)
    assert (
        hand_in(signed_in(proposer), f"/policy/changes/{value.pk}/withdraw/", {"reason": "误填"}).status_code
        == 302
    )
    value.refresh_from_db()
    assert value.state == ValueState.WITHDRAWN
    with as_owner():
        from jilin_si.access.scope import acting_as, everything

        with acting_as(everything()):
            acts = list(AuditEntry.objects.filter(object_id=value.pk).values_list("act", flat=True))
    assert acts == ["withdraw_parameter", "propose_parameter"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": ""}, "required"),
        ({"value": "about one"}, "is not a percentage"),
        ({"value": "50"}, "allowed is"),
        ({"value": "0.12345678"}, "six decimals"),
        ({"valid_from": "1997-13-01"}, "is not a day"),
        ({"valid_to": "1997-06-30"}, "a day not before it begins"),
        ({"document": "NO-SUCH"}, "Select a valid choice"),
        ({"confidence": "sure"}, "Select a valid choice"),
        ({"agency": "999999"}, "Select a valid choice"),
        ({"reason": ""}, "required"),
        ({"note": "x" * 301}, "at most 300"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed_and_nothing_is_kept(
    proposer: User, changed: dict[str, str], said: str
) -> None:
    response = hand_in(signed_in(proposer), PROPOSE, NEW_RATE | changed)
    assert response.status_code == 422
    page = text_of(response)
    assert said in page
    assert 'aria-invalid="true"' in page
    assert not ParameterValue.objects.filter(state=ValueState.PROPOSED).exists()


def test_a_table_is_typed_row_by_row(proposer: User) -> None:
    given = NEW_RATE | {"document": "SAMPLE"}
    given.pop("value")
    rows = {
        "value-0-0": "0.15",
        "value-0-1": "16",
        "value-1-0": "99",
        "value-1-1": "21.5",
        "value-2-0": "",
        "value-2-1": "",
    }
    address = "/policy/parameters/collective.tiers/propose/"
    assert hand_in(signed_in(proposer), address, given | rows).status_code == 302
    value = ParameterValue.objects.get(state=ValueState.PROPOSED)
    assert value.value == [["0.15", "0.16"], ["99", "0.215"]]


def test_a_wrong_cell_names_its_row_and_column(proposer: User) -> None:
    given = NEW_RATE | {"document": "SAMPLE", "value-0-0": "0.15", "value-0-1": "many"}
    given.pop("value")
    response = hand_in(signed_in(proposer), "/policy/parameters/collective.tiers/propose/", given)
    assert response.status_code == 422
    assert "Row 1" in text_of(response)


def test_the_effect_on_the_worked_examples_is_shown_before_approval(proposer: User, approver: User) -> None:
    given = NEW_RATE | {
        "value": "20",
        "valid_from": "1992-01-01",
        "valid_to": "1999-12-31",
        "document": "JZF-1991-50",
    }
    client = signed_in(proposer)
    response = hand_in(client, "/policy/parameters/pension.unit_rate/propose/", given)
    pk = int(response["Location"].rstrip("/").rpartition("/")[2])
    effect = text_of(signed_in(approver).get(f"/policy/changes/{pk}/effect/"))
    assert "would fail" in effect
    assert "PEN-2.1" in effect
    refused = hand_in(signed_in(approver), f"/policy/changes/{pk}/approve/", {"reason": ""})
    assert refused.status_code == 422
    assert "would fail" in text_of(refused)
    done = hand_in(signed_in(approver), f"/policy/changes/{pk}/approve/", {"reason": "试算"})
    assert done.status_code == 302


def test_a_value_in_force_is_withdrawn_by_another_and_the_one_before_goes_on(
    proposer: User, approver: User
) -> None:
    value = proposed(proposer)
    second = signed_in(approver)
    hand_in(second, f"/policy/changes/{value.pk}/approve/", {"reason": ""})
    author = hand_in(signed_in(proposer), f"/policy/changes/{value.pk}/withdraw/", {"reason": "x"})
    assert author.status_code == 422
    assert hand_in(second, f"/policy/changes/{value.pk}/withdraw/", {"reason": ""}).status_code == 422
    assert hand_in(second, f"/policy/changes/{value.pk}/withdraw/", {"reason": "文件废止"}).status_code == 302
    assert str(database_policy(fresh=True).value("mat.rate", value.valid_from)) == "0.008"


def test_the_changes_page_lists_what_waits_and_what_is_decided(proposer: User, approver: User) -> None:
    value = proposed(proposer)
    waiting = text_of(signed_in(approver).get("/policy/changes/"))
    assert f"/policy/changes/{value.pk}/" in waiting
    assert "Decide" in waiting
    assert "yours: another must approve" in text_of(signed_in(proposer).get("/policy/changes/"))
    hand_in(signed_in(approver), f"/policy/changes/{value.pk}/approve/", {"reason": ""})
    assert "Nothing waits." in text_of(signed_in(approver).get(reverse("policy:changes")))


def test_the_desk_counts_what_waits_for_another(proposer: User, approver: User) -> None:
    proposed(proposer)
    assert "Parameter changes to approve" in text_of(signed_in(approver).get("/desk/"))
    assert "Parameter changes to approve" not in text_of(signed_in(proposer).get("/desk/"))


def test_a_change_names_every_value_whose_place_it_takes(proposer: User) -> None:
    given = NEW_RATE | {"value": "20", "valid_from": "1992-01-01", "document": "JZF-1991-50"}
    response = hand_in(signed_in(proposer), "/policy/parameters/pension.unit_rate/propose/", given)
    page = text_of(signed_in(proposer).get(response["Location"]))
    assert "It also takes the place of:" in page
    assert "18.6%" in page
    assert "21.5%" in page


def test_a_prefecture_person_is_no_provincial_person(db: None) -> None:
    user = person("prefecture", Role.PREFECTURE, 220100)
    assert hand_in(signed_in(user), PROPOSE, NEW_RATE).status_code == 403
