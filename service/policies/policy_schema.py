"""The policy as JSON: every knob checked on the way in, every default written out on the way out."""

from dataclasses import fields as dataclass_fields
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, cast

from marshmallow import fields, post_load

from service.kit.db.types import plain_decimal
from service.kit.http.fields import MAX_INTEGER, Choice, Currency, Flag, Integer, Number, Schema, Text
from service.policies.policy_fields import Exact, ExchangeRates, Listed, Names, Rising, Zone
from service.workflow.policy import (
    MODES,
    RESIDUAL_SHARES,
    ForecastPolicy,
    HorizonPolicy,
    HybridPolicy,
    IsolationNeeds,
    IsolationPolicy,
    LatencyPolicy,
    PatternPolicy,
    Policy,
    QueuePolicy,
    ReplayPolicy,
    RunningCommitment,
    SufficiencyPolicy,
    SynthesisPolicy,
    UncertaintyPolicy,
)

MONEY = "1000000000000"


class Part(Schema):
    """One part of the policy: loads into its value, whose defaults stand for what is left out."""

    value: ClassVar[type]

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """Make the value, its decimals without trailing zeros."""
        made = self.value(**data)
        decimals = {
            field.name: Decimal(plain_decimal(getattr(made, field.name)))
            for field in dataclass_fields(made)
            if isinstance(getattr(made, field.name), Decimal)
        }
        return self.value(**data | decimals)


class LatencyPolicySchema(Part):
    """See LatencyPolicy."""

    value = LatencyPolicy
    metric = Choice(("first_token", "end_to_end"))
    percentile = Number(minimum=1, maximum=100)
    target_ms = Number(minimum=1, maximum=86_400_000, allow_none=True)
    strict = Flag()
    value_per_slow_request = Exact(low="0", high=MONEY)
    weight = Exact(low="0", high="1000000")


class NeedsPolicySchema(Part):
    """See IsolationNeeds."""

    value = IsolationNeeds
    tenancy = Choice(
        (
            "shared",
            "dedicated",
        ),
        allow_none=True,
    )
    version_pinning = Flag(allow_none=True)
    residency = Names()
    certifications = Names()
    gpu = Text(minimum=1, maximum=64, allow_none=True)
    quantization = Text(minimum=1, maximum=64, allow_none=True)


class IsolationPolicySchema(Part):
    """See IsolationPolicy."""

    value = IsolationPolicy
    required = fields.Nested(NeedsPolicySchema)
    preferred = fields.Nested(NeedsPolicySchema)
    value_per_month = Exact(low="0", high=MONEY)
    weight = Exact(low="0", high="1000000")


class QueuePolicySchema(Part):
    """See QueuePolicy."""

    value = QueuePolicy
    percentile = Number(minimum=1, maximum=100)
    wait_ms = Number(minimum=0, maximum=604_800_000, allow_none=True)


class HybridPolicySchema(Part):
    """See HybridPolicy."""

    value = HybridPolicy
    threshold = Number(minimum=0.01, maximum=1)
    overhead_per_month = Exact(low="0", high=MONEY)
    outage_hours_per_month = Exact(low="0", high="730")


class HorizonPolicySchema(Part):
    """See HorizonPolicy."""

    value = HorizonPolicy
    months = Integer(minimum=1, maximum=120)
    growth_per_month = Exact(low="-0.5", high="1")
    persistence_per_month = Exact(low="0.5", high="1")


class SufficiencyPolicySchema(Part):
    """See SufficiencyPolicy."""

    value = SufficiencyPolicy
    days = Integer(minimum=0, maximum=366)
    coverage = Number(minimum=0, maximum=1)
    allow_provisional = Flag()


class PatternPolicySchema(Part):
    """See PatternPolicy."""

    value = PatternPolicy
    steady_mean_to_p99 = Number(minimum=0, maximum=1)
    steady_idle_share = Number(minimum=0, maximum=1)
    base_floor_to_mean = Number(minimum=0, maximum=1)


class ForecastPolicySchema(Part):
    """See ForecastPolicy."""

    value = ForecastPolicy
    half_life_days = Number(minimum=0.1, maximum=3650, allow_none=True)
    volatility_half_life_days = Number(minimum=0.1, maximum=3650)
    weekly_share = Number(minimum=0, maximum=1)
    base_discount = Number(minimum=0, maximum=0.9)
    discount_per_volatility = Number(minimum=0, maximum=10)
    largest_discount = Number(minimum=0, maximum=0.9)


class UncertaintyPolicySchema(Part):
    """See UncertaintyPolicy."""

    value = UncertaintyPolicy
    scenarios = Integer(minimum=3, maximum=199)
    noise = Number(minimum=0, maximum=10)
    residuals = Rising(len(RESIDUAL_SHARES), low=-20, high=20)


class RunningCommitmentSchema(Part):
    """See RunningCommitment."""

    value = RunningCommitment
    reservation = Text(minimum=1, maximum=300, required=True)
    units = Integer(minimum=1, maximum=1_000_000, required=True)
    months_left = Integer(minimum=0, maximum=120, required=True)
    monthly_per_unit = Exact(low="0", high=MONEY, allow_none=True)
    second_units = Integer(minimum=0, maximum=1_000_000)


class SynthesisPolicySchema(Part):
    """See SynthesisPolicy."""

    value = SynthesisPolicy
    cv = Number(minimum=0.01, maximum=100)


class ReplayPolicySchema(Part):
    """See ReplayPolicy."""

    value = ReplayPolicy
    max_requests = Integer(minimum=1_000, maximum=10_000_000)


class PolicySchema(Part):
    """See Policy. Unknown fields are refused; what is left out has its default."""

    value = Policy
    margin = Exact(low="0", high="1")
    simplicity_margin = Exact(low="0", high="1")
    modes = Names(MODES, least=1)
    incumbent = Text(minimum=1, maximum=500, allow_none=True)
    commitments = Listed(RunningCommitmentSchema, most=64)
    max_term_months = Integer(minimum=0, maximum=120)
    max_throttled_share = Number(minimum=0, maximum=1)
    latency = fields.Nested(LatencyPolicySchema)
    isolation = fields.Nested(IsolationPolicySchema)
    queue = fields.Nested(QueuePolicySchema)
    hybrid = fields.Nested(HybridPolicySchema)
    horizon = fields.Nested(HorizonPolicySchema)
    sufficiency = fields.Nested(SufficiencyPolicySchema)
    pattern = fields.Nested(PatternPolicySchema)
    forecast = fields.Nested(ForecastPolicySchema)
    uncertainty = fields.Nested(UncertaintyPolicySchema)
    synthesis = fields.Nested(SynthesisPolicySchema)
    replay = fields.Nested(ReplayPolicySchema)
    traffic_factor = Exact(low="0", high="100000", above=True)
    deferrable_share = Exact(low="0", high="1")
    seed = Integer(minimum=0, maximum=MAX_INTEGER, allow_none=True)
    currency = Currency(allow_none=True)
    exchange_rates = ExchangeRates()
    zone = Zone()
    review_days = Integer(minimum=1, maximum=3650)
    review_drift = Number(minimum=0.01, maximum=10)


def policy_of(document: dict[str, Any]) -> Policy:
    """Return the policy a JSON document asks for; marshmallow.ValidationError names each field that is wrong."""
    return cast("Policy", _schema().load(document))


@cache
def _schema() -> PolicySchema:
    """Return the schema, made once: making its parts takes longer than reading a policy."""
    return PolicySchema()


RETIRED = frozenset({"bootstrap"})
"""Parts of policies that earlier versions stored and nothing reads any more; requests that name them are refused."""


def stored_policy_of(document: dict[str, Any]) -> Policy:
    """Return the policy of a document as it was stored, whatever of it was retired since."""
    return policy_of(current(document))


def current(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored document without what was retired since."""
    return {name: value for name, value in document.items() if name not in RETIRED}


def policy_document(policy: Policy) -> dict[str, Any]:
    """Return the effective policy as JSON: every default written out, exact numbers as strings."""
    return cast("dict[str, Any]", _schema().dump(policy))


def partial_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return what a document says, and only that, spelled as policy_document spells it.

    Raises marshmallow.ValidationError naming each field that is wrong.
    """
    return _picked(policy_document(policy_of(document)), document)


def merged(*documents: dict[str, Any]) -> dict[str, Any]:
    """Lay policy documents over each other, part by part; the last word on a field wins."""
    result: dict[str, Any] = {}
    for document in documents:
        for name, value in document.items():
            both = isinstance(value, dict) and isinstance(result.get(name), dict) and name != "exchange_rates"
            result[name] = merged(result[name], value) if both else value
    return result


def _picked(effective: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    whole = ("exchange_rates",)
    return {
        name: _picked(effective[name], value) if isinstance(value, dict) and name not in whole else effective[name]
        for name, value in names.items()
    }
