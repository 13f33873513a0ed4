"""Bodies of guardrails."""

from marshmallow import fields

from service.decisions.models import GUARDRAIL_STATES
from service.decisions.rules_schema import RulesSchema
from service.decisions.schemas import NeedsSchema, PersonSchema
from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery


class NewGuardrailsSchema(Schema):
    """Guardrails to hold instead of those in force, once approved."""

    rules = fields.Nested(RulesSchema, required=True)
    reason = Text(minimum=1, maximum=2000, required=True)


class GuardrailVoteSchema(Schema):
    """A vote as cast. The newest one of a member counts."""

    member_id = Identifier("mb", required=True)
    on_behalf_of = Identifier("mb", required=True, allow_none=True)
    vote = fields.String(required=True)
    reason = fields.String(required=True)
    digest = fields.String(required=True)
    created_at = fields.String(required=True)


class GuardrailsSchema(Schema):
    """Guardrails. Number 0 is the shipped default: nobody proposed it, and it has no id."""

    id = Identifier("gr", required=True, allow_none=True)
    number = fields.Integer(required=True)
    state = Choice(GUARDRAIL_STATES, required=True)
    digest = fields.String(required=True)
    rules = fields.Dict(keys=fields.String(), required=True)
    reason = fields.String(required=True)
    proposer = fields.Nested(PersonSchema, required=True, allow_none=True)
    needs = fields.Nested(NeedsSchema, required=True, allow_none=True)
    votes = fields.List(fields.Nested(GuardrailVoteSchema), required=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True, allow_none=True)
    decided_at = Timestamp(required=True, allow_none=True)


class GuardrailsQuery(PageQuery):
    """Which versions."""

    state = Choice(GUARDRAIL_STATES, load_default=None)
