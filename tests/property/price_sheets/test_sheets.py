"""What holds for every price sheet, and for everything that is none."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service.kit import canonical_json
from service.kit.http import strict_json
from service.kit.http.problems import Problem
from service.price_sheets.importers import spreadsheet
from service.price_sheets.importers.csv_cells import read_cell, write_cell
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.validation import load, offers_of
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
from tests.property.price_sheets.strategies import Json, checked, sheets, spoiled


@checked
@given(sheets())
def test_a_sheet_is_taken_as_it_is_and_every_offer_that_can_be_sized_is_read(document: Json) -> None:
    kept, warnings = load(document)
    assert kept == document
    assert {finding.severity for finding in warnings} <= {"warning"}
    sized = [offer["sku"] for offer in document["offers"] if offer["mode"] == "serverless" or "capacity" in offer]
    assert [offer.sku for offer in offers_of(document)] == sized


@checked
@given(sheets())
def test_what_is_stored_reads_back_as_what_was_sent(document: Json) -> None:
    sent = strict_json.loads(json.dumps(document).encode())
    stored = canonical_json.dumps(load(sent)[0])
    assert offers_of(json.loads(stored)) == offers_of(document)
    assert canonical_json.dumps(json.loads(stored)) == stored


@checked
@given(sheets())
def test_a_table_reads_back_as_the_sheet_it_was_made_of(document: Json) -> None:
    (read,) = spreadsheet.read(spreadsheet.write(document).encode()).sheets
    assert offers_of(read) == offers_of(document)
    assert {name: value for name, value in read.items() if name != "offers"} == {
        name: value for name, value in document.items() if name != "offers"
    }
    notes = [offer.get("note") for offer in document["offers"]]
    assert [offer.get("note") for offer in read["offers"]] == notes


@checked
@given(st.text() | st.text(";=+-@'＝\t a"))
def test_no_cell_starts_like_a_formula_however_it_is_split_and_each_reads_back(text: str) -> None:
    text = text.strip()
    cell = write_cell(text)
    for part in cell.split(";"):
        assert not part.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert not cell.startswith(tuple("\t\r\n"))
    assert read_cell(cell) == text


@checked
@given(spoiled())
def test_a_spoiled_sheet_is_refused_with_a_pointer_or_is_still_a_sound_one(case: tuple[Json, object]) -> None:
    document, _ = case
    errors, offers = answer(document)
    assert all(pointer == "" or pointer.startswith("/") for pointer in errors)
    for offer in offers:
        assert_sound(offer)


@checked
@given(spoiled())
def test_bytes_that_reach_the_schema_are_refused_or_can_be_stored(case: tuple[Json, object]) -> None:
    document, _ = case
    try:
        sent = json.dumps(document, default=str).encode()
        taken, _ = load(strict_json.loads(sent))
    except (Problem, SheetError):
        return
    assert json.loads(canonical_json.dumps(taken)) == taken


def answer(document: Json) -> tuple[list[str], tuple[Offer, ...]]:
    """Return the pointers of the errors, or the offers: never neither, never another exception."""
    try:
        return [], offers_of(document)
    except SheetError as refused:
        assert refused.findings, "a refusal says what is wrong"  # noqa: PT017 - both outcomes are right
        return [finding.pointer for finding in refused.findings], ()


def assert_sound(offer: Offer) -> None:
    """Assert what the workflow relies on."""
    amounts = [offer.monthly_minimum] if isinstance(offer, Serverless) else [rate.upfront for rate in offer.rates]
    if isinstance(offer, Serverless):
        amounts += [price.amount for price in offer.prices]
        assert all(price.per > 0 for price in offer.prices)
        assert len({price.meter for price in offer.prices}) == len(offer.prices)
    else:
        assert isinstance(offer, Dedicated)
        amounts += [rate.monthly_per_unit for rate in offer.rates]
        assert offer.units.maximum is None or offer.units.maximum >= offer.units.minimum >= 1
        if isinstance(offer.capacity, ConcurrencyCapacity):
            streams, speeds = zip(*offer.capacity.speed.decode, strict=True)
            assert list(streams) == sorted(set(streams))
            assert list(speeds) == sorted(speeds, reverse=True)
            assert min(speeds) > 0
    assert all(amount.is_finite() and 0 <= amount <= Decimal(10) ** 15 for amount in amounts)
