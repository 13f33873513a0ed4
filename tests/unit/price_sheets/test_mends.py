"""Typical mistakes in price sheets: each refusal names field, what was found and a mend, and the mend works as told."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from marshmallow import ValidationError

from service.kit.http.query import schema_errors
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.validation import load
from tests.unit.price_sheets.documents import sheet

AMOUNT, PER, METER = "/offers/0/prices/0/amount", "/offers/0/prices/0/per", "/offers/0/prices/0/meter"

MISTAKES = [
    (AMOUNT, 2.5, "2.5"),
    (AMOUNT, 2e-7, "0.0000002"),
    (AMOUNT, "2,5", "2.5"),
    (AMOUNT, "$2.50", "2.5"),
    (AMOUNT, "2.50 USD", "2.5"),
    (AMOUNT, "EUR 2,50", "2.5"),
    (AMOUNT, "1,200.50", "1200.5"),
    (AMOUNT, "1.200,50", "1200.5"),
    (AMOUNT, "1 200.5", "1200.5"),
    (AMOUNT, "2e-6", "0.000002"),
    (AMOUNT, "-2.50", "2.50"),
    (AMOUNT, ".5", None),
    (PER, "1M", 1_000_000),
    (PER, "1k", 1_000),
    (PER, "1,000,000", 1_000_000),
    (PER, "1000000", 1_000_000),
    (PER, "1 million tokens", 1_000_000),
    (METER, "prompt_tokens", "input_tokens"),
    (METER, "Input Tokens", "input_tokens"),
    (METER, "input_token", "input_tokens"),
    (METER, "cache_read_tokens", None),
    ("/offers/2/mode", "provisioned", "dedicated"),
    ("/offers/2/mode", "Dedicated", "dedicated"),
    ("/offers/2/capacity/kind", "ptu", "throughput"),
    ("/currency", "usd", "USD"),
    ("/currency", "$", "USD"),
    ("/effective_from", "01.11.2026", "2026-11-01"),
    ("/effective_from", "2026-11-01T00:00:00Z", "2026-11-01"),
    ("/effective_from", "2026/11/1", "2026-11-01"),
    ("/offers/0/sku", "openai/gpt 4.1", "openai-gpt-4.1"),
    ("/offers/1/capacity/slots", "64", 64),
    ("/offers/0/limits/tokens_per_minute", "2M", 2_000_000),
]
"""Field, what was written, and what the refusal says to write; None where the mend would not fit or is not known."""


def with_value(pointer: str, value: object) -> dict[str, Any]:
    """Return a sheet with another value at a place."""
    document: Any = deepcopy(sheet())
    at = document
    *path, last = pointer.strip("/").split("/")
    for step in path:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return dict(document)


def refusal(document: dict[str, Any]) -> dict[str, str]:
    """Return the sentences of a refusal by field."""
    try:
        load(document)
    except ValidationError as error:
        return {fault.pointer: fault.detail for fault in schema_errors(error)}
    except SheetError as error:
        return {fault.pointer: fault.detail for fault in error.findings}
    pytest.fail("the sheet was taken")


@pytest.mark.parametrize(("pointer", "wrong", "right"), MISTAKES)
def test_a_mistake_is_told_with_field_what_was_found_and_a_mend_that_works(
    pointer: str, wrong: object, right: object
) -> None:
    told = refusal(with_value(pointer, wrong))
    assert set(told) == {pointer}
    assert (wrong if isinstance(wrong, str) else "found") in told[pointer]
    written = re.search(r'(?:Write|Put it in quotes,) ("[^"]*"|\d+)', told[pointer])
    if right is None:
        return
    assert written is not None
    assert json.loads(written[1]) == right
    load(with_value(pointer, json.loads(written[1])))


def test_a_mark_that_may_part_thousands_or_decimals_is_told_with_both() -> None:
    assert '"1200" or "1.2"' in refusal(with_value(AMOUNT, "1,200"))[AMOUNT]


def test_a_date_that_may_begin_with_month_or_day_is_told_with_both() -> None:
    told = refusal(with_value("/effective_from", "11/01/2026"))["/effective_from"]
    assert '"2026-01-11" or "2026-11-01"' in told
