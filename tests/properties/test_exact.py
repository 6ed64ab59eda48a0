"""Exact numbers are rounded and written as GEN-1 says, held to what Python's own decimals make of them."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jilin_si.policy.exact import exact_text, round_by_mode, round_half_up, to_decimal, to_fen
from tests.properties.asking import quick

WIDE = Context(prec=60)
STEPS = {
    "FEN_HALF_UP": ("0.01", ROUND_HALF_UP),
    "JIAO_UP": ("0.1", ROUND_UP),
    "YUAN_UP": ("1", ROUND_UP),
    "YUAN_HALF_UP": ("1", ROUND_HALF_UP),
}
decimals = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 1000)


@quick
@given(decimals, st.sampled_from(sorted(STEPS)))
def test_a_mode_rounds_the_positive_and_then_signs(value: Decimal, mode: str) -> None:
    step, rounding = STEPS[mode]
    expected = value.quantize(Decimal(step), rounding, WIDE)
    assert round_by_mode(Fraction(value), mode) == Fraction(expected)
    if mode == "FEN_HALF_UP":
        assert to_fen(Fraction(value)) == expected * 100


@pytest.mark.parametrize("mode", STEPS)
@pytest.mark.parametrize(
    "value", ["0", "0.001", "0.004", "0.005", "0.05", "0.051", "0.499", "0.5", "1", "1.01"]
)
def test_a_mode_rounds_at_its_edges(value: str, mode: str) -> None:
    step, rounding = STEPS[mode]
    for signed in (Decimal(value), -Decimal(value)):
        expected = Fraction(signed.quantize(Decimal(step), rounding, WIDE))
        assert round_by_mode(Fraction(signed), mode) == expected


@pytest.mark.parametrize(
    ("value", "units", "rounded"), [("1/3", 1, "0"), ("2/3", 1, "1"), ("-1/2", 1, "-1"), ("1/8", 4, "1/4")]
)
def test_halves_go_away_from_zero_to_a_part_of_a_unit(value: str, units: int, rounded: str) -> None:
    assert round_half_up(Fraction(value), units) == Fraction(rounded)


@quick
@given(decimals, st.integers(0, 6))
def test_a_number_becomes_the_decimal_that_it_is(value: Decimal, places: int) -> None:
    whole = to_decimal(Fraction(value))
    assert whole == value
    assert whole.as_tuple().exponent == min(value.normalize(WIDE).as_tuple().exponent, 0)
    shown = to_decimal(Fraction(value), places)
    assert shown == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)
    assert -shown.as_tuple().exponent == places
    with pytest.raises(ValueError, match="no end"):
        to_decimal(Fraction(value) + Fraction(1, 7))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-12", "-12"),
        ("1/2", "0.5"),
        ("1/5", "0.2"),
        ("1/8", "0.125"),
        ("1/25", "0.04"),
        ("1/40", "0.025"),
        ("-7/20", "-0.35"),
        ("1/3", "0.333333333333…"),
        ("-2/3", "-0.666666666666…"),
        ("100/7", "14.285714285714…"),
        ("1/300", "0.003333333333…"),
        ("1/4096", "0.000244140625"),
        ("1/8192", "0.000122070312…"),
    ],
)
def test_a_number_is_written_to_its_end_or_cut_and_marked(value: str, text: str) -> None:
    assert exact_text(Fraction(value)) == text


@quick
@given(st.fractions(max_denominator=10**6), st.integers(1, 8))
def test_what_is_cut_is_not_rounded(value: Fraction, longest: int) -> None:
    text = exact_text(value, longest)
    shown = Fraction(text.rstrip("…"))
    assert text.endswith("…") == (shown != value)
    if shown != value:
        cut = Decimal(value.numerator) / Decimal(value.denominator)
        assert shown == Fraction(cut.quantize(Decimal(1).scaleb(-longest), ROUND_DOWN, WIDE))
