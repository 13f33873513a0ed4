"""The shape of a whole price sheet: who charges it, since when, out of which source, and what is offered."""

from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load, validate

from service.kit.http.fields import MAX_INTEGER, Currency, List, Schema
from service.price_sheets.fields import Day, Line, Variant
from service.price_sheets.offer_schemas import OFFERS
from service.price_sheets.words import MODE_WORDS

MAX_OFFERS = 2_000
"""The most offers one sheet may hold; the longest public list today holds under a thousand."""


class SourceSchema(Schema):
    """Where the prices were read: `as_of` the day they were, `version` of the package or file they came out of."""

    as_of = Day(required=True)
    url = Line(1000, pattern=r"https?://[^\s]+", hint="Must be an http or https address.")
    name = Line(200)
    version = Line(200)


class PriceSheetSchema(Schema):
    """A provider's offers in one currency, in force from `effective_from` (midnight UTC)."""

    provider = Line(100, required=True)
    name = Line(200, required=True)
    currency = Currency(required=True)
    effective_from = Day(required=True)
    source = fields.Nested(SourceSchema, required=True)
    offers = List(
        Variant("mode", OFFERS, MODE_WORDS),
        required=True,
        validate=validate.Length(min=1, max=MAX_OFFERS, error="Must hold 1 to 2000 offers."),
    )

    @post_load(pass_original=True)
    def as_written(self, _loaded: dict[str, Any], written: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Return the checked document as it was written: what is stored and digested adds nothing of our own."""
        document: dict[str, Any] = _plain(written)
        return document


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Turn the decimals that a strict reader leaves into what canonical JSON is made of: `1e6` is the integer it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) <= MAX_INTEGER else float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
