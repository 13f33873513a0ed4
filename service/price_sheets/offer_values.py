"""From the document of a checked price sheet to the values of the workflow, field by field."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.model_names.names import SHIPPED, close, key_of
from service.price_sheets.fields import DAYS
from service.price_sheets.figure_bases import bases_of
from service.workflow.bill import quantize
from service.workflow.conditions import DAY_MINUTES, Condition, Conditional, WeekHours
from service.workflow.fit import without_reading
from service.workflow.metered_prices import METERS, WEIGHTED_METERS, Meter, Price, Tier
from service.workflow.offers import (
    Autoscale,
    Axis,
    Capacity,
    ColdStart,
    ConcurrencyCapacity,
    Dedicated,
    Isolation,
    Limits,
    LongWeights,
    Offer,
    Serverless,
    Speed,
    ThroughputCapacity,
    Units,
    WarmPool,
)
from service.workflow.rates import HOURS_PER_MONTH, WEEK_SECONDS, Rate

Json = dict[str, Any]

Model = str | Collection[str] | None
"""Which offers are meant: those of a model, of a model by several names in small letters, or of any where None."""

MEASURED = ("prefill_seconds_per_prompt", "first_token_seconds", "context_seconds_per_token", "context_tokens")
"""Figures of a measured unit that are 0 where they are not known."""


def build_offers(document: Json, model: Model = None, on: date | None = None) -> tuple[Offer, ...]:
    """Return the offers of a document that `parse.load` has taken, those without capacity left out.

    With `model` only those of that model, by any of the names given; with `on` only those available on that day.
    """
    sheet = {"provider": document["provider"], "currency": document["currency"]}
    return tuple(
        _serverless(offer, sheet) if offer["mode"] == "serverless" else _dedicated(offer, sheet)
        for offer in document["offers"]
        if _counts(offer, model) and (on is None or is_available(offer, on))
    )


def settled_since(documents: Sequence[Json], model: Model, on: date) -> date | None:
    """Return the day since when exactly those offers can be had that can be on a day; None where all of them can.

    It is the last day, until `on`, that an offer came or went or a document took effect, so that asking again before
    the next such day asks for the same; `on` itself where there was none.
    """
    offers = [offer for document in documents for offer in document["offers"] if _counts(offer, model)]
    if all(is_available(offer, on) for offer in offers):
        return None
    days = [document["effective_from"] for document in documents]
    days += [offer[name] for offer in offers for name in ("available_from", "available_until") if name in offer]
    past = [day for day in days if day <= on.isoformat()]
    return date.fromisoformat(max(past)) if past else on


def is_of(offer: Json, model: Model) -> bool:
    """Tell whether an offer is one of `model`, whatever its capitals."""
    if model is None:
        return True
    name = key_of(offer["model"])
    return name == key_of(model) if isinstance(model, str) else name in model


def models_of(documents: Sequence[Json]) -> set[str]:
    """Return the models that documents offer, as they write them."""
    return {offer["model"] for document in documents for offer in document["offers"]}


def _counts(offer: Json, model: Model) -> bool:
    """Tell whether an offer can be sized and is one of `model`."""
    return (offer["mode"] == "serverless" or "capacity" in offer) and is_of(offer, model)


def nothing_for(documents: Sequence[Json], model: str | None, meant: Model = None) -> str:
    """Return why documents offer nothing for a model that can be compared, and the mend; meant: all its names."""
    offers = [offer for document in documents for offer in document["offers"]]
    asked = [offer for offer in offers if is_of(offer, model if meant is None else meant)]
    if asked:
        named = ", ".join(offer["sku"] for offer in asked[:5])
        return f"What is offered for {model or 'any model'} has a price but no capacity ({named}): add `capacity`."
    sold = sorted({offer["model"] for offer in offers if _counts(offer, None)})
    more = f" and {len(sold) - 10} more" if len(sold) > 10 else ""
    near = {*close(model or "", sold), *SHIPPED.near(model or "", sold)}
    listed = ", ".join(name for name in sold if key_of(name) in near) or ", ".join(sold[:10]) + more
    mend = ""
    if near:
        mend = " Where one of them is the same model, name it, or add an alias (`--alias` or /v1/model-aliases)."
    return f"Nothing is offered for {model}; the price sheets have {listed}.{mend}"


def is_available(offer: Json, on: date) -> bool:
    """Tell whether an offer can be had on a day: from `available_from` until before `available_until`."""
    # Days in ISO 8601 sort as text.
    day = on.isoformat()
    return bool(offer.get("available_from", day) <= day < offer.get("available_until", "9999-99-99"))


def _serverless(offer: Json, sheet: Json) -> Serverless:
    return Serverless(
        **_common(offer, sheet),
        prices=tuple(
            _price(price) for price in sorted(offer["prices"], key=lambda price: METERS.index(price["meter"]))
        ),
        monthly_minimum=Decimal(offer.get("monthly_minimum", "0")),
        hourly_fee=Decimal(offer.get("hourly", "0")),
        limits=Limits(**offer.get("limits", {})),
        cold_start=_cold_start(offer.get("cold_start")),
        warm_pool=_warm_pool(offer.get("warm_pool")),
        instance_concurrency=offer.get("instance_concurrency", 1),
        tier=offer.get("tier", "standard"),
    )


def _dedicated(offer: Json, sheet: Json) -> Dedicated:
    hours, capacity = _hours(offer["schedule"]) if "schedule" in offer else None, offer["capacity"]
    rates = (_rate(rate) for rate in sorted(offer["rates"], key=months_of))
    seconds = WEEK_SECONDS if hours is None else _run_seconds(hours, offer.get("start_seconds", 0))
    return Dedicated(
        **_common(offer, sheet),
        rates=tuple(replace(rate, week_seconds=seconds) for rate in rates),
        capacity=replace(CAPACITIES[capacity["kind"]](capacity), hours=hours),
        units=Units(**offer.get("units", {})),
        unit=offer.get("unit", "replica"),
        start_seconds=_seconds(offer.get("start_seconds")),
        autoscale=_autoscale(offer.get("autoscale")),
    )


def _common(offer: Json, sheet: Json) -> Json:
    return sheet | {
        "sku": offer["sku"],
        "model": offer["model"],
        "region": offer.get("region", "global"),
        "gpu": offer.get("gpu"),
        "quantization": offer.get("quantization"),
        "speed": _speed(offer["speed"]) if "speed" in offer else None,
        "isolation": _isolation(offer.get("isolation", {})),
        "bases": bases_of(offer),
        "preferred": offer.get("preferred", False),
    }


def _price(price: Json) -> Price:
    tiers = tuple(Tier(tier["above"], Decimal(tier["amount"])) for tier in price.get("tiers", ()))
    conditional = tuple(Conditional(_condition(each), Decimal(each["amount"])) for each in price.get("when", ()))
    return Price(price["meter"], Decimal(price["amount"]), price["per"], tiers, conditional)


def _condition(given: Json) -> Condition:
    hours = given.get("hours")
    return Condition(given.get("input_tokens_above", 0), None if hours is None else _hours(hours))


def _hours(hours: Json) -> WeekHours:
    days = sorted(DAYS.index(day) for day in hours.get("days", DAYS))
    return WeekHours(hours["zone"], tuple(days), minute_of(hours["from"]), minute_of(hours["until"]))


def _run_seconds(hours: WeekHours, start_seconds: float) -> int:
    """Return for how much of a week units are billed that run in some hours and are started before each time."""
    starts = 0 if hours.minutes == DAY_MINUTES else len(hours.days) * start_seconds
    return min(WEEK_SECONDS, hours.week_minutes * 60 + round(starts))


def minute_of(time: str) -> int:
    """Return the minute of the day of a time such as 08:30."""
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)


PERIODS = {"hourly": 1, "daily": 24, "weekly": 168}
"""Hours that an amount by its name is for."""


def months_of(rate: Json) -> Fraction:
    """Return the term of a rate in months of 730 hours, 0 on demand."""
    days = days_of(rate)
    return Fraction(24 * days, HOURS_PER_MONTH) if days else Fraction(rate.get("term_months", 0))


def days_of(rate: Json) -> int:
    """Return the days of a term that is stated in days or weeks, else 0."""
    return int(rate.get("term_days", 0)) + 7 * int(rate.get("term_weeks", 0))


def _rate(rate: Json) -> Rate:
    name = next((name for name in PERIODS if name in rate), None)
    owned = owned_parts(rate) if "owned" in rate else ()
    monthly = Decimal(rate["monthly"]) if "monthly" in rate else None
    return Rate(
        term_months=rate.get("term_months", 0),
        hourly=None if name is None else Decimal(rate[name]),
        monthly=sum((amount for _, amount in owned), Decimal(0)) if owned else monthly,
        upfront=Decimal(rate.get("upfront", "0")),
        billing_seconds=rate.get("billing_seconds", 1),
        term_days=days_of(rate),
        per_hours=1 if name is None else PERIODS[name],
        owned=owned,
        second=Decimal(rate.get("second", "0")),
    )


def owned_parts(rate: Json) -> tuple[tuple[str, Decimal], ...]:
    """Return what a unit that its user owns costs a month, by part, each rounded half-even to QUANTUM."""
    owned: Json = rate["owned"]
    lost = Decimal(owned["purchase"]) - Decimal(owned.get("residual", "0"))
    kilowatts = Decimal(str(owned.get("power_kilowatts", 0))) * Decimal(str(owned.get("power_usage_effectiveness", 1)))
    parts = {
        "hardware": lost / max(1, int(rate.get("term_months", 0))),
        "power": kilowatts * HOURS_PER_MONTH * Decimal(owned.get("kilowatt_hour", "0")),
        **{name: Decimal(owned.get(f"{name}_monthly", "0")) for name in ("space", "people", "other")},
    }
    return tuple((name, quantize(amount)) for name, amount in parts.items())


def _concurrency(capacity: Json) -> Capacity:
    figures: Json = {name: float(capacity[name]) for name in MEASURED if name in capacity}
    stated = ConcurrencyCapacity(capacity["slots"], _speed(capacity), **figures, kv_tokens=capacity.get("kv_tokens"))
    lengths = capacity.get("measured_with")
    if lengths is None:
        return stated
    return without_reading(stated, float(lengths["input_tokens"]), float(lengths["output_tokens"]))


def _throughput(capacity: Json) -> Capacity:
    leaky = "burst_seconds" in capacity
    seconds = capacity["burst_seconds" if leaky else "window_seconds"]
    return ThroughputCapacity(seconds, tuple(_axis(axis) for axis in capacity["axes"]), leaky)


CAPACITIES: dict[str, Callable[[Json], Capacity]] = {"concurrency": _concurrency, "throughput": _throughput}
"""What makes the value of a capacity, by its kind."""


def _axis(axis: Json) -> Axis:
    return Axis(
        Decimal(axis["per_minute"]),
        _weights(axis["weights"]),
        Units(**axis["units"]) if "units" in axis else None,
        longer=tuple(
            LongWeights(tier["input_tokens_above"], _weights(tier["weights"])) for tier in axis.get("longer", ())
        ),
    )


def _weights(weights: Json) -> tuple[tuple[Meter, Decimal], ...]:
    return tuple((meter, Decimal(weights[meter])) for meter in WEIGHTED_METERS if meter in weights)


def _speed(speed: Json) -> Speed:
    points = speed["decode_tokens_per_second"]
    return Speed(float(speed["prefill_tokens_per_second"]), tuple((streams, float(each)) for streams, each in points))


def _isolation(isolation: Json) -> Isolation:
    return Isolation(
        tenancy=isolation.get("tenancy", "shared"),
        version_pinning=isolation.get("version_pinning", False),
        residency=tuple(isolation.get("residency", ())),
        certifications=tuple(isolation.get("certifications", ())),
    )


def _cold_start(given: Json | None) -> ColdStart | None:
    return ColdStart(float(given["idle_seconds"]), float(given["start_seconds"])) if given else None


def _warm_pool(given: Json | None) -> WarmPool | None:
    return WarmPool(Decimal(given["hourly"]), given.get("concurrency", 1)) if given else None


def _autoscale(given: Json | None) -> Autoscale | None:
    if given is None:
        return None
    return Autoscale(given["minimum"], float(given.get("idle_seconds", 300)))


def _seconds(given: float | None) -> float | None:
    return None if given is None else float(given)
