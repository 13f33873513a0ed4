"""Bodies of delegations, of approvals by break-glass and their reviews."""

from marshmallow import fields

from service.decisions.requests import DIGEST
from service.decisions.schemas import PersonSchema
from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day


class NewDelegationSchema(Schema):
    """Who votes for you, until the end of which day (UTC)."""

    delegate_id = Identifier("mb", required=True)
    until = Day(required=True)
    reason = Text(maximum=2000, load_default="")


class DelegationSchema(Schema):
    """A delegation. `state`: `holds`, `over` after its day, `revoked`; a vote counts only while it holds."""

    id = Identifier("dg", required=True)
    delegator = fields.Nested(PersonSchema, required=True)
    delegate = fields.Nested(PersonSchema, required=True)
    until = fields.String(required=True, metadata={"format": "date"})
    reason = fields.String(required=True)
    state = Choice(("holds", "over", "revoked"), required=True)
    revoked_at = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class DelegationsQuery(PageQuery):
    """Which delegations: all filters given must fit."""

    delegator_id = Identifier("mb", load_default=None)
    delegate_id = Identifier("mb", load_default=None)


class NewBreakGlassSchema(Schema):
    """An approval by an owner alone. `digest`: the decision's, as you read it."""

    reason = Text(minimum=1, maximum=2000, required=True)
    digest = Text(maximum=71, pattern=DIGEST, required=True)


class NewRebaseSchema(Schema):
    """A newer evaluation of the workload to stand on. Option and reason stay as they are where they are left out."""

    evaluation_id = Identifier("ev", required=True)
    option = Text(minimum=1, maximum=500, load_default=None, allow_none=True)
    override_reason = Text(maximum=2000, load_default="")


class NewReviewSchema(Schema):
    """What the review of an approval by break-glass found."""

    review = Text(minimum=1, maximum=4000, required=True)
