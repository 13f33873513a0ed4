"""The purchase request as OpenAPI describes it."""

from marshmallow import fields

from service.kit.http.fields import Choice, Currency, Flag, Identifier, Integer, Schema, Text

CENTS = {"pattern": r"^-?\d+\.\d\d$"}


def _cents(*, nullable: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=nullable, metadata=CENTS)


class PurchaseRequestFormQuery(Schema):
    """In which form. `format` goes before the `Accept` header; `profile` is of CSV."""

    format = Choice(("json", "csv", "xml", "pdf"), load_default=None)
    profile = Choice(("generic", "netsuite"), load_default="generic")


class PurchaseRequestQuery(PurchaseRequestFormQuery):
    """Which option: the recommended one where none is named."""

    option = Text(minimum=1, maximum=500, load_default=None)


class ItemSchema(Schema):
    """An item: `quantity` units at `unit_price` for `per` of them, `monthly` a month. The items' `monthly` add up."""

    number = Integer(required=True)
    provider = fields.String(required=True)
    sku = fields.String(required=True)
    region = fields.String(required=True, metadata={"description": "Empty where the price sheet names none."})
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["capacity", "upfront", "use"]})
    quantity = fields.String(required=True)
    unit = fields.String(required=True)
    unit_code = fields.String(required=True, metadata={"description": "UN/ECE Recommendation 20."})
    unit_price = fields.String(required=True)
    per = Integer(required=True)
    monthly = _cents()


class OwnCostSchema(Schema):
    """A cost that belongs to the option and is not ordered: in house, or owed on what was bought before."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    monthly = _cents()


class TermsSchema(Schema):
    """What it binds to. pays_back_month: the month in which it has paid for itself against on demand."""

    term_months = fields.Float(required=True, allow_none=True)
    months_locked = Integer(required=True)
    upfront = _cents()
    committed_monthly = _cents()
    pays_back_month = Integer(required=True, allow_none=True)


class ExpectedSchema(Schema):
    """What the evaluation expects; null where it does not say."""

    monthly_low = _cents(nullable=True)
    monthly_high = _cents(nullable=True)
    probability_cheapest = fields.Float(required=True, allow_none=True)
    expected_regret = _cents(nullable=True)
    utilization = fields.Float(required=True, allow_none=True)
    confidence = fields.String(required=True, allow_none=True)
    provisional = Flag(required=True)
    monthly_today = _cents(nullable=True)
    monthly_saving = _cents(nullable=True)


class RequestedOptionSchema(Schema):
    """The option that is requested."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    recommended = Flag(required=True)


class InsteadSchema(Schema):
    """What the evaluation recommends where it is not this option."""

    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    monthly = _cents(nullable=True)
    text = fields.String(required=True)


class AlternativeSchema(Schema):
    """Another way to serve the workload. more: than the one requested."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    monthly = _cents()
    more = _cents()
    reason = fields.String(required=True)


class NegotiateSchema(Schema):
    """A figure beyond which the evaluation recommends another option."""

    name = fields.String(required=True)
    unit = fields.String(required=True)
    current = fields.String(required=True)
    value = fields.String(required=True)
    direction = fields.String(required=True)
    to = fields.String(required=True)
    what = fields.String(required=True)
    text = fields.String(required=True)


class VoteOnPaperSchema(Schema):
    """One approval."""

    name = fields.String(required=True)
    role = fields.String(required=True)
    at = fields.String(required=True)
    reason = fields.String(required=True)


class ApprovalSchema(Schema):
    """What people decided."""

    decision_id = fields.String(required=True)
    title = fields.String(required=True)
    approved_at = fields.String(required=True)
    proposer = fields.String(required=True)
    owner = fields.String(required=True)
    votes = fields.List(fields.Nested(VoteOnPaperSchema), required=True)
    why = fields.String(required=True)
    cost_centre = fields.String(required=True)
    project = fields.String(required=True)
    starts_on = fields.String(required=True)
    purchase_by = fields.String(required=True)


class ServedWorkloadSchema(Schema):
    """Whose capacity it is."""

    id = Identifier("wl", required=True)
    name = fields.String(required=True)
    model = fields.String(required=True)


class CheckSchema(Schema):
    """How to check it."""

    evaluation_id = Identifier("ev", required=True)
    evaluation_digest = fields.String(required=True)
    engine_version = fields.String(required=True)
    review_by = fields.String(required=True)
    how = fields.String(required=True)


class PurchaseRequestSchema(Schema):
    """A purchase request. `digest` is the SHA-256 of the RFC 8785 form of everything else."""

    kind = fields.String(required=True)
    number = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": ["draft", "approved"]})
    status_text = fields.String(required=True)
    issued_on = fields.String(required=True, metadata={"format": "date"})
    title = fields.String(required=True)
    buyer = fields.String(required=True)
    sellers = fields.List(fields.String(), required=True)
    workload = fields.Nested(ServedWorkloadSchema, required=True)
    option = fields.Nested(RequestedOptionSchema, required=True)
    recommended_instead = fields.Nested(InsteadSchema, required=True, allow_none=True)
    currency = Currency(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    own_costs = fields.List(fields.Nested(OwnCostSchema), required=True)
    monthly_total = _cents()
    terms = fields.Nested(TermsSchema, required=True)
    total_commitment = _cents()
    expected = fields.Nested(ExpectedSchema, required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    negotiate = fields.List(fields.Nested(NegotiateSchema), required=True)
    approval = fields.Nested(ApprovalSchema, required=True, allow_none=True)
    check = fields.Nested(CheckSchema, required=True)
    digest = fields.String(required=True)
