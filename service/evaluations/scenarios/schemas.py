"""Bodies of scenarios."""

from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.evaluations.scenarios.grid import AS_IS, count
from service.evaluations.schemas import NewEvaluationSchema, ShownMoneySchema
from service.kit.http.fields import Choice, Distinct, Flag, Integer, Schema, Text
from service.policies.policy_fields import Exact
from service.price_sheets.sheet_schema import PriceSheetSchema

MOST_CELLS = 100

FEW = validate.Length(min=1, max=20)


class PriceChangeSchema(Schema):
    """`factor` times the prices of every offer that fits all the words given."""

    factor = Exact(low="0", high="1000", required=True, metadata={"example": "0.85"})
    mode = Choice(("serverless", "dedicated"), allow_none=True, load_default=None)
    provider = Text(minimum=1, maximum=100, allow_none=True, load_default=None)
    sku = Text(minimum=1, maximum=200, allow_none=True, load_default=None)
    term_months = Integer(minimum=0, maximum=120, allow_none=True, load_default=None)


class PricesSchema(Schema):
    """Prices under a name: none changed, or some."""

    name = Text(minimum=1, maximum=100, required=True)
    changes = fields.List(fields.Nested(PriceChangeSchema), load_default=list, validate=validate.Length(max=20))


class OffersSchema(Schema):
    """Offers under a name: those there are, with those of a price sheet added, or in place of their namesakes."""

    name = Text(minimum=1, maximum=100, required=True)
    price_sheet = fields.Nested(PriceSheetSchema, allow_none=True, load_default=None)


class GridSchema(Schema):
    """What to vary; every combination is a row of the table. What is left out stays as it is."""

    traffic_factors = Distinct(Exact(low="0", high="1000", above=True), load_default=lambda: [Decimal(1)], validate=FEW)
    growth_per_month = Distinct(Exact(low="-0.5", high="1"), load_default=lambda: [None], validate=FEW)
    prices = fields.List(
        fields.Nested(PricesSchema), load_default=lambda: [{"name": AS_IS, "changes": []}], validate=FEW
    )
    offers = fields.List(
        fields.Nested(OffersSchema), load_default=lambda: [{"name": AS_IS, "price_sheet": None}], validate=FEW
    )

    @ma.validates("prices", "offers")
    def _told_apart(self, value: list[dict[str, Any]], **_: Any) -> None:  # noqa: ANN401
        names = [item["name"] for item in value if "name" in item]  # the field itself says where one is missing
        if len(set(names)) < len(names):
            raise ma.ValidationError("Give each another name: rows are told apart by it.")

    @ma.validates_schema
    def _bounded(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        if count(data) > MOST_CELLS:
            raise ma.ValidationError(f"That is {count(data)} combinations; at most {MOST_CELLS} at once.")


class ScenarioFormQuery(Schema):
    """In which form the table is answered."""

    format = Choice(("json", "csv", "xlsx"), load_default="json")


class WorkloadScenariosSchema(NewEvaluationSchema):
    """A base, said as for an evaluation, and what to vary of it."""

    grid = fields.Nested(GridSchema, required=True)


class ChoiceSchema(Schema):
    """A recommendation in short."""

    mode = fields.String(required=True)
    option = fields.String(required=True, allow_none=True)
    monthly_cost = fields.Nested(ShownMoneySchema, required=True, allow_none=True)
    confidence = fields.String(required=True)
    provisional = Flag(required=True)


class ScenarioSchema(Schema):
    """A row. `change`: against the base's recommended total. `flips_in_months`: growth then changes the answer."""

    traffic_factor = fields.String(required=True)
    growth_per_month = fields.String(required=True)
    prices = fields.String(required=True)
    offers = fields.String(required=True)
    recommendation = fields.Nested(ChoiceSchema, required=True)
    flipped = Flag(required=True)
    change = fields.Nested(ShownMoneySchema, required=True, allow_none=True)
    cheapest_by_mode = fields.Dict(keys=fields.String(), required=True)
    commitment = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    flips_in_months = Integer(required=True, allow_none=True)


class ScenarioTableSchema(Schema):
    """The table; nothing of it is stored."""

    base = fields.Nested(ChoiceSchema, required=True)
    scenarios = fields.List(fields.Nested(ScenarioSchema), required=True)
