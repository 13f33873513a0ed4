"""Fields that say something no evaluation can use, beside what the offer else says: each is told."""

from collections.abc import Iterator

from service.price_sheets.lint.finding import Finding, warning
from service.price_sheets.offer_values import Json, months_of


def idle_fields(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield a warning for each field of an offer that changes no answer as the offer stands."""
    for place, mend in _idle(offer):
        yield warning("without_effect", f"{pointer}/{place}", f"Changes no answer here: {mend}")


def _idle(offer: Json) -> Iterator[tuple[str, str]]:
    """Yield the place of each such field, and what would give it an effect."""
    meters = {price["meter"] for price in offer.get("prices", ())}
    if offer.get("instance_concurrency", 1) > 1 and "compute_seconds" not in meters:
        yield "instance_concurrency", "it counts where `compute_seconds` have a price."
    if [*offer.get("limits", ())] == ["burst_seconds"]:
        yield "limits/burst_seconds", "it counts beside a limit a minute."
    capacity = offer.get("capacity", {})
    if offer.get("preferred") and offer["mode"] == "dedicated" and not capacity:
        yield "preferred", "it counts where the offer can be sized; add `capacity`."
    if capacity.get("kind") == "concurrency" and "speed" in offer:
        yield "speed", "the speeds in `capacity` are those of its units; leave one of the two out."
    rates = offer.get("rates", ())
    if "autoscale" in offer and not any("hourly" in rate and not months_of(rate) for rate in rates):
        yield "autoscale", "units scale at a rate by the hour without a term; give one."
    for index, rate in enumerate(rates):
        if rate.get("owned", {}).get("power_usage_effectiveness", 1) > 1 and "power_kilowatts" not in rate["owned"]:
            yield f"rates/{index}/owned/power_usage_effectiveness", "it counts with `power_kilowatts`."
