"""How money, numbers and times are spelled, the odd ones included."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.kit import canonical_json
from service.workflow.document.encoding import encode, estimate
from service.workflow.document.values import decimal_text, number, quantity_text, significant, time_text
from tests.effort import examples
from tests.histories import at

checked = settings(derandomize=True, max_examples=examples(300), deadline=None)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("78840", "78840.00"),
        ("0.5", "0.50"),
        ("0.740740200000", "0.7407402"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.000", "0.00"),
        ("0E-12", "0.00"),
        ("-0.004", "-0.004"),
        ("-12.5", "-12.50"),
        ("1E-12", "0.000000000001"),
        ("1E+20", "100000000000000000000.00"),
        ("12345678901234567890123456789.123456789012", "12345678901234567890123456789.123456789012"),
    ],
)
def test_money_is_plain_digits_with_at_least_two_places(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@checked
@given(value=DECIMALS.filter(lambda value: abs(value.adjusted()) < 100))
def test_money_reads_back_as_what_it_was(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    whole, places = text.split(".")
    assert len(places) >= 2
    assert len(places) == 2 or places[-1] != "0"
    assert whole != "-0" or int(places)
    assert Decimal(quantity_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [("2190", "2190"), ("0.500", "0.5"), ("100.0", "100"), ("0.000", "0"), ("1E+3", "1000")]
)
def test_quantities_have_no_needless_places(value: str, text: str) -> None:
    assert quantity_text(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (None, "null"),
        (float("nan"), "null"),
        (float("inf"), "null"),
        (-float("inf"), "null"),
        (-0.0, "0"),
        (3.0, "3"),
        (1 / 3, "0.333333333"),
        (2 / 3 * 1e-12, "6.66666667e-13"),
        (5e-324, "5e-324"),
        (1e300, "1e+300"),
        (123456789.4, "123456789"),
        (Fraction(730, 168), "4.3452381"),
        (7, "7"),
        (2**53 - 1, "9007199254740991"),
        (2**53, "9007199250000000"),
        (4 * 10**18, "4000000000000000000"),
        (float(2**60), "1152921500000000000"),
    ],
)
def test_numbers_have_nine_digits_and_whole_ones_no_point(value: float | Fraction | None, spelled: str) -> None:
    assert canonical_json.dumps(number(value)).decode() == spelled
    assert json.loads(spelled) == number(value)


@checked
@given(value=st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_number_is_off_by_half_its_last_digit_and_stays_when_spelled_again(value: float) -> None:
    shown = number(value)
    assert shown is not None
    assert abs(Fraction(shown) - Fraction(value)) <= abs(Fraction(value)) * Fraction(501, 10**11)
    assert number(shown) == shown


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.125, "0.12"),
        (0.135, "0.14"),
        (-0.001, "0.00"),
        (1203.1, "1203.10"),
        (1e-9, "0.00"),
        (4e30, f"4{'0' * 30}.00"),
    ],
)
def test_estimates_of_money_are_in_cents(amount: float, text: str) -> None:
    assert encode(estimate(amount, "EUR")) == {"amount": text, "currency": "EUR"}


def test_times_are_utc_with_microseconds_only_where_there_are_any() -> None:
    noon = at("2026-10-05T12:00:00+00:00")
    assert time_text(noon) == "2026-10-05T12:00:00Z"
    assert time_text(noon + 1) == "2026-10-05T12:00:00.000001Z"
    assert time_text(0) == "1970-01-01T00:00:00Z"
    assert time_text(253_370_764_800 * 10**6) == "9999-01-01T00:00:00Z"


def test_prices_that_were_found_have_nine_digits() -> None:
    assert significant(Decimal("5.123456789123")) == Decimal("5.12345679")
    assert significant(Decimal("0.000123456789123")) == Decimal("0.000123456789")
