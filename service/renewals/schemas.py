"""Bodies of renewals."""

from marshmallow import fields

from service.commitments.schemas import CommitmentSchema
from service.evaluations.schemas import ShownMoneySchema
from service.kit.http.fields import Identifier, QueryInteger, Schema
from service.kit.http.paging import PageQuery


class RenewalsQuery(PageQuery):
    """Which renewals: to be acted on within so many days; those whose day has passed are always among them."""

    days = QueryInteger(minimum=1, maximum=3660, load_default=180)


class CalendarQuery(Schema):
    """How far the calendar goes."""

    days = QueryInteger(minimum=1, maximum=3660, load_default=3660)


class RenewalSchema(Schema):
    """A commitment that ends. `days_left`: until `act_by`, negative where it has passed. `detail`: for people."""

    commitment = fields.Nested(CommitmentSchema, required=True)
    act_by = fields.String(required=True, metadata={"format": "date"})
    days_left = fields.Integer(required=True)
    detail = fields.String(required=True)


class ComparisonQuery(Schema):
    """Which evaluation to compare by; the workload's newest where none is named."""

    evaluation_id = Identifier("ev", load_default=None)


class RenewalChoiceSchema(Schema):
    """One choice. `monthly_cost`: everything paid a month; `owed`: of it, what the commitment costs anyway."""

    option = fields.String(required=True)
    monthly_cost = fields.Nested(ShownMoneySchema, required=True)
    owed = fields.Nested(ShownMoneySchema, required=True)


class UntilTheEndSchema(Schema):
    """While the commitment lasts. `leaving_costs_more`: a month, negative where leaving is cheaper."""

    ends_on = fields.String(required=True, metadata={"format": "date"})
    stay = fields.Nested(RenewalChoiceSchema, required=True, allow_none=True)
    leave = fields.Nested(RenewalChoiceSchema, required=True, allow_none=True)
    leaving_costs_more = fields.Nested(ShownMoneySchema, required=True, allow_none=True)


class AfterwardsSchema(Schema):
    """When it has ended. `letting_end_costs_more`: a month, negative where letting it end is cheaper."""

    extend = fields.Nested(RenewalChoiceSchema, required=True, allow_none=True)
    let_end = fields.Nested(RenewalChoiceSchema, required=True, allow_none=True)
    letting_end_costs_more = fields.Nested(ShownMoneySchema, required=True, allow_none=True)


class RenewalComparisonSchema(Schema):
    """What to do about a commitment, by the bills of an evaluation. `until_the_end` is null when it has ended."""

    commitment_id = Identifier("cm", required=True)
    evaluation_id = Identifier("ev", required=True)
    detail = fields.List(fields.String(), required=True, metadata={"description": "The answer, sentence by sentence."})
    until_the_end = fields.Nested(UntilTheEndSchema, required=True, allow_none=True)
    afterwards = fields.Nested(AfterwardsSchema, required=True)
