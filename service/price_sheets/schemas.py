"""Answers and queries of price sheets."""

from datetime import UTC, datetime, time

from marshmallow import ValidationError, fields

from service.kit.http.fields import Choice, Currency, Flag, Identifier, Integer, QueryInteger, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day
from service.price_sheets.offer_schemas import PriceSchema, RateSchema
from service.price_sheets.sheet_schema import PriceSheetSchema, SourceSchema

FORMATS = ("csv", "litellm", "genai-prices", "azure")


class Moment(Timestamp):
    """A time as RFC 3339 with zone, or a day, which stands for its midnight UTC."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> datetime:
        try:
            return datetime.combine(Day().deserialize(value), time(), UTC)
        except ValidationError:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[arg-type]


class FindingSchema(Schema):
    """A remark on a document: `code` names the rule, `pointer` is a JSON pointer into the document."""

    severity = Choice(("error", "warning"), required=True)
    code = Text(required=True)
    pointer = Text(required=True)
    detail = Text(maximum=2000, required=True)


class StoredPriceSheetSchema(Schema):
    """A price sheet as listed. `version` is its latest one, `digest` that one's; the ETag names it.

    `retired_at`: since when none of its versions is in force any more.
    """

    id = Identifier("ps", required=True)
    provider = Text(required=True)
    name = Text(required=True)
    currency = Currency(required=True)
    version = Integer(required=True)
    digest = Text(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    retired_at = Timestamp(required=True, allow_none=True)


class ChangedPriceSheetSchema(Schema):
    """A retired sheet is in force no more: evaluations use it only where its version is named."""

    retired = Flag(required=True)


class VersionSchema(Schema):
    """A version of a price sheet without its offers. `digest`: SHA-256 of the document's canonical JSON (RFC 8785)."""

    price_sheet_id = Identifier("ps", required=True)
    version = Integer(required=True)
    effective_from = Timestamp(required=True)
    source = fields.Nested(SourceSchema, required=True)
    digest = Text(required=True)
    offer_count = Integer(required=True)
    warnings = fields.List(fields.Nested(FindingSchema), required=True)
    created_at = Timestamp(required=True)


class WholePriceSheetSchema(StoredPriceSheetSchema):
    """A price sheet with its latest version."""

    latest = fields.Nested(VersionSchema, required=True)


class WholeVersionSchema(VersionSchema):
    """A version of a price sheet with its document as uploaded, capacities of profiles filled in."""

    document = fields.Nested(PriceSheetSchema, required=True)


class PriceSheetQuery(PageQuery):
    """Which sheets: all filters given must fit. `model`: offered by the latest version, or by the one in force then."""

    provider = Text(minimum=1, load_default=None)
    name = Text(minimum=1, load_default=None)
    model = Text(minimum=1, load_default=None)
    effective_at = Moment(load_default=None, metadata={"description": "Only sheets in force then: a time or a day."})


class AtQuery(Schema):
    """As of when; left out: now."""

    at = Moment(load_default=None, metadata={"description": "A time (RFC 3339) or a day."})


class OfferPriceSchema(Schema):
    """An offer's prices while one version was in force; null where that version did not offer it."""

    version = Integer(required=True)
    effective_from = Timestamp(required=True)
    effective_until = Timestamp(required=True, allow_none=True)
    prices = fields.List(fields.Nested(PriceSchema), required=True, allow_none=True)
    rates = fields.List(fields.Nested(RateSchema), required=True, allow_none=True)


class OfferPricesSchema(Schema):
    """An offer's prices over time, earliest first, in the sheet's currency."""

    price_sheet_id = Identifier("ps", required=True)
    sku = Text(required=True)
    currency = Currency(required=True)
    items = fields.List(fields.Nested(OfferPriceSchema), required=True)


class ConflictQuery(AtQuery):
    """Which conflicts: of a provider, of a model, as of when; at most `limit`."""

    provider = Text(minimum=1, load_default=None)
    model = Text(minimum=1, load_default=None)
    limit = QueryInteger(minimum=1, maximum=1000, load_default=200)


class StatementSchema(Schema):
    """What one sheet in force says: its `price` of the meter, or its `rate` of the unit; `model` as it writes it."""

    price_sheet_id = Identifier("ps", required=True)
    version = Integer(required=True)
    sku = Text(required=True)
    model = Text(required=True)
    source = fields.Nested(SourceSchema, required=True)
    price = fields.Nested(PriceSchema, required=True, allow_none=True)
    rate = fields.Nested(RateSchema, required=True, allow_none=True)


class ConflictSchema(Schema):
    """One thing that sheets in force price differently: a meter at a tier, or a unit under a term.

    `model`: of the names that they have for it the first.
    """

    provider = Text(required=True)
    model = Text(required=True)
    region = Text(required=True)
    currency = Currency(required=True)
    meter = Text(required=True, allow_none=True)
    tier = Text(required=True, allow_none=True)
    unit = Text(required=True, allow_none=True)
    gpu = Text(required=True, allow_none=True)
    term_months = fields.Float(required=True, allow_none=True)
    statements = fields.List(fields.Nested(StatementSchema), required=True)


class ConflictsSchema(Schema):
    """Conflicts in the order of their names; `truncated` says that there are more than asked for."""

    items = fields.List(fields.Nested(ConflictSchema), required=True)
    truncated = Flag(required=True)


class ImportQuery(Schema):
    """What to import. Without a body, `litellm` and `genai-prices` are read out of the installed package."""

    format = Choice(FORMATS, required=True)
    provider = Text(minimum=1, load_default=None, metadata={"description": "Only this provider; not of csv."})
    model = Text(
        maximum=100,
        load_default="",
        metadata={"description": "Only models whose name holds this, as sheets of their own; not of csv."},
    )
    as_of = Day(load_default=None)


class ImportedSheetSchema(Schema):
    """What became of one sheet: `unchanged` when its latest version lists the same offers already."""

    outcome = Choice(("created", "revised", "unchanged"), required=True)
    price_sheet_id = Identifier("ps", required=True)
    version = Integer(required=True)
    provider = Text(required=True)
    name = Text(required=True)
    digest = Text(required=True)
    offer_count = Integer(required=True)
    warning_count = Integer(required=True)


class SkippedSchema(Schema):
    """An item of the source that no offer was made of."""

    item = Text(required=True)
    code = Text(required=True)
    detail = Text(required=True)


class ImportSchema(Schema):
    """What an import did: every sheet stored, every item left out.

    `conflict_count`: meters and rates that these sheets and others of their providers, all in force now, price
    differently; `/v1/price-conflicts` lists them.
    """

    format = Choice(FORMATS, required=True)
    sheets = fields.List(fields.Nested(ImportedSheetSchema), required=True)
    skipped = fields.List(fields.Nested(SkippedSchema), required=True)
    conflict_count = Integer(required=True)
