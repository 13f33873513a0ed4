"""What is sent about decisions."""

from marshmallow import validate

from service.decisions.content import KINDS
from service.decisions.states import STATES
from service.kit.http.fields import Amount, Choice, Distinct, Flag, Identifier, Schema, Text
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day

DIGEST = r"sha256:[0-9a-f]{64}"

REVIEW_STATES = ("due", "overdue", "done")

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
    on_behalf_of = Identifier(
        "mb", load_default=None, allow_none=True, metadata={"description": "Member who delegated it to you."}
    )


class ReasonSchema(Schema):
    """Why a step is taken."""

    reason = Text(maximum=2000, load_default="")


class RequiredReasonSchema(Schema):
    """Why a step is taken."""

    reason = Text(minimum=1, maximum=2000, required=True)


class NewPurchaseSchema(Schema):
    """What was bought. What is left out is as it was decided; where more is committed, the guardrails are asked again.

    `reference`: order number or contract id. `document_digest`: of the order or contract, to recognise it by.
    """

    reference = Text(minimum=1, maximum=200, required=True)
    monthly_per_unit = Amount(load_default=None, allow_none=True)
    upfront_per_unit = Amount(load_default=None, allow_none=True)
    starts_on = Day(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)
    notice_by = Day(load_default=None, allow_none=True)
    renews = Flag(load_default=False, metadata={"description": "It goes on unless notice is given."})
    document_digest = Text(maximum=71, pattern=DIGEST, load_default=None, allow_none=True)


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
    review = Choice(
        REVIEW_STATES, load_default=None, metadata={"description": "Of an approval by break-glass: how its review is."}
    )


class NewCommentSchema(Schema):
    """A comment."""

    text = Text(minimum=1, maximum=4000, required=True)
