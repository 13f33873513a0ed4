"""The shape of an offer, serverless or dedicated: every product sold today as data. Rules between fields: `lint`."""

from marshmallow import fields, validate

from service.kit.http.fields import Choice, Distinct, Flag, Identifier, Integer, List, Number, Schema
from service.price_sheets.fields import DAYS, SKU, Day, Line, Money, SpeedPoint, TimeOfDay, Variant, Zone, is_sku
from service.price_sheets.words import CAPACITY_WORDS, METER_WORDS
from service.workflow.metered_prices import METERS, WEIGHTED_METERS
from service.workflow.offers import TIERS

WORD = r"[^;]+"
"""An entry of a list that shares one cell of a table."""

DAY_SECONDS = 86_400
MONTH_SECONDS = 31 * DAY_SECONDS


def _some(most: int) -> validate.Length:
    return validate.Length(min=1, max=most, error=f"Must hold 1 to {most} entries.")


def _words() -> Distinct:
    return Distinct(Line(100, pattern=WORD, hint="Must not hold a semicolon."), validate=validate.Length(max=100))


class TierSchema(Schema):
    """A marginal tier: `amount` is the price of the part of the month's quantity above `above`."""

    above = Integer(minimum=1, maximum=10**15, required=True)
    amount = Money(required=True)


class WeekHoursSchema(Schema):
    """From `from` until before `until` on `days` (left out: every day) in `zone`; past midnight where it is not later.

    A time that runs past midnight belongs to the day on which it began.
    """

    zone = Zone(required=True)
    days = Distinct(Choice(DAYS), alphabetical=False, validate=_some(7))
    from_ = TimeOfDay(required=True, data_key="from")
    until = TimeOfDay(required=True)


class ConditionalSchema(Schema):
    """`amount` instead of the price's own for a request of more input tokens than this, in these hours, or both.

    Input tokens are all of the request, cached ones included. Of several that a request meets the last holds.
    """

    input_tokens_above = Integer(minimum=1, maximum=10**9)
    hours = fields.Nested(WeekHoursSchema)
    amount = Money(required=True)


class PriceSchema(Schema):
    """`amount` of the sheet's currency for `per` of the meter; `input_tokens` is the price of uncached input.

    `per` is a power of ten, of compute seconds also 60 or 3600. `tiers` go by the month's quantity, `when` by the
    single request: the whole request is billed at the amount of the last condition that it meets.
    """

    meter = Choice(METERS, alike=METER_WORDS, required=True)
    amount = Money(required=True)
    per = Integer(minimum=1, maximum=10**9, required=True)
    tiers = List(fields.Nested(TierSchema), validate=_some(20))
    when = List(fields.Nested(ConditionalSchema), validate=_some(20))


class LimitsSchema(Schema):
    """Rate limits per clock minute; a limit left out does not bind.

    With `burst_seconds` each is a leaky bucket that refills all the time and holds what so many seconds bring.

    `tokens_per_minute` counts all input and output, `input_tokens_per_minute` the input that is not cached,
    `all_input_tokens_per_minute` the cached part too.
    """

    requests_per_minute = Integer(minimum=1, maximum=10**9)
    tokens_per_minute = Integer(minimum=1, maximum=10**12)
    input_tokens_per_minute = Integer(minimum=1, maximum=10**12)
    all_input_tokens_per_minute = Integer(minimum=1, maximum=10**12)
    output_tokens_per_minute = Integer(minimum=1, maximum=10**12)
    burst_seconds = Integer(minimum=1, maximum=3600)


class ColdStartSchema(Schema):
    """After `idle_seconds` without a request in service the next one waits `start_seconds`."""

    idle_seconds = Number(minimum=0, maximum=MONTH_SECONDS, required=True)
    start_seconds = Number(minimum=0, maximum=DAY_SECONDS, required=True)


class WarmPoolSchema(Schema):
    """Instances kept up around the clock: `hourly` each, serving `concurrency` requests at once."""

    hourly = Money(required=True)
    concurrency = Integer(minimum=1, maximum=100_000, load_default=1)


class SpeedSchema(Schema):
    """Token speeds: prefill of uncached input, and the decode curve by streams in service."""

    prefill_tokens_per_second = Number(minimum=1e-6, maximum=1e12, required=True)
    decode_tokens_per_second = List(SpeedPoint(), required=True, validate=_some(100))


class OfferIsolationSchema(Schema):
    """What the offer guarantees. `residency`: places processing stays in; empty promises nothing."""

    tenancy = Choice(("shared", "dedicated"), load_default="shared")
    version_pinning = Flag(load_default=False)
    residency = _words()
    certifications = _words()


class OfferSchema(Schema):
    """What offers share. To be had until before `available_until`. `preferred`: it stands for all of its sku."""

    sku = Line(200, pattern=SKU, check=is_sku, required=True)
    model = Line(200, required=True)
    region = Line(100, load_default="global")
    gpu = Line(100)
    quantization = Line(100)
    speed = fields.Nested(SpeedSchema)
    isolation = fields.Nested(OfferIsolationSchema)
    available_from = Day()
    available_until = Day()
    preferred = Flag()
    note = Line(1000)


class ServerlessOfferSchema(OfferSchema):
    """Billed by meters, and by the hour where keeping the offer ready has a fee of its own (`hourly`).

    `instance_concurrency`: requests one instance serves at once, where compute time is billed. `tier`: how soon it
    answers, `standard` where left out; `batch` and `flex` serve only the share of the traffic that may wait.
    """

    mode = Choice(("serverless",), required=True)
    tier = Choice(TIERS)
    prices = List(fields.Nested(PriceSchema), required=True, validate=_some(len(METERS)))
    monthly_minimum = Money()
    hourly = Money()
    limits = fields.Nested(LimitsSchema)
    cold_start = fields.Nested(ColdStartSchema)
    warm_pool = fields.Nested(WarmPoolSchema)
    instance_concurrency = Integer(minimum=1, maximum=100_000, load_default=1)


class UnitsSchema(Schema):
    """Legal numbers of units: `minimum`, then steps of `increment`, up to `maximum` (left out: no limit)."""

    minimum = Integer(minimum=1, maximum=10**6, load_default=1)
    increment = Integer(minimum=1, maximum=10**6, load_default=1)
    maximum = Integer(minimum=1, maximum=10**6)


class OwnedSchema(Schema):
    """What a unit costs that is bought and run by its user: `purchase` less `residual` spread evenly over the term.

    Power is `power_kilowatts` at `kilowatt_hour` for 730 hours, times `power_usage_effectiveness` (1 where left out)
    for cooling. `space_monthly`, `people_monthly`, `other_monthly`: money a month. All is per unit.
    """

    purchase = Money(required=True)
    residual = Money()
    power_kilowatts = Number(minimum=0, maximum=10_000)
    power_usage_effectiveness = Number(minimum=1, maximum=10)
    kilowatt_hour = Money()
    space_monthly = Money()
    people_monthly = Money()
    other_monthly = Money()


class RateSchema(Schema):
    """What one unit costs under a term: `term_months` (0: on demand), `term_weeks` or `term_days`.

    By the hour, the day, the week or the month of 730 hours; or `owned`, which is paid off over `term_months`.
    `upfront` is per unit and term. `billing_seconds`: the step in which running time is billed. `second`: what a unit
    of the budget that is bought apart costs, for the time that the rate's own amount is for.
    """

    term_months = Integer(minimum=0, maximum=120)
    term_weeks = Integer(minimum=1, maximum=520)
    term_days = Integer(minimum=1, maximum=3650)
    hourly = Money()
    daily = Money()
    weekly = Money()
    monthly = Money()
    owned = fields.Nested(OwnedSchema)
    upfront = Money()
    second = Money()
    billing_seconds = Integer(minimum=1, maximum=MONTH_SECONDS, load_default=1)


class MeasuredWithSchema(Schema):
    """Mean lengths of the requests that a benchmark kept in flight; `input_tokens` 0: no prompt was read meanwhile."""

    input_tokens = Number(minimum=0, maximum=10**9, required=True)
    output_tokens = Number(minimum=2, maximum=10**9, required=True)


class ConcurrencyCapacitySchema(SpeedSchema):
    """A unit that serves `slots` requests at once, at speeds that fall with the streams in service.

    Figures of a measured unit, each to be left out where it is not known: `prefill_seconds_per_prompt` of the unit's
    time for any prompt; `first_token_seconds` from a prompt read to its first token at the caller;
    `context_seconds_per_token`, by which each token held makes a decode step longer, with `context_tokens`, the tokens
    a stream held on average when the speeds were measured; `kv_tokens` that the unit's memory holds. `measured_with`:
    the speeds are what a benchmark of such requests saw while it kept so many in flight, one alone at least; reading
    the prompts of the others, which made them slower, is taken out of them.
    """

    kind = Choice(("concurrency",), required=True)
    slots = Integer(minimum=1, maximum=100_000, required=True)
    prefill_seconds_per_prompt = Number(minimum=0, maximum=3600)
    first_token_seconds = Number(minimum=0, maximum=3600)
    context_seconds_per_token = Number(minimum=0, maximum=1)
    context_tokens = Number(minimum=0, maximum=10**9)
    kv_tokens = Integer(minimum=1, maximum=10**12)
    measured_with = fields.Nested(MeasuredWithSchema)


class WeightsSchema(Schema):
    """What one of each meter takes from a budget; a meter left out takes nothing. A weight may be a price."""

    input_tokens = Money(whole=True)
    cached_input_tokens = Money(whole=True)
    output_tokens = Money(whole=True)
    requests = Money(whole=True)
    compute_seconds = Money(whole=True)


class LongWeightsSchema(Schema):
    """Weights of a request of more than `input_tokens_above` input tokens, cached ones included, instead of others."""

    input_tokens_above = Integer(minimum=1, maximum=10**9, required=True)
    weights = fields.Nested(WeightsSchema, required=True)


class AxisSchema(Schema):
    """A budget of `per_minute` weighted meter units a unit and minute; money a minute where weights are prices.

    `longer`: what long requests take instead; the whole request, by the last entry that it is longer than.
    `units`: this budget is bought apart, in units of its own that are called `unit` and cost the `second` of each rate.
    """

    per_minute = Money(whole=True, positive=True, required=True)
    weights = fields.Nested(WeightsSchema, required=True)
    longer = List(fields.Nested(LongWeightsSchema), validate=_some(10))
    unit = Line(50)
    units = fields.Nested(UnitsSchema)


class ThroughputCapacitySchema(Schema):
    """Provisioned throughput: each axis is a use-it-or-lose-it budget per aligned window of `window_seconds`.

    With `burst_seconds` instead it is a leaky bucket that refills all the time and holds what so many seconds bring.
    """

    kind = Choice(("throughput",), required=True)
    window_seconds = Integer(minimum=1, maximum=3600)
    burst_seconds = Integer(minimum=1, maximum=3600)
    axes = List(fields.Nested(AxisSchema), required=True, validate=_some(len(WEIGHTED_METERS)))


CAPACITIES: dict[str, type[Schema]] = {"concurrency": ConcurrencyCapacitySchema, "throughput": ThroughputCapacitySchema}
"""The kinds of capacity, of offers and of capacity profiles; `offer_values` makes each one's value."""


class AutoscaleSchema(Schema):
    """How the offer scales by itself: down to `minimum` units after `idle_seconds` without need of one."""

    minimum = Integer(minimum=0, maximum=10**6, required=True)
    idle_seconds = Number(minimum=0, maximum=MONTH_SECONDS, load_default=300)


class DedicatedOfferSchema(OfferSchema):
    """Reserved units at one or more rates. Without `capacity` the price is kept but nothing can be sized with it.

    `capacity_profile_id`: the profile whose capacity a stored sheet gets filled in, of its version
    `capacity_profile_version`, or of its latest where that is left out. `schedule`: the units run, and are billed, in
    these hours of the week alone, and for `start_seconds` before each time.
    """

    mode = Choice(("dedicated",), required=True)
    capacity_profile_id = Identifier("cp")
    capacity_profile_version = Integer(minimum=1, maximum=10**9)
    unit = Line(50, load_default="replica")
    units = fields.Nested(UnitsSchema)
    rates = List(fields.Nested(RateSchema), required=True, validate=_some(20))
    capacity = Variant("kind", CAPACITIES, CAPACITY_WORDS)
    start_seconds = Number(minimum=0, maximum=DAY_SECONDS)
    autoscale = fields.Nested(AutoscaleSchema)
    schedule = fields.Nested(WeekHoursSchema)


OFFERS: dict[str, type[Schema]] = {"serverless": ServerlessOfferSchema, "dedicated": DedicatedOfferSchema}
"""The shape of an offer by its mode."""
