"""Bodies of commitments."""

from decimal import Decimal

from marshmallow import fields

from service.kit.http.fields import (
    Amount,
    Choice,
    Currency,
    Flag,
    Identifier,
    Integer,
    MoneySchema,
    Schema,
    Text,
    Timestamp,
)
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day

STATES = ("upcoming", "active", "ended")

_UNTIL = {"description": "Last day it is paid for."}
_NOTICE = {"description": "Last day to say that it shall not go on; null where it ends by itself."}
_SKU = {"description": "What was bought, as price sheets name it."}


class ChangedCommitmentSchema(Schema):
    """Facts to replace; what is left out stays as it is."""

    workload_id = Identifier("wl", allow_none=True)
    provider = Text(minimum=1, maximum=200)
    sku = Text(minimum=1, maximum=200, metadata=_SKU)
    units = Integer(minimum=1, maximum=1_000_000)
    currency = Currency()
    monthly_per_unit = Amount()
    upfront_per_unit = Amount()
    starts_on = Day()
    ends_on = Day()
    notice_by = Day(allow_none=True)
    renews = Flag(metadata={"description": "It goes on unless notice is given."})
    reference = Text(maximum=200, metadata={"description": "Order number or contract id."})
    description = Text(maximum=2000)
    is_settled = Flag(metadata={"description": "What follows is settled: no reminder."})


class NewCommitmentSchema(ChangedCommitmentSchema):
    """Capacity that is bought already."""

    workload_id = Identifier("wl", allow_none=True, load_default=None)
    provider = Text(minimum=1, maximum=200, required=True)
    sku = Text(minimum=1, maximum=200, required=True, metadata=_SKU)
    units = Integer(minimum=1, maximum=1_000_000, required=True)
    currency = Currency(required=True)
    monthly_per_unit = Amount(required=True)
    upfront_per_unit = Amount(load_default=Decimal(0))
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    notice_by = Day(allow_none=True, load_default=None)
    renews = Flag(load_default=False)
    reference = Text(maximum=200, load_default="")
    description = Text(maximum=2000, load_default="")
    is_settled = Flag(load_default=False)


class CommitmentSchema(Schema):
    """A commitment as stored.

    `monthly`: of all units. `owed`: what is still payable until `ends_on`: 12/365 of a month for each day left.
    `act_by`: the day by which somebody must decide what follows.
    """

    id = Identifier("cm", required=True)
    workload_id = Identifier("wl", required=True, allow_none=True)
    provider = fields.String(required=True)
    sku = fields.String(required=True)
    units = fields.Integer(required=True)
    currency = fields.String(required=True)
    monthly_per_unit = Amount(required=True)
    upfront_per_unit = Amount(required=True)
    starts_on = fields.String(required=True, metadata={"format": "date"})
    ends_on = fields.String(required=True, metadata={"format": "date"})
    notice_by = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    renews = fields.Boolean(required=True)
    reference = fields.String(required=True)
    description = fields.String(required=True)
    is_settled = fields.Boolean(required=True)
    state = Choice(STATES, required=True)
    monthly = fields.Nested(MoneySchema, required=True)
    owed = fields.Nested(MoneySchema, required=True)
    act_by = fields.String(required=True, metadata={"format": "date"})
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class CommitmentsQuery(PageQuery):
    """Which commitments: all filters given must fit."""

    workload_id = Identifier("wl", load_default=None)
    provider = Text(minimum=1, maximum=200, load_default=None)
    reference = Text(minimum=1, maximum=200, load_default=None)
    ended = Flag(
        load_default=None, metadata={"description": "Only those whose last day has passed, or only the others."}
    )
