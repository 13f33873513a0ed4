"""Every knob of a policy in words: what it is counted in and what it does, by what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knob:
    """A knob by its place in a policy, such as `latency.target_ms`; code within it stands in backquotes."""

    name: str
    unit: str
    meaning: str


KNOBS: Mapping[str, tuple[Knob, ...]] = {
    "What is compared": (
        Knob(
            "margin",
            "share, 0 to 1",
            "how much cheaper an option that binds longer must be than any that binds less; an incumbent "
            "stays unless beaten by it",
        ),
        Knob(
            "simplicity_margin",
            "share, 0 to 1",
            "how much cheaper an option that is more complex, and binds no longer, must be; units on demand: "
            "only by what it is above `forecast.base_discount`, which asks it of them already",
        ),
        Knob("modes", "names", "families of options that are considered"),
        Knob("incumbent", "option key", "what is in use today, such as `serverless:acme/tokens`"),
        Knob(
            "commitments",
            "list",
            "what is bought already: `reservation` (`azure/ptu@12`), `units`, `months_left`, "
            "`monthly_per_unit`, of units of two kinds `second_units`",
        ),
        Knob("max_term_months", "months, 0 to 120", "longest commitment; 0 allows on demand only"),
        Knob(
            "max_throttled_share",
            "share of requests, of tokens where none are counted",
            "options that throttle more are not eligible",
        ),
    ),
    "How fast it must be": (
        Knob("latency.metric", "`first_token`, `end_to_end`", "which latency the target speaks of"),
        Knob("latency.percentile", "percent of requests", "how many must meet the target"),
        Knob("latency.target_ms", "milliseconds", "the target; `null` is none"),
        Knob("latency.strict", "yes or no", "whether missing the target, or an unknown latency, rules an option out"),
        Knob(
            "latency.value_per_slow_request",
            "money a request",
            "what a request slower than the target loses; above 0, an option of unknown latency is ruled out",
        ),
        Knob("latency.weight", "factor", "on that value"),
        Knob(
            "queue.percentile",
            "percent of requests",
            "how many may wait in a dedicated unit's queue for `queue.wait_ms` at most",
        ),
        Knob(
            "queue.wait_ms",
            "milliseconds",
            "the queueing goal that dedicated units are sized by; a latency target comes on top of it; "
            "`null` lets requests wait as long as the units keep up",
        ),
    ),
    "Where and on what it must run": (
        Knob(
            "isolation.required.tenancy",
            "`shared`, `dedicated`",
            "`dedicated` rules out capacity shared with other customers",
        ),
        Knob(
            "isolation.required.version_pinning",
            "yes or no",
            "the model's version must stay until the customer moves it",
        ),
        Knob("isolation.required.residency", "names of places", "at least one of them must be promised"),
        Knob("isolation.required.certifications", "names", "all of them must be held"),
        Knob("isolation.required.gpu", "name", "the GPU must be this one"),
        Knob("isolation.required.quantization", "name", "the quantization must be this one"),
        Knob("isolation.value_per_month", "money", "what each unmet preference costs"),
        Knob("isolation.weight", "factor", "on that value"),
    ),
    "Reserved units that spill": (
        Knob("hybrid.threshold", "share of slots, above 0 to 1", "how full the reserved units are when requests spill"),
        Knob("hybrid.overhead_per_month", "money", "what routing and keeping two paths costs the team"),
        Knob(
            "hybrid.outage_hours_per_month",
            "hours",
            "how long reserved units are down: a hybrid pays serverless for those hours; dedicated units "
            "lose the requests, which count what the cheapest serverless offer would charge for them",
        ),
    ),
    "What is expected of the months ahead": (
        Knob("horizon.months", "months, 1 to 120", "over which commitments are held against on demand"),
        Knob(
            "horizon.growth_per_month",
            "share, -0.5 to 1",
            "growth of the traffic, month by month; 0.05 is 5 %; a fall makes terms dearer, a rise is told "
            "with the month in which the answer changes",
        ),
        Knob(
            "horizon.persistence_per_month",
            "share, 0.5 to 1",
            "chance that this month's need is still there the next: what a term makes payable is weighed by it",
        ),
        Knob(
            "forecast.half_life_days",
            "days; weeks where weeks repeat",
            "age at which a day counts half as much as the latest; `null` counts all alike",
        ),
        Knob(
            "forecast.volatility_half_life_days", "days; weeks where weeks repeat", "the same for how much days differ"
        ),
        Knob(
            "forecast.weekly_share",
            "share",
            "weeks repeat where days differ from those a week before by less than this share of how they "
            "differ from the day before (mean squares); `0` is never",
        ),
        Knob("forecast.base_discount", "share", "taken off what traffic costs, whatever the days"),
        Knob("forecast.discount_per_volatility", "share", "and for each 100 % by which days differ"),
        Knob("forecast.largest_discount", "share", "and no more than that"),
    ),
    "How much traffic is enough, and how sure it makes": (
        Knob("sufficiency.days", "days", "least that must be observed"),
        Knob(
            "sufficiency.coverage",
            "share",
            "of the time that must be present, and of the hours of the week that must have been seen",
        ),
        Knob("sufficiency.allow_provisional", "yes or no", "recommend on less, labelled `provisional`"),
        Knob(
            "pattern.steady_mean_to_p99",
            "share",
            "traffic is `steady` from this mean ÷ 99th percentile on, counting noise aside",
        ),
        Knob("pattern.steady_idle_share", "share", "and with at most so much idle time"),
        Knob("pattern.base_floor_to_mean", "share", "else it has a base from this floor ÷ mean on"),
        Knob("uncertainty.scenarios", "3 to 199", "levels of traffic behind intervals and probabilities"),
        Knob("uncertainty.noise", "share", "least spread of the coming level, for days that do not differ"),
        Knob(
            "uncertainty.residuals",
            "7 rising numbers",
            "how far forecasts were off, in spreads, at 5, 10, 25, 50, 75, 90 and 95 %",
        ),
    ),
    "How traffic is replayed": (
        Knob(
            "synthesis.cv",
            "ratio",
            "variation of the gaps between requests drawn inside a series' buckets; 1 is Poisson",
        ),
        Knob("replay.max_requests", "requests", "longer histories replay a sample of whole hours"),
        Knob("deferrable_share", "share", "of every quantity, what may wait for offers of the tiers batch and flex"),
        Knob("traffic_factor", "factor, above 0", "on the measured traffic"),
        Knob("seed", "whole number", "of drawn arrivals and of samples; `null` takes it from the history"),
    ),
    "Money, zone and review": (
        Knob("currency", "ISO 4217", "to compare in; `null` is that of the offers, where they have one"),
        Knob("exchange_rates", "money by currency", '`{"EUR": "1.08"}`: one EUR is 1.08 of the evaluation\'s currency'),
        Knob("zone", "IANA name", "of hours of the week"),
        Knob("review_days", "days", "after the end of the traffic, when to look again at the latest"),
        Knob("review_drift", "share", "change of the traffic's level by which what binds nothing is looked at again"),
    ),
}
"""By what they are about; `isolation.preferred` has those of `isolation.required`."""
