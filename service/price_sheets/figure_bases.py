"""What each figure of an offer of a price sheet is: derived from measurements, stated by the sheet, or assumed."""

from collections.abc import Iterator
from typing import Any

from service.workflow.figure_bases import FigureBasis, Label

Json = dict[str, Any]

UNKNOWN_IS_ZERO = ("prefill_seconds_per_prompt", "context_seconds_per_token")
"""Figures of a unit that count as 0 where they are left out; so does `first_token_seconds`."""

FITTED = ("slots", "prefill_tokens_per_second", "decode_tokens_per_second", "first_token_seconds")
"""Figures that are worked out of a sweep: all of a capacity profile, all but the slots with `measured_with`."""


def bases_of(offer: Json) -> tuple[FigureBasis, ...]:
    """Return what the figures of an offer are that an answer can stand on, by their fields."""
    found = _serverless(offer) if offer["mode"] == "serverless" else _dedicated(offer)
    return tuple(FigureBasis(figure, label) for figure, label in found)


def _given(holder: Json, name: str, figure: str) -> tuple[str, Label]:
    return figure, "stated" if name in holder else "assumed"


def _serverless(offer: Json) -> Iterator[tuple[str, Label]]:
    yield "prices", "stated"
    for name in ("monthly_minimum", "hourly", "speed", "warm_pool"):
        if name in offer:
            yield name, "stated"
    yield _given(offer, "limits", "limits")
    yield _given(offer, "cold_start", "cold_start")
    if "warm_pool" in offer:
        yield _given(offer["warm_pool"], "concurrency", "warm_pool.concurrency")
    if any(price["meter"] == "compute_seconds" for price in offer["prices"]):
        yield _given(offer, "instance_concurrency", "instance_concurrency")


def _dedicated(offer: Json) -> Iterator[tuple[str, Label]]:
    yield "rates", "derived" if any("owned" in rate for rate in offer["rates"]) else "stated"
    for name in ("speed", "schedule"):
        if name in offer:
            yield name, "stated"
    if "autoscale" in offer or "schedule" in offer:
        yield _given(offer, "start_seconds", "start_seconds")
    if "autoscale" in offer:
        yield "autoscale.minimum", "stated"
        yield _given(offer["autoscale"], "idle_seconds", "autoscale.idle_seconds")
        hourly = [rate for rate in offer["rates"] if "hourly" in rate]
        said = all("billing_seconds" in rate for rate in hourly)
        yield "rates.billing_seconds", "stated" if said else "assumed"
    profiled = "capacity_profile_version" in offer
    capacity = offer["capacity"]
    yield from _sweep(capacity, profiled) if capacity["kind"] == "concurrency" else _throughput(profiled)


def _throughput(profiled: bool) -> Iterator[tuple[str, Label]]:
    """Yield the labels of a budget; of a profile it is one of rows of one load, prompts as long as theirs."""
    yield "capacity.per_minute", "derived" if profiled else "stated"
    yield "capacity.weights", "assumed" if profiled else "stated"


def _sweep(capacity: Json, profiled: bool) -> Iterator[tuple[str, Label]]:
    """Yield the labels of a unit that serves requests at once."""
    corrected = bool(capacity.get("measured_with", {}).get("input_tokens"))
    worked_out = FITTED if profiled else FITTED[1:] if corrected else ()
    for name in FITTED:
        unsaid = name == "first_token_seconds" and name not in capacity
        yield f"capacity.{name}", "derived" if name in worked_out else "assumed" if unsaid else "stated"
    for name in (*UNKNOWN_IS_ZERO, "kv_tokens"):
        yield _given(capacity, name, f"capacity.{name}")
