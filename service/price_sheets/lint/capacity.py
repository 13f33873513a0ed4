"""Lint of what a unit serves: curves of speeds, and the figures of a measured unit."""

from collections.abc import Iterator
from itertools import pairwise

from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.offer_values import Json


def concurrency(offer: Json, pointer: str) -> Iterator[Finding]:
    """Yield the findings of the capacity of an offer that serves requests at once; none of other capacities."""
    capacity: Json = offer.get("capacity", {})
    if capacity.get("kind") == "concurrency":
        yield from curve(capacity, pointer)
        yield from _context(capacity, pointer)
        yield from _measured(capacity, pointer)


def curve(speed: Json | None, pointer: str) -> Iterator[Finding]:
    """Yield whether a decode curve rises in streams, never in speed, and up to every slot."""
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


def _context(capacity: Json, pointer: str) -> Iterator[Finding]:
    """Yield whether the context that the speeds are said to hold takes longer than the steps themselves."""
    context = float(capacity.get("context_seconds_per_token", 0)) * float(capacity.get("context_tokens", 0))
    steps = [(float(streams), 1 / float(speed)) for streams, speed in capacity["decode_tokens_per_second"]]
    if context and any(step <= context * max(streams, 1.0) for streams, step in steps):
        detail = "The context held takes longer than a whole decode step: check the seconds a token, and the tokens."
        yield error("context_above_step", f"{pointer}/context_seconds_per_token", detail)
    if "context_seconds_per_token" in capacity and "context_tokens" not in capacity:
        detail = "Give the tokens that a stream held when the speeds were measured, or 0 where they hold no context."
        yield error("context_unstated", f"{pointer}/context_tokens", detail)


def _measured(capacity: Json, pointer: str) -> Iterator[Finding]:
    """Yield whether speeds measured under load can have reading taken out of them."""
    if "measured_with" not in capacity:
        return
    if capacity["decode_tokens_per_second"][0][0] > 1:
        detail = "Speeds measured under load need that of a stream alone: begin with [1, tokens a second]."
        yield error("no_lone_stream", f"{pointer}/decode_tokens_per_second/0", detail)
    for name in sorted(
        {"prefill_seconds_per_prompt", "first_token_seconds", "context_seconds_per_token"} & {*capacity}
    ):
        detail = "Is worked out from `measured_with`; leave out one of the two."
        yield error("measured_twice", f"{pointer}/{name}", detail)
