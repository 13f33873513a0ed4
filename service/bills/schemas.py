"""Bodies of bills."""

from typing import Any

from marshmallow import fields

from service.kit.http.fields import Amount, Currency, Identifier, Integer, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery

EXACT = r"-?(0|[1-9]\d{0,27})(\.\d{1,18})?"
"""A decimal as a bill says it: at most 18 places."""


def _exact(**kwargs: Any) -> Amount:  # noqa: ANN401
    return Amount(minimum=None, required=True, metadata={"pattern": f"^{EXACT}$"}, **kwargs)


class BillWords(Schema):
    """What is said of a bill whose lines do not say it."""

    currency = Currency(load_default=None)
    provider = Text(minimum=1, maximum=200, load_default=None)


class BillTotalSchema(Schema):
    """What counts of a bill in one currency: as billed, and as the cost of the use."""

    currency = Currency(required=True)
    billed = fields.String(required=True, metadata={"pattern": f"^{EXACT}$"})
    effective = fields.String(required=True, metadata={"pattern": f"^{EXACT}$"})


class BillSchema(Schema):
    """A bill."""

    id = Identifier("bl", required=True)
    created_at = Timestamp(required=True)
    digest = fields.String(required=True)
    format = fields.String(required=True, metadata={"enum": ["focus", "plain"]})
    charges = Integer(required=True, metadata={"description": "Lines of the file."})
    repeated = Integer(
        required=True, metadata={"description": "Lines that an earlier bill has already; they are not counted again."}
    )
    totals = fields.List(fields.Nested(BillTotalSchema), required=True)
    starts_at = Timestamp(required=True)
    ends_at = Timestamp(required=True, metadata={"description": "Not included."})


class ChargeSchema(Schema):
    """A line of a bill."""

    number = Integer(required=True, metadata={"description": "Line in the file, or number of the record."})
    provider = fields.String(required=True)
    invoice = fields.String(required=True)
    category = fields.String(required=True)
    starts_at = Timestamp(required=True)
    ends_at = Timestamp(required=True)
    sku = fields.String(required=True)
    description = fields.String(required=True)
    meter = fields.String(required=True, allow_none=True)
    quantity = _exact(allow_none=True)
    unit = fields.String(required=True)
    billed = _exact()
    effective = _exact()
    currency = Currency(required=True)
    commitment = fields.String(required=True)
    commitment_status = fields.String(required=True)
    contract = fields.String(required=True)
    repeats = Identifier("bl", required=True, allow_none=True)


class ChargesQuery(PageQuery):
    """Which charges of a bill to list."""

    sku = Text(minimum=1, maximum=500, load_default=None)
