"""Cells of bills: what is plain is read exactly, what is doubtful is not read at all."""

from decimal import Decimal

import pytest

from service.bills.reading.values import CellError, meter, moment, number, unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1000000 Tokens", (1_000_000, "tokens")),
        ("1M tokens", (1_000_000, "tokens")),
        ("1 million tokens", (1_000_000, "tokens")),
        ("million tokens", (1_000_000, "tokens")),
        ("1K Tokens", (1000, "tokens")),
        ("1,000 tokens", (1000, "tokens")),
        ("Tokens", (1, "tokens")),
        ("1000 Requests", (1000, "requests")),
        ("Hours", (1, "hours")),
        ("Months", (1, "months")),
        ("Minutes", (1, "minutes")),
        ("MTok", (1, "mtok")),
        ("Tokens per 1M", (1, "tokens per 1m")),
        ("tokens/1000", (1, "tokens/1000")),
        ("", (1, "")),
    ],
)
def test_how_many_of_which_unit(text: str, found: tuple[int, str]) -> None:
    assert unit(text) == found


@pytest.mark.parametrize(
    "text", ["1,234.5", "1.234,5", "$5", "5 USD", "1e400", "NaN", "inf", "0x10", "", "٣", "9" * 29]
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        number(text)


def test_numbers_are_exact() -> None:
    assert number("-0.000000001") == Decimal("-1E-9")
    assert number("1.5E-7") == Decimal("1.5E-7")
    assert number("1.00000000000000000049") == Decimal("1.000000000000000000")


@pytest.mark.parametrize(
    ("text", "last", "found"),
    [
        ("2026-12", True, "2027-01-01T00:00:00+00:00"),
        ("2026-02-28", True, "2026-03-01T00:00:00+00:00"),
        ("2026-02-28T23:00:00-02:00", False, "2026-03-01T01:00:00+00:00"),
        ("2026-02-28 10:00:00 UTC", False, "2026-02-28T10:00:00+00:00"),
    ],
)
def test_times(text: str, last: bool, found: str) -> None:
    assert moment(text, last=last).isoformat() == found


@pytest.mark.parametrize("text", ["02/03/2026", "2026-13", "2026-02-30", "9999-12-31", "", "yesterday"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        moment(text, last=True)


def test_meters_are_told_by_words() -> None:
    assert meter("Cached input tokens") == "cached_input_tokens"
    assert meter("", "Prompt cache write") == "cache_write_input_tokens"
    assert meter("", "", "gpt output") == "output_tokens"
    assert meter("Subscription") is None
