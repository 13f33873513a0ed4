"""Lint: what a price sheet says that cannot be, or that looks like a slip. The shape is already known to be right.

Errors contradict themselves and refuse the sheet; warnings are judgements, stored with the version and shown.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.lint.outliers import outliers
from service.price_sheets.lint.prices import serverless
from service.price_sheets.lint.rates import dedicated
from service.price_sheets.offer_values import Json


def lint(document: Json) -> Iterator[Finding]:
    """Yield the findings of a document of the right shape, in the order of the document."""
    yield from _source(document["source"])
    yield from _names(document["offers"])
    for index, offer in enumerate(document["offers"]):
        pointer = f"/offers/{index}"
        yield from _availability(offer, pointer)
        yield from _curve(offer.get("speed"), f"{pointer}/speed")
        yield from serverless(offer, pointer) if offer["mode"] == "serverless" else dedicated(offer, pointer)
        yield from _curve(_concurrency(offer), f"{pointer}/capacity")
        yield from _context(_concurrency(offer), f"{pointer}/capacity")
        yield from _measured(_concurrency(offer), f"{pointer}/capacity")
    yield from outliers(document)


def _concurrency(offer: Json) -> Json | None:
    capacity: Json = offer.get("capacity", {})
    return capacity if capacity.get("kind") == "concurrency" else None


def _context(capacity: Json | None, pointer: str) -> Iterator[Finding]:
    """Yield whether the context that the speeds are said to hold takes longer than the steps themselves."""
    if capacity is None:
        return
    context = float(capacity.get("context_seconds_per_token", 0)) * float(capacity.get("context_tokens", 0))
    steps = [(float(streams), 1 / float(speed)) for streams, speed in capacity["decode_tokens_per_second"]]
    if context and any(step <= context * max(streams, 1.0) for streams, step in steps):
        detail = "The context held takes longer than a whole decode step: check the seconds a token, and the tokens."
        yield error("context_above_step", f"{pointer}/context_seconds_per_token", detail)
    if "context_seconds_per_token" in capacity and "context_tokens" not in capacity:
        detail = "Give the tokens that a stream held when the speeds were measured, or 0 where they hold no context."
        yield error("context_unstated", f"{pointer}/context_tokens", detail)


def _measured(capacity: Json | None, pointer: str) -> Iterator[Finding]:
    """Yield whether speeds measured under load can have reading taken out of them."""
    if capacity is None or "measured_with" not in capacity:
        return
    if capacity["decode_tokens_per_second"][0][0] > 1:
        detail = "Speeds measured under load need that of a stream alone: begin with [1, tokens a second]."
        yield error("no_lone_stream", f"{pointer}/decode_tokens_per_second/0", detail)
    for name in sorted(
        {"prefill_seconds_per_prompt", "first_token_seconds", "context_seconds_per_token"} & {*capacity}
    ):
        detail = "Is worked out from `measured_with`; leave out one of the two."
        yield error("measured_twice", f"{pointer}/{name}", detail)


def _source(source: Json) -> Iterator[Finding]:
    if "url" not in source and "name" not in source:
        yield warning("source_unnamed", "/source", "Say where the prices were read: give `url` or `name`.")


def _names(offers: list[Json]) -> Iterator[Finding]:
    counts = Counter(offer["sku"] for offer in offers)
    for index, offer in enumerate(offers):
        if counts[offer["sku"]] > 1:
            detail = f"The sku {offer['sku']!r} is used {counts[offer['sku']]} times; each offer needs its own."
            yield error("duplicate_sku", f"/offers/{index}/sku", detail)


def _availability(offer: Json, pointer: str) -> Iterator[Finding]:
    start, end = offer.get("available_from"), offer.get("available_until")
    # Days in ISO 8601 sort as text.
    if start and end and end <= start:
        yield error("never_available", f"{pointer}/available_until", "Must be after `available_from`.")


def _curve(speed: Json | None, pointer: str) -> Iterator[Finding]:
    if speed is None:
        return
    points = speed["decode_tokens_per_second"]
    where = f"{pointer}/decode_tokens_per_second"
    for index, (before, after) in enumerate(pairwise(points), start=1):
        if after[0] <= before[0]:
            yield error("streams_not_rising", f"{where}/{index}", "Points must rise in streams.")
        if after[1] > before[1]:
            detail = "A stream cannot get faster as more share the unit: speeds must not rise."
            yield error("speed_rising", f"{where}/{index}", detail)
    if points[-1][0] < speed.get("slots", 1):
        detail = f"The curve ends at {points[-1][0]} of {speed['slots']} streams; beyond it the speed is taken as flat."
        yield warning("curve_ends_early", where, detail)
