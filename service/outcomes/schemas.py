"""Bodies of outcomes and of the scorecard."""

from decimal import Decimal

from marshmallow import fields, validate

from service.kit.http.fields import (
    Amount,
    Currency,
    Distinct,
    Flag,
    Identifier,
    Integer,
    Schema,
    Text,
    Timestamp,
)
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day

CENTS = {"pattern": r"^-?\d+\.\d\d$"}


class NewOutcomeSchema(Schema):
    """What to hold against what. `ends_on` is the last day, included; it must be over."""

    decision_id = Identifier(
        "dc", allow_none=True, load_default=None,
        metadata={"description": "The approved decision whose option was taken; instead of `evaluation_id`."},
    )  # fmt: skip
    evaluation_id = Identifier("ev", allow_none=True, load_default=None)
    option = Text(
        minimum=1, maximum=500, allow_none=True, load_default=None,
        metadata={"description": "Key of the option that was taken; null takes the recommended one."},
    )  # fmt: skip
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    bill_ids = Distinct(
        Identifier("bl"), validate=validate.Length(min=1, max=100), allow_none=True, load_default=None,
        metadata={"description": "Bills to take the charges of the period from; null takes all bills."},
    )  # fmt: skip
    traffic_history_id = Identifier(
        "th", allow_none=True, load_default=None, metadata={"description": "The traffic that came in the period."}
    )
    skus = fields.Dict(
        keys=Text(minimum=1, maximum=500), values=Text(minimum=1, maximum=200), validate=validate.Length(max=200),
        load_default=dict, metadata={"description": "The price sheet's sku of each sku that bills call otherwise."},
    )  # fmt: skip
    references = Distinct(
        Text(minimum=1, maximum=200), validate=validate.Length(max=100), load_default=list,
        metadata={"description": "Order numbers, contract and commitment ids of the reserved capacity."},
    )  # fmt: skip
    tolerance = Amount(
        maximum=10, load_default=Decimal("0.10"),
        metadata={"description": "Share of what was expected beyond which a variance raises `outcome.off_plan`."},
    )  # fmt: skip


class OutcomeIntervalSchema(Schema):
    """The stated interval over the period, and whether what was billed lies in it."""

    low = fields.String(required=True)
    high = fields.String(required=True)
    hit = Flag(required=True)


class OutcomeLineSchema(Schema):
    """A line: predicted + its causes = billed, to the cent."""

    code = fields.String(required=True)
    sku = fields.String(required=True)
    unit = fields.String(required=True)
    predicted = fields.String(required=True, metadata=CENTS)
    billed = fields.String(required=True, metadata=CENTS)
    predicted_quantity = fields.String(required=True)
    billed_quantity = fields.String(required=True, allow_none=True)
    unused = fields.String(required=True, metadata=CENTS)
    by_cause = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class UnmatchedSchema(Schema):
    """Charges that belong to no line of the option, and why."""

    sku = fields.String(required=True)
    provider = fields.String(required=True)
    category = fields.String(required=True)
    currency = Currency(required=True)
    reason = fields.String(required=True, metadata={"enum": ["unknown_sku", "other_currency", "crosses_period"]})
    amount = fields.String(required=True)
    charges = Integer(required=True)


class RegretSchema(Schema):
    """What the option costs more a month than the best one on the traffic that came; null where it is unknown."""

    monthly = fields.String(required=True, allow_none=True)
    best_option = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True)
    digest_of_traffic = fields.String(required=True, allow_none=True)


class OutcomeDocumentSchema(Schema):
    """The answer. Money in `currency`; `predicted` + all of `by_cause` = `billed`, to the cent."""

    detail = fields.List(fields.String(), required=True)
    currency = Currency(required=True)
    predicted = fields.String(required=True, metadata=CENTS)
    billed = fields.String(required=True, metadata=CENTS)
    invoiced = fields.String(required=True, metadata=CENTS)
    variance = fields.String(required=True, metadata=CENTS)
    variance_share = fields.String(required=True, allow_none=True)
    off_plan = Flag(required=True)
    by_cause = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    interval = fields.Nested(OutcomeIntervalSchema, required=True, allow_none=True)
    volume_factor = fields.String(required=True, allow_none=True)
    unused = fields.String(required=True, metadata=CENTS)
    lines = fields.List(fields.Nested(OutcomeLineSchema), required=True)
    not_billed = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    unmatched = fields.List(fields.Nested(UnmatchedSchema), required=True)
    regret = fields.Nested(RegretSchema, required=True, allow_none=True)
    evaluation_digest = fields.String(required=True)
    engine_version = fields.String(required=True)


class OutcomeSchema(Schema):
    """What came of an option over a period."""

    id = Identifier("oc", required=True)
    created_at = Timestamp(required=True)
    workload_id = Identifier("wl", required=True)
    evaluation_id = Identifier("ev", required=True)
    decision_id = Identifier("dc", required=True, allow_none=True)
    option = fields.String(required=True)
    starts_on = fields.String(required=True, metadata={"format": "date"})
    ends_on = fields.String(required=True, metadata={"format": "date"})
    replaced_by = Identifier("oc", required=True, allow_none=True)
    document = fields.Nested(OutcomeDocumentSchema, required=True)


class OutcomesQuery(PageQuery):
    """Which outcomes to list; those that were replaced are not among them."""

    workload_id = Identifier("wl", load_default=None)
    evaluation_id = Identifier("ev", load_default=None)
    decision_id = Identifier("dc", load_default=None)


class DueOutcomeSchema(Schema):
    """Days of a commitment that are over and have no outcome yet."""

    workload_id = Identifier("wl", required=True)
    commitment_id = Identifier("cm", required=True)
    sku = fields.String(required=True)
    starts_on = fields.String(required=True, metadata={"format": "date"})
    ends_on = fields.String(required=True, metadata={"format": "date"})
    detail = fields.String(required=True)


class DueOutcomesSchema(Schema):
    """Everything that is due, the oldest first."""

    items = fields.List(fields.Nested(DueOutcomeSchema), required=True)


class ScorecardQuery(Schema):
    """Which outcomes to count. `ended_from`: only periods that ended on this day or later."""

    workload_id = Identifier("wl", load_default=None)
    currency = Currency(load_default=None)
    ended_from = Day(load_default=None)


class FiguresSchema(Schema):
    """How well it came true. Ratios are null where there is nothing to divide by."""

    outcomes = Integer(required=True)
    predicted = fields.String(required=True, metadata=CENTS)
    billed = fields.String(required=True, metadata=CENTS)
    variance = fields.String(required=True, metadata=CENTS)
    bias = fields.String(required=True, allow_none=True)
    wape = fields.String(required=True, allow_none=True)
    intervals = Integer(required=True)
    interval_hit_rate = fields.String(required=True, allow_none=True)
    regrets = Integer(required=True)
    monthly_regret = fields.String(required=True, allow_none=True)
    unused = fields.String(required=True, metadata=CENTS)
    by_cause = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class GroupSchema(FiguresSchema):
    """The figures of the outcomes that share a value."""

    value = fields.String(required=True)


class CardSchema(FiguresSchema):
    """All outcomes in one currency."""

    currency = Currency(required=True)
    by_workload = fields.List(fields.Nested(GroupSchema), required=True)
    by_engine_version = fields.List(fields.Nested(GroupSchema), required=True)
    by_mode = fields.List(fields.Nested(GroupSchema), required=True)


class ScorecardSchema(Schema):
    """A card of each currency."""

    cards = fields.List(fields.Nested(CardSchema), required=True)
