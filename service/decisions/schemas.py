"""Bodies of decisions."""

from marshmallow import fields, validate

from service.decisions.content import KINDS
from service.decisions.states import STATES
from service.kit.http.fields import Amount, Choice, Distinct, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day

DIGEST = r"sha256:[0-9a-f]{64}"

_MOST_PEOPLE = validate.Length(max=50)


class NewDecisionSchema(Schema):
    """What is proposed on a completed evaluation. What is left out is taken from the evaluation."""

    evaluation_id = Identifier("ev", required=True)
    option = Text(
        minimum=1, maximum=500, load_default=None, allow_none=True,
        metadata={"description": "Key of an option of the evaluation; by default the recommended one."},
    )  # fmt: skip
    kind = Choice(KINDS, load_default=None, allow_none=True)
    title = Text(maximum=200, load_default="")
    owner_id = Identifier(
        "mb", load_default=None, allow_none=True, metadata={"description": "Member who answers for it; by default you."}
    )
    consulted = Distinct(Text(minimum=1, maximum=100), load_default=list, validate=_MOST_PEOPLE)
    informed = Distinct(Text(minimum=1, maximum=100), load_default=list, validate=_MOST_PEOPLE)
    cost_center = Text(maximum=100, load_default="")
    project = Text(maximum=100, load_default="")
    external_reference = Text(
        maximum=200, load_default="", metadata={"description": "A ticket or request elsewhere, to find it by."}
    )
    override_reason = Text(
        maximum=2000, load_default="", metadata={"description": "Why not the recommended option; required then."}
    )
    supersedes_id = Identifier(
        "dc", load_default=None, allow_none=True, metadata={"description": "Decision of the workload that it replaces."}
    )
    decide_by = Day(load_default=None, allow_none=True)
    valid_until = Day(load_default=None, allow_none=True)
    purchase_by = Day(load_default=None, allow_none=True)
    starts_on = Day(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)
    notice_by = Day(load_default=None, allow_none=True)


class NewVoteSchema(Schema):
    """A vote. `digest`: the decision's, as you read it: the vote covers this content and no other."""

    vote = Choice(("approve", "reject", "abstain"), required=True)
    reason = Text(maximum=2000, load_default="")
    digest = Text(maximum=71, pattern=DIGEST, required=True)


class ReasonSchema(Schema):
    """Why a step is taken."""

    reason = Text(maximum=2000, load_default="")


class RequiredReasonSchema(Schema):
    """Why a step is taken."""

    reason = Text(minimum=1, maximum=2000, required=True)


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
    created_at = Timestamp(required=True)


class GuardrailFindingSchema(Schema):
    """What a guardrail says. `level`: `block`, `needs` or `note`."""

    level = Choice(("block", "needs", "note"), required=True)
    rule = fields.String(required=True)
    sentence = fields.String(required=True)


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
    purchase = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    approved_at = Timestamp(required=True, allow_none=True)


class DecisionsQuery(PageQuery):
    """Which decisions: all filters given must fit. `due_by`: to be decided on that day or earlier."""

    state = Choice(STATES, load_default=None)
    kind = Choice(KINDS, load_default=None)
    workload_id = Identifier("wl", load_default=None)
    evaluation_id = Identifier("ev", load_default=None)
    owner_id = Identifier("mb", load_default=None)
    proposer_id = Identifier("mb", load_default=None)
    external_reference = Text(minimum=1, maximum=200, load_default=None)
    due_by = Day(load_default=None)


class NewCommentSchema(Schema):
    """A comment."""

    text = Text(minimum=1, maximum=4000, required=True)


class DecisionCommentSchema(Schema):
    """A comment as stored."""

    id = Identifier("dm", required=True)
    member_id = Identifier("mb", required=True)
    text = fields.String(required=True)
    created_at = Timestamp(required=True)
