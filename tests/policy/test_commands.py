"""bootstrap, policy and rulecheck as others call them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override

from jilin_si.policy.database import database_policy, file_policy, read_set
from jilin_si.policy.load import load_parameters
from jilin_si.policy.models import LegalDocument, Parameter, ParameterValue
from jilin_si.policy.parameter_files import read_all
from jilin_si.policy.parameter_writing import write_folders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owner")]

GOOD = {
    "id": "T-1",
    "calc": "unemployment.contribution",
    "inputs": {"wages": "86543.27", "rate": "0.006"},
    "expected": {"due": "519.26"},
}


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def rulecheck(tmp_path: Path, examples: Any) -> tuple[int, list[str]]:
    path = tmp_path / "examples.json"
    path.write_text(examples if isinstance(examples, str) else json.dumps(examples), encoding="utf-8")
    out = StringIO()
    status = 0
    try:
        call_command("rulecheck", str(path), stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, out.getvalue().splitlines()


def test_all_pass(tmp_path: Path) -> None:
    assert rulecheck(tmp_path, [GOOD]) == (0, ["1 passed, 0 failed"])


def test_numbers_compare_as_numbers(tmp_path: Path) -> None:
    same = [{**GOOD, "expected": {"due": given}} for given in ("519.26", "519.260", "0519.26")]
    assert rulecheck(tmp_path, same) == (0, ["3 passed, 0 failed"])
    assert rulecheck(tmp_path, json.dumps([GOOD]).replace('"519.26"', "519.26"))[0] == 0


def test_a_failure_is_printed_with_both_values(tmp_path: Path) -> None:
    status, lines = rulecheck(tmp_path, [GOOD, {**GOOD, "id": "T-2", "expected": {"due": "519.27"}}])
    assert status == 1
    assert any("T-2" in line and "unemployment.contribution" in line for line in lines)
    assert any("expected 519.27, got 519.26" in line for line in lines)
    assert lines[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"due": "519.26", "more": "1"},
        {"dues": "519.26"},
        {"due": None},
        {"due": True},
        {"due": ["519.26"]},
        "519.26",
    ],
)
def test_exactly_the_same_keys_and_values(expected: Any, tmp_path: Path) -> None:
    status, lines = rulecheck(tmp_path, [{**GOOD, "expected": expected}])
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")


def test_an_unknown_calculator_is_a_failure(tmp_path: Path) -> None:
    status, lines = rulecheck(tmp_path, [{**GOOD, "calc": "unemployment.nothing"}])
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")
    assert any("unemployment.nothing" in line for line in lines)


@pytest.mark.parametrize(
    "expected", [{"refused": True}, {"refuse": True}, {"error": "months_worked"}, "refuse", "refused", None]
)
def test_a_refusal_may_be_expected(expected: Any, tmp_path: Path) -> None:
    wrong = {
        "id": "T-3",
        "calc": "collection.collection_rate",
        "inputs": {"due": "0", "collected": "1"},
        "expected": expected,
    }
    assert rulecheck(tmp_path, [wrong]) == (0, ["1 passed, 0 failed"])
    status, lines = rulecheck(tmp_path, [{**GOOD, "expected": expected}])
    assert status == 1
    assert any("expected a refusal" in line for line in lines)


def test_a_refusal_that_nobody_expected_tells_its_reason(tmp_path: Path) -> None:
    status, lines = rulecheck(tmp_path, [{**GOOD, "inputs": {"wages": "-1", "rate": "0.006"}}])
    assert status == 1
    assert any("wages" in line and "-1" in line for line in lines)


def test_a_float_or_a_doubled_key_in_the_inputs_fails(tmp_path: Path) -> None:
    as_float = json.dumps([GOOD]).replace('"86543.27"', "86543.27")
    assert rulecheck(tmp_path, as_float)[0] == 1
    doubled = json.dumps([GOOD]).replace('"rate":', '"wages": "1", "rate":')
    status, lines = rulecheck(tmp_path, doubled)
    assert status == 1
    assert any("more than once" in line for line in lines)


UNIT = '{"month": "1996-03-01", "contribution_wages": "100", "retiree_cost": "0"}'
YEAR = '{"last_year_wages": "1", "months_worked": 13, "local_avg_monthly_wage": "1", "cap_multiple": "3", "floor_multiple": "1"}'
REGIME = '{"pension_start": "1996-01-01", "plan1_from": "1998-01-01", "unified_from": "1995-07-01"}'


@pytest.mark.parametrize(
    ("calc", "inputs", "said"),
    [
        ("unit_contribution", UNIT.replace(', "retiree_cost": "0"', ""), "retiree_cost is missing"),
        ("unit_contribution", UNIT.replace("}", ', "bonus": "1"}'), "bonus is not an input"),
        ("unit_contribution", UNIT.replace("}", ', "month": "1997-01-01"}'), "month is given more than once"),
        ("unit_contribution", UNIT.replace('"100"', "true"), "contribution_wages: True was given"),
        ("unit_contribution", UNIT.replace('"100"', "100.5"), "contribution_wages: 100.5 was given"),
        ("unit_contribution", UNIT.replace('"100"', "NaN"), "contribution_wages: NaN was given"),
        ("unit_contribution", UNIT.replace('"100"', '"-1"'), "contribution_wages: “-1” was given"),
        ("unit_contribution", UNIT.replace("1996-03", "1996-13"), "month: “1996-13-01” was given"),
        ("unit_contribution", UNIT.replace("1996-03", "1991-12"), "1992-01-01 or later"),
        ("contribution_base", YEAR, "months_worked: 13 was given"),
        ("regime", REGIME, "unified_from: 1995-07-01 was given"),
    ],
)
def test_a_wrong_input_in_a_file_is_named_and_gives_no_number(
    calc: str, inputs: str, said: str, tmp_path: Path
) -> None:
    text = f'[{{"id": "T-5", "calc": "pension.{calc}", "inputs": {inputs}, "expected": {{"rate": "1"}}}}]'
    status, lines = rulecheck(tmp_path, text)
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")
    assert any(said in line for line in lines), lines


BROKEN = [
    ('unit = "rate"', 'unit = "percent"', "“percent” is no unit"),
    ('  document = "LBF-1994-504"\n', "", "no source"),
    ("from = 1995-01-01", "from = 1995-01-01\n  to = 1994-12-31", "ends before it begins"),
    ("from = 1995-01-01", "from = 1995-01-01\n  agency = 229999", "229999"),
    ("from = 1995-01-01", "from = 1995-01-01\n  to = 1995-12-31", "gap"),
    ("from = 1995-01-01", "from = 1995-01-01", "overlap"),
    ('value = "0.008"', "value = 0.008", "0.008 was given"),
    ('value = "0.008"', 'value = "NaN"', "“NaN” was given"),
    ('value = "0.008"', 'value = "-0.008"', "“-0.008” was given"),
    ('value = "0.008"', 'valeu = "0.008"', "“valeu” is unknown"),
    ('value = "0.008"', 'value = "0.008"\n  value = "0.008"', "maternity.toml"),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN, ids=[said for _old, _new, said in BROKEN])
def test_policy_check_names_what_is_wrong_in_a_folder(
    old: str, new: str, said: str, exported: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "again"
    shutil.copytree(exported, folder)
    path = folder / "maternity" / "maternity.toml"
    head, code, rest = path.read_text(encoding="utf-8").partition('code = "mat.rate"')
    assert old in rest
    rest = rest.replace(old, new, 1)
    if said in ("gap", "overlap"):
        later = VALUE.replace("1995-01-01", "1997-01-01" if said == "gap" else "1996-01-01")
        block, _next, after = rest.partition("[[parameter]]")
        rest = block + later + _next + after
    path.write_text(head + code + rest, encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("policy", "check", str(folder), stdout=out)
    assert said in out.getvalue()


VALUE = """
  [[parameter.value]]
  from = 1995-01-01
  value = "0.009"
  document = "LBF-1994-504"
  confidence = "law"

"""


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "exported"
    write_folders(read_all(), folder)
    return folder


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"calc": 5}]', '[{"calc": "policy.round"}]', "\udcff"])
def test_a_malformed_file_is_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "examples.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError) as caught:
        call_command("rulecheck", str(path))
    assert "\n" not in str(caught.value)
    assert "examples.json" in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rulecheck", str(tmp_path / "nothing.json"))


def test_several_files_make_one_sum(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(json.dumps([GOOD]), encoding="utf-8")
    out = StringIO()
    call_command("rulecheck", str(tmp_path / "a.json"), str(tmp_path / "b.json"), stdout=out)
    assert out.getvalue() == "2 passed, 0 failed\n"


def test_rulecheck_uses_what_is_in_force(tmp_path: Path) -> None:
    allowance = {
        "id": "T-4",
        "calc": "pension.benefit_1995_new",
        "inputs": {"account_balance": "18360.00"},
        "expected": {"monthly": "153.00"},
    }
    assert rulecheck(tmp_path, [allowance])[0] == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "update policy_parametervalue set value = '\"60\"' where parameter_id ="
            " (select id from policy_parameter where code = 'account.annuity_months')"
        )
    database_policy(fresh=True)
    status, lines = rulecheck(tmp_path, [allowance])
    assert status == 1
    assert any("expected 153.00, got 306.00" in line for line in lines)


def test_the_database_holds_what_the_files_say() -> None:
    database, files = read_set(), read_all()
    assert database.documents == files.documents
    assert database.infos == files.infos
    told = {(v.code, v.agency_id, v.valid_from, v.valid_to, v.value, v.confidence) for v in database.versions}
    assert told == {
        (v.code, v.agency_id, v.valid_from, v.valid_to, v.value, v.confidence) for v in files.versions
    }
    assert set(database_policy(fresh=True).infos) == set(file_policy().infos)


def test_bootstrap_again_changes_nothing() -> None:
    before = (LegalDocument.objects.count(), Parameter.objects.count(), ParameterValue.objects.count())
    out = StringIO()
    call_command("bootstrap", stdout=out)
    assert (
        LegalDocument.objects.count(),
        Parameter.objects.count(),
        ParameterValue.objects.count(),
    ) == before
    assert "parameters" not in out.getvalue()


def test_a_reload_adds_what_is_new_and_lists_what_differs() -> None:
    files = read_all()
    ParameterValue.objects.filter(parameter__code="mat.rate").update(value="0.007")
    files.infos["inj.new"] = replace(files.infos["inj.float"], code="inj.new")
    files.versions += [
        replace(version, code="inj.new") for version in files.versions if version.code == "inj.float"
    ]
    report = load_parameters(files)
    assert (report.documents, report.parameters, report.values) == (0, 1, 2)
    (difference,) = report.differences
    assert "mat.rate" in difference
    assert "0.008" in difference
    assert "0.007" in difference
    assert ParameterValue.objects.get(parameter__code="mat.rate").value == "0.007"


def test_a_value_cut_short_by_a_change_is_a_difference_not_new() -> None:
    ParameterValue.objects.filter(parameter__code="mat.rate").update(valid_to=date(1997, 6, 30))
    report = load_parameters(read_all())
    assert report.added == 0
    assert len(report.differences) == 1


def test_check_finds_nothing_and_export_reads_back(tmp_path: Path) -> None:
    out = StringIO()
    call_command("policy", "check", stdout=out)
    assert "nothing wrong" in out.getvalue()
    call_command("policy", "check", "--files", stdout=StringIO())
    call_command("policy", "export", str(tmp_path), stdout=StringIO())
    call_command("policy", "check", str(tmp_path), stdout=StringIO())
    out = StringIO()
    call_command("policy", "load", str(tmp_path), stdout=out)
    assert "0 differences" in out.getvalue()
    first = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.toml")}
    call_command("policy", "export", str(tmp_path / "again"), stdout=StringIO())
    assert {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "again").rglob("*.toml")
    } == first


def test_check_of_a_broken_folder_names_everything(tmp_path: Path) -> None:
    call_command("policy", "export", str(tmp_path), stdout=StringIO())
    path = tmp_path / "maternity" / "maternity.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('confidence = "law"', 'confidence = "sure"', 1).replace(
            'unit = "bool"', 'unit = "boolean"'
        ),
        encoding="utf-8",
    )
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("policy", "check", str(tmp_path), stdout=out)
    assert "“sure” is no confidence" in out.getvalue()
    assert "“boolean” is no unit" in out.getvalue()


def test_no_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no folder"):
        call_command("policy", "load", str(tmp_path / "nothing"))
