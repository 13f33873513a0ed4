"""Decisions as they are served."""

from marshmallow import fields

from service.decisions.content import KINDS
from service.decisions.states import STATES
from service.kit.http.fields import Amount, Choice, Identifier, Schema, Timestamp


class PersonSchema(Schema):
    """A member."""

    id = Identifier("mb", required=True)
    name = fields.String(required=True)


class NeedsSchema(Schema):
    """Approvals that are needed, and from whom they came. `sentence` says it for people."""

    approvers = fields.Integer(required=True)
    role = fields.String(required=True)
    missing = fields.Integer(required=True)
    approved_by = fields.List(fields.Nested(PersonSchema), required=True)
    sentence = fields.String(required=True)


class DecisionVoteSchema(Schema):
    """A vote as cast; `none` took the one before back. The newest one of a member counts."""

    member = fields.Nested(PersonSchema, required=True)
    vote = Choice(("approve", "reject", "abstain", "none"), required=True)
    reason = fields.String(required=True)
    digest = fields.String(required=True)
    on_behalf_of = fields.Nested(
        PersonSchema, required=True, allow_none=True, metadata={"description": "Who delegated it, null: nobody."}
    )
    carried_from = fields.String(
        required=True, allow_none=True, metadata={"description": "Digest it was cast on, where it was carried over."}
    )
    created_at = Timestamp(required=True)


class GuardrailFindingSchema(Schema):
    """What a guardrail says. `level`: `block`, `needs` or `note`."""

    level = Choice(("block", "needs", "note"), required=True)
    rule = fields.String(required=True)
    sentence = fields.String(required=True)


class PurchaseSchema(Schema):
    """What was bought. `more_than_approved`: how much more is committed than was decided; negative where less."""

    id = Identifier("pu", required=True)
    created_at = Timestamp(required=True)
    reference = fields.String(required=True)
    commitment_id = Identifier("cm", required=True)
    monthly_per_unit = fields.String(required=True)
    upfront_per_unit = fields.String(required=True)
    total_commitment = fields.String(required=True)
    more_than_approved = fields.String(required=True)
    document_digest = fields.String(required=True, allow_none=True)


class BreakGlassSchema(Schema):
    """An approval by an owner alone. `overridden`: what the guardrails said; the review is somebody else's."""

    created_at = Timestamp(required=True)
    member = fields.Nested(PersonSchema, required=True)
    reason = fields.String(required=True)
    overridden = fields.List(fields.Nested(GuardrailFindingSchema), required=True)
    review_by = fields.String(required=True, metadata={"format": "date"})
    review_state = Choice(("due", "overdue", "done"), required=True)
    reviewed_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    reviewed_at = Timestamp(required=True, allow_none=True)
    review = fields.String(required=True)


class RebaseSchema(Schema):
    """A move onto a newer evaluation. `because`: why votes did not go along; `differences`: the option's, by cause."""

    created_at = Timestamp(required=True)
    member = fields.Nested(PersonSchema, required=True)
    from_evaluation_id = Identifier("ev", required=True)
    to_evaluation_id = Identifier("ev", required=True)
    from_digest = fields.String(required=True)
    to_digest = fields.String(required=True)
    carried = fields.Boolean(required=True)
    because = fields.List(fields.String(), required=True)
    differences = fields.Dict(keys=fields.String(), required=True)


class DecisionSchema(Schema):
    """A decision. `content` is what was decided, for ever, under `digest`; the days beside it are as agreed by now."""

    id = Identifier("dc", required=True)
    workload_id = Identifier("wl", required=True)
    evaluation_id = Identifier("ev", required=True)
    title = fields.String(required=True)
    kind = Choice(KINDS, required=True)
    option = fields.String(required=True, allow_none=True)
    state = Choice(STATES, required=True)
    state_reason = fields.String(required=True)
    sentence = fields.String(required=True, metadata={"description": "How it stands and what is next, for people."})
    needs = fields.Nested(NeedsSchema, required=True, allow_none=True)
    findings = fields.List(fields.Nested(GuardrailFindingSchema), required=True)
    focus_status = fields.String(required=True, allow_none=True)
    proposer = fields.Nested(PersonSchema, required=True)
    owner = fields.Nested(PersonSchema, required=True)
    provider = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    total_commitment = Amount(required=True)
    buys = fields.Boolean(required=True)
    decide_by = fields.String(required=True, metadata={"format": "date"})
    valid_until = fields.String(required=True, metadata={"format": "date"})
    purchase_by = fields.String(required=True, metadata={"format": "date"})
    starts_on = fields.String(required=True, metadata={"format": "date"})
    ends_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    notice_by = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    external_reference = fields.String(required=True)
    supersedes_id = fields.String(required=True, allow_none=True)
    superseded_by_id = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True)
    content = fields.Dict(keys=fields.String(), required=True)
    votes = fields.List(fields.Nested(DecisionVoteSchema), required=True)
    purchase_request_digest = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the purchase request, kept at the approval: built again it has the same."},
    )
    rebases = fields.List(fields.Nested(RebaseSchema), required=True)
    break_glass = fields.Nested(BreakGlassSchema, required=True, allow_none=True)
    purchase = fields.Nested(PurchaseSchema, required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    approved_at = Timestamp(required=True, allow_none=True)


class DecisionCommentSchema(Schema):
    """A comment as stored."""

    id = Identifier("dm", required=True)
    member_id = Identifier("mb", required=True)
    text = fields.String(required=True)
    created_at = Timestamp(required=True)
