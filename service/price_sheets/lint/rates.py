"""Lint of dedicated offers: rates and terms, legal units, budgets."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.lint.long_weights import long_weights
from service.price_sheets.offer_values import PERIODS, Json, months_of, owned_parts
from service.workflow.rates import HOURS_PER_MONTH

FAR = 50
"""Ratio of two rates of one offer above which one of them is in another unit (a month has 730 hours)."""


def dedicated(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield the findings of one dedicated offer."""
    yield from _rates(offer["rates"], f"{pointer}/rates")
    yield from _units(offer.get("units", {}), f"{pointer}/units")
    most = offer.get("units", {}).get("maximum")
    if most is not None and offer.get("autoscale", {}).get("minimum", 0) > most:
        yield error("no_legal_units", f"{pointer}/autoscale/minimum", "Must be at most the `maximum` of `units`.")
    if "capacity" not in offer:
        detail = "Without `capacity` the price is kept, but no evaluation can size this offer."
        if "capacity_profile_id" in offer:
            detail += " A sheet that is stored gets the capacity of its profile; in a file state it."
        yield warning("capacity_missing", pointer, detail)
    if "autoscale" in offer and offer.get("capacity", {}).get("kind") == "throughput":
        detail = "Units of throughput are computed as running all the time; leave `autoscale` out, or state slots."
        yield error("autoscale_of_throughput", f"{pointer}/autoscale", detail)
    yield from _schedule(offer, pointer)
    yield from _window(offer.get("capacity", {}), f"{pointer}/capacity")
    yield from _apart(offer, pointer)
    for index, axis in enumerate(offer.get("capacity", {}).get("axes", ())):
        if not any(Decimal(weight) for weight in axis["weights"].values()):
            where = f"{pointer}/capacity/axes/{index}/weights"
            yield error("axis_without_weight", where, "Give at least one meter a weight above zero.")
    yield from long_weights(offer.get("capacity", {}).get("axes", ()), f"{pointer}/capacity/axes")


def monthly(rate: Json) -> Decimal | None:
    """Return what a unit costs a month under a rate, its upfront spread over the term; None without a price."""
    period = next((name for name in PERIODS if name in rate), None)
    if period is not None:
        running = Decimal(rate[period]) * HOURS_PER_MONTH / PERIODS[period]
    elif "monthly" in rate:
        running = Decimal(rate["monthly"])
    elif "owned" in rate:
        running = sum((amount for _, amount in owned_parts(rate)), Decimal(0))
    else:
        return None
    term = months_of(rate) or Fraction(1)
    return running + Decimal(rate.get("upfront", "0")) * term.denominator / term.numerator


def _rates(rates: list[Json], pointer: str) -> Iterator[Finding]:
    for index, rate in enumerate(rates):
        where = f"{pointer}/{index}"
        yield from _stated(rate, where)
        if rate in rates[:index]:
            yield error("duplicate_rate", where, "The same rate is listed before; leave one of them out.")
        if not months_of(rate) and Decimal(rate.get("upfront", "0")):
            yield error("upfront_without_term", f"{where}/upfront", "On demand has no term that `upfront` could pay.")
    yield from _against_on_demand(rates, pointer)


AMOUNTS = (*PERIODS, "monthly", "owned")
"""Fields that say what a unit costs."""

TERMS = ("term_months", "term_weeks", "term_days")


def _stated(rate: Json, where: str) -> Iterator[Finding]:
    """Yield whether a rate states one term and one amount."""
    amounts = [name for name in AMOUNTS if name in rate]
    if len(amounts) > 1:
        detail = f"Give one amount, not {' and '.join(f'`{name}`' for name in amounts)}."
        yield error("two_rates", where, detail)
    if not amounts:
        listed = ", ".join(f"`{name}`" for name in AMOUNTS[:-1])
        yield error("term_without_rate", where, f"Give what a unit costs under this term: {listed} or `owned`.")
    terms = [name for name in TERMS if name in rate]
    if not terms:
        detail = "Give the term: `term_months` (0: on demand), `term_weeks` or `term_days`."
        yield error("term_missing", f"{where}/term_months", detail)
    if len(terms) > 1:
        yield error("two_terms", where, f"Give one term, not {' and '.join(f'`{name}`' for name in terms)}.")
    owned = rate.get("owned")
    if owned is not None:
        yield from _owned(rate, owned, where)


def _owned(rate: Json, owned: Json, where: str) -> Iterator[Finding]:
    if not rate.get("term_months"):
        detail = "Say over how many months the hardware is paid off: `term_months`, 36 say."
        yield error("owned_without_months", f"{where}/term_months", detail)
    if Decimal(owned.get("residual", "0")) > Decimal(owned["purchase"]):
        detail = "Hardware is not worth more after the term than it cost."
        yield error("residual_above_purchase", f"{where}/owned/residual", detail)
    if ("power_kilowatts" in owned) != ("kilowatt_hour" in owned):
        detail = "Power needs both `power_kilowatts` of a unit and the price of a `kilowatt_hour`."
        yield error("power_incomplete", f"{where}/owned", detail)


def _against_on_demand(rates: list[Json], pointer: str) -> Iterator[Finding]:
    found = {index: money for index, rate in enumerate(rates) if (money := monthly(rate))}
    place = min((index for index in found if not months_of(rates[index])), key=found.__getitem__, default=None)
    if place is None:
        return
    on_demand = found.pop(place)
    for index, committed in found.items():
        if months_of(rates[index]) and committed > on_demand:
            detail = f"The term costs {committed:f} a month, more than {on_demand:f} on demand."
            yield warning("committed_above_on_demand", f"{pointer}/{index}", detail)
        if max(committed, on_demand) > FAR * min(committed, on_demand):
            detail = (
                "More than 50 times apart from the on-demand rate: one of them is hourly where the other is monthly."
            )
            yield warning("hourly_or_monthly", f"{pointer}/{index}", detail)


def _schedule(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield whether units that run by the hours of a week are paid by the hour, without a term."""
    if "schedule" not in offer:
        return
    if "autoscale" in offer:
        detail = "Units follow either the load or the hours of the week: leave one of `autoscale` and `schedule` out."
        yield error("schedule_and_autoscale", f"{pointer}/schedule", detail)
    for index, rate in enumerate(offer["rates"]):
        if months_of(rate) or "hourly" not in rate:
            detail = "Only what is paid by the hour, without a term, costs nothing while it does not run: leave it out."
            yield error("schedule_not_hourly", f"{pointer}/rates/{index}", detail)


def _window(capacity: Json, pointer: str) -> Iterator[Finding]:
    """Yield whether budgets are stated by the window or as buckets."""
    stated = [name for name in ("window_seconds", "burst_seconds") if name in capacity]
    if capacity.get("kind") == "throughput" and len(stated) != 1:
        detail = (
            "Give `window_seconds`, in which a budget is used or lost, or `burst_seconds`, which a bucket holds that "
            "refills all the time: one of the two."
        )
        yield error("window_or_burst", f"{pointer}/window_seconds", detail)


def _apart(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield whether budgets that are bought apart are two, each with a price."""
    axes = offer.get("capacity", {}).get("axes", ())
    apart = [index for index, axis in enumerate(axes) if "units" in axis]
    for index, axis in enumerate(axes):
        if "unit" in axis and "units" not in axis:
            detail = "Names a unit of its own: give its `units` too (`{}`: any number), or leave the name out."
            yield error("unit_without_units", f"{pointer}/capacity/axes/{index}/unit", detail)
    for index in apart:
        yield from _units(axes[index]["units"], f"{pointer}/capacity/axes/{index}/units")
    if apart and (len(apart) > 1 or len(axes) == 1):
        detail = (
            "One budget has the units of the offer, one other may be bought apart: state `units` on that one alone."
        )
        yield error("not_two_kinds", f"{pointer}/capacity/axes/{apart[-1]}/units", detail)
    for index, rate in enumerate(offer["rates"]):
        if apart and "owned" in rate:
            detail = "Hardware of one's own has one kind of unit: leave `units` of the axis out."
            yield error("owned_apart", f"{pointer}/rates/{index}/owned", detail)
        elif apart and "second" not in rate:
            detail = "Give what a unit of the budget bought apart costs: `second`, for the time of the rate's amount."
            yield error("second_missing", f"{pointer}/rates/{index}/second", detail)
        elif "second" in rate and not apart and "capacity" in offer:
            detail = "No budget is bought apart: give one of the `axes` its own `units`, or leave `second` out."
            yield error("second_without_units", f"{pointer}/rates/{index}/second", detail)


def _units(units: Json, pointer: str) -> Iterator[Finding]:
    most = units.get("maximum")
    if most is None:
        return
    least, step = units.get("minimum", 1), units.get("increment", 1)
    if most < least:
        yield error("no_legal_units", f"{pointer}/maximum", "Must be at least `minimum`.")
    elif (most - least) % step:
        reached = most - (most - least) % step
        detail = f"Steps of {step} from {least} never reach {most}: {reached} is the most that can be bought."
        yield warning("maximum_not_reached", f"{pointer}/maximum", detail)
