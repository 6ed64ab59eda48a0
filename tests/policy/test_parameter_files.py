"""Parameter files: what is wrong in one is named, and what is written reads back without loss."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override

from jilin_si.policy.check import check
from jilin_si.policy.database import file_policy
from jilin_si.policy.parameter_files import FileProblem, agency_codes, read_all, read_folders
from jilin_si.policy.parameter_writing import write_folders

DOCUMENT = """
[[document]]
code = "D"
number = "第一号"
title = { zh = "通知", en = "Notice" }
issuer = { zh = "省政府", en = "Province" }
issued_on = 1992-01-01
"""
PARAMETER = """
[[parameter]]
code = "x.rate"
unit = "rate"
rules = ["GEN-1"]
name = { zh = "比例", en = "Rate" }
"""
VALUE = """
  [[parameter.value]]
  from = 1992-01-01
  value = "0.16"
  document = "D"
  confidence = "law"
"""


def read(tmp_path: Path, text: str, problems: list[FileProblem] | None = None):  # type: ignore[no-untyped-def]
    folder = tmp_path / "x"
    folder.mkdir(exist_ok=True)
    (folder / "x.toml").write_text(text, encoding="utf-8")
    return read_folders([("x", folder)], problems)


def test_the_project_s_own_files_are_in_order() -> None:
    assert check(read_all(), agency_codes()) == []


def test_every_catalogued_parameter_of_the_rules_is_there() -> None:
    codes = set(file_policy().infos)
    for wanted in [
        "pension.unit_rate",
        "pension.individual_rate",
        "pension.base_floor",
        "pension.base_cap",
        "account.transfer_on_base",
        "account.transfer_on_local_avg",
        "account.book_rate",
        "account.interest_method",
        "account.carry_in_1992_95",
        "regime.plan1_from",
        "regime.unified_from",
        "plan1.variant",
        "plan1.coef",
        "plan1.protection_until",
        "unified.base_pct",
        "unified.transition_coef",
        "pension.min_years_new",
        "pension.min_years_old",
        "old104.minimum",
        "pension.adjust",
        "death.funeral",
        "death.relief",
        "pooled_item",
        "pool.collection_rate_plan",
        "pool.mgmt_fee",
        "pool.accumulation",
        "pool.accumulation_prov_share",
        "pool.settlement_mode",
        "collective.tiers",
        "selfemp.base",
        "selfemp.rate",
        "selfemp.account_share",
        "une.rate",
        "une.relief",
        "une.pct",
        "une.retraining_pct",
        "une.selfhelp_pct",
        "med92.rate",
        "med92.threshold",
        "med92.bands",
        "med92.cap",
        "med96.unit_rate",
        "med98.unit_rate",
        "inj.industry_rate.1",
        "inj.float",
        "inj.death_months",
        "inj.own_wage_floor_cap",
        "inj.employment_grant",
        "mat.rate",
        "col.due_day",
        "col.late_fee_daily",
        "col.allocation_order",
        "col.credit_policy",
        "local_avg_wage",
        "fee_year_start_month",
        "rounding.pension",
    ]:
        assert wanted in codes


def test_lines_begin_when_their_first_parameter_does() -> None:
    policy = file_policy()
    firsts = {
        code: policy.first(code) for code in ("pension.unit_rate", "une.rate", "med92.rate", "mat.rate")
    }
    assert firsts == {
        "pension.unit_rate": date(1992, 1, 1),
        "une.rate": date(1993, 5, 1),
        "med92.rate": date(1992, 10, 1),
        "mat.rate": date(1995, 1, 1),
    }


def test_a_good_file_is_taken(tmp_path: Path) -> None:
    found = read(tmp_path, DOCUMENT + PARAMETER + VALUE)
    assert [str(v.value) for v in found.versions] == ["0.16"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DOCUMENT + PARAMETER.replace('unit = "rate"', 'unit = "percent"') + VALUE, "“percent” is no unit"),
        (DOCUMENT + PARAMETER + VALUE.replace('document = "D"\n', ""), "no source"),
        (DOCUMENT + PARAMETER + VALUE.replace('"D"', '"E"'), "“E” is no document"),
        (DOCUMENT + PARAMETER + VALUE.replace('"law"', '"sure"'), "“sure” is no confidence"),
        (DOCUMENT + PARAMETER + VALUE.replace('"0.16"', "0.16"), "0.16 was given"),
        (DOCUMENT + PARAMETER + VALUE.replace('"0.16"', '"16 %"'), "“16 %” was given"),
        (DOCUMENT + PARAMETER + VALUE.replace("from =", "since ="), "“since” is unknown"),
        (DOCUMENT + PARAMETER + VALUE.replace("  from = 1992-01-01\n", ""), "“from” is missing"),
        (DOCUMENT + PARAMETER + VALUE.replace("1992-01-01", '"1992"'), "“from”: 1992 was given"),
        (DOCUMENT + PARAMETER + VALUE + "  to = 1991-12-31\n", "ends before it begins"),
        (DOCUMENT + PARAMETER + VALUE + PARAMETER + VALUE, "stands in the files twice"),
        (DOCUMENT + DOCUMENT, "stands in the files twice"),
        (DOCUMENT + PARAMETER.replace('rules = ["GEN-1"]\n', "") + VALUE, "“rules” is missing"),
        (DOCUMENT + PARAMETER, "“value” is missing"),
        ("parameter = 3", "“parameter”: 3 was given"),
        ("[[parameter]\n", "x.toml"),
        ("[parameters]\n", "“parameters” is unknown"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, said: str, tmp_path: Path) -> None:
    with override("en"), pytest.raises(FileProblem) as caught:
        read(tmp_path, text)
    assert "x.toml" in str(caught.value)
    assert said in str(caught.value)
    problems: list[FileProblem] = []
    with override("en"):
        read(tmp_path, text, problems)
    assert any(said in str(problem) for problem in problems)


def second(start: str, **changes: str) -> str:
    text = VALUE.replace("1992-01-01", start)
    for old, new in changes.items():
        text += f"  {old} = {new}\n"
    return text


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (VALUE + "  to = 1992-12-31\n" + second("1994-01-01"), "gap"),
        (VALUE + second("1993-01-01"), "overlap"),
        (VALUE + "  to = 1993-01-01\n" + second("1993-01-01"), "overlap"),
        (VALUE + second("1993-01-01", agency="229999"), "place"),
    ],
)
def test_gaps_and_overlaps_are_found(values: str, kind: str, tmp_path: Path) -> None:
    found = read(tmp_path, DOCUMENT + PARAMETER + values)
    kinds = {finding.kind for finding in check(found, agency_codes()) if finding.kind != "missing"}
    assert kinds == {kind}


def test_neighbours_in_time_and_other_places_are_no_overlap(tmp_path: Path) -> None:
    values = VALUE + "  to = 1992-12-31\n" + second("1993-01-01") + second("1992-06-01", agency="220181")
    found = read(tmp_path, DOCUMENT + PARAMETER + values)
    assert {finding.kind for finding in check(found, agency_codes())} <= {"missing"}


def test_a_rule_that_asks_for_what_is_not_there_is_found() -> None:
    found = read_all()
    del found.infos["pension.unit_rate"]
    del found.infos["account.annuity_months"]
    for number in range(1, 6):
        del found.infos[f"inj.industry_rate.{number}"]
    found.versions = [version for version in found.versions if version.code in found.infos]
    missing = [str(finding) for finding in check(found, agency_codes()) if finding.kind == "missing"]
    assert any("pension/rules/contributions.py" in text and "pension.unit_rate" in text for text in missing)
    assert any("pension/contribution.py" in text and "pension.unit_rate" in text for text in missing)
    assert any("pension/rules/benefits.py" in text and "account.annuity_months" in text for text in missing)
    assert any("injury/contribution.py" in text and "inj.industry_rate." in text for text in missing)


def test_written_files_read_back_without_loss(tmp_path: Path) -> None:
    found = read_all()
    write_folders(found, tmp_path)
    again = read_folders((sub.name, sub) for sub in sorted(tmp_path.iterdir()))
    assert again.documents == found.documents
    assert again.infos == found.infos
    assert sorted(again.versions, key=_place) == sorted(found.versions, key=_place)


def _place(version) -> tuple[str, int, date]:  # type: ignore[no-untyped-def]
    return version.code, version.agency_id, version.valid_from
