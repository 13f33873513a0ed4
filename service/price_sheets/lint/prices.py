"""Lint of serverless offers: their prices by meter, tiers and the speed that compute time needs."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from service.price_sheets.lint.conditional import conditional
from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.offer_values import Json

PER = tuple(10**power for power in range(10))
"""Legal quantities that an amount may be stated for."""

PER_SECONDS = (60, 3600)
"""Further ones for compute seconds: a price per minute or per hour."""


FAR_APART = 200
"""Times by which one price of tokens is beyond another of the same offer, from which a slip is likelier."""

_WAITING = re.compile(r"(^|[-_.:])(batch|batches|flex)([-_.:]|$)", re.IGNORECASE)


def unit_price(price: Json) -> Decimal:
    """Return the money one of the meter costs, before tiers."""
    per: int = price["per"]
    return Decimal(price["amount"]) / per


def serverless(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield the findings of one serverless offer."""
    for index, price in enumerate(offer["prices"]):
        yield from _price(price, f"{pointer}/prices/{index}")
        yield from conditional(price, f"{pointer}/prices/{index}")
    yield from _meters(offer, f"{pointer}/prices")
    yield from _ratios(offer["prices"], f"{pointer}/prices")
    if "tier" not in offer and _WAITING.search(offer["sku"]):
        detail = "By its name it serves only what may wait: state `tier`, or `standard` if it answers at once."
        yield warning("tier_unstated", f"{pointer}/sku", detail)
    if "warm_pool" in offer and "cold_start" not in offer:
        detail = "Without `cold_start` a warm pool avoids nothing and is only a cost."
        yield warning("warm_pool_without_cold_start", f"{pointer}/warm_pool", detail)


def _charges(offer: Json) -> bool:
    prices = offer["prices"]
    amounts = [one["amount"] for p in prices for one in (p, *p.get("tiers", ()), *p.get("when", ()))]
    return any(Decimal(amount) for amount in (*amounts, offer.get("hourly", "0")))


def _price(price: Json, pointer: str) -> Iterator[Finding]:
    if price["per"] not in PER and not (price["meter"] == "compute_seconds" and price["per"] in PER_SECONDS):
        detail = "Must be a power of ten such as 1000000; of compute_seconds also 60 or 3600."
        yield error("per_not_of_meter", f"{pointer}/per", detail)
    for index, (before, after) in enumerate(pairwise(price.get("tiers", ())), start=1):
        if after["above"] <= before["above"]:
            yield error("tiers_not_rising", f"{pointer}/tiers/{index}/above", "Tiers must rise in `above`.")
    amounts = [price["amount"], *(tier["amount"] for tier in price.get("tiers", ()))]
    charged = amounts[1:] if not Decimal(amounts[0]) else amounts  # a first tier for nothing is an allowance
    if any(Decimal(after) > Decimal(before) for before, after in pairwise(charged)):
        detail = "A later tier costs more than an earlier one; tiers are volume discounts as a rule."
        yield warning("tier_dearer", f"{pointer}/tiers", detail)


def _meters(offer: Json, pointer: str) -> Iterator[Finding]:
    counts = Counter(price["meter"] for price in offer["prices"])
    for index, price in enumerate(offer["prices"]):
        if counts[price["meter"]] > 1:
            detail = f"The meter {price['meter']} has {counts[price['meter']]} prices; use tiers or separate offers."
            yield error("duplicate_meter", f"{pointer}/{index}/meter", detail)
    if "input_tokens" not in counts and counts.keys() & {"output_tokens", "cached_input_tokens"}:
        yield warning("input_free", pointer, "Tokens are billed but `input_tokens` has no price, so input is free.")
    if not _charges(offer):
        yield warning("free", pointer, "Every price is zero, so this offer wins every comparison of cost.")
    if "compute_seconds" in counts and "speed" not in offer:
        detail = "Compute time is billed but `speed` is missing: only logs with service times can be priced."
        yield warning("compute_without_speed", pointer, detail)


def _ratios(prices: list[Json], pointer: str) -> Iterator[Finding]:
    place = {price["meter"]: index for index, price in enumerate(prices)}
    if "input_tokens" not in place:
        return
    into = unit_price(prices[place["input_tokens"]])
    if "output_tokens" in place and unit_price(prices[place["output_tokens"]]) * 10 < into:
        detail = "Output costs less than a tenth of input; check `per` and whether the two were swapped."
        yield warning("output_below_input", f"{pointer}/{place['output_tokens']}", detail)
    if "output_tokens" in place and 0 < into * FAR_APART < unit_price(prices[place["output_tokens"]]):
        detail = (
            f"Input costs less than 1 part in {FAR_APART} of output, as no model on sale does; check `amount`, `per`."
        )
        yield warning("input_far_below_output", f"{pointer}/{place['input_tokens']}", detail)
    cached = unit_price(prices[place["cached_input_tokens"]]) if "cached_input_tokens" in place else None
    if cached and cached * FAR_APART < into:
        detail = f"Cached input costs less than 1 part in {FAR_APART} of input; check `amount` and `per`."
        yield warning("cached_far_below_input", f"{pointer}/{place['cached_input_tokens']}", detail)
    if "cached_input_tokens" in place and unit_price(prices[place["cached_input_tokens"]]) > into:
        detail = "Cached input costs more than input that is not cached; check `per`."
        yield warning("cached_above_input", f"{pointer}/{place['cached_input_tokens']}", detail)
