"""Quantities told apart of input and output (cache writes, audio, images, reasoning), and how they are billed.

The one table is `PARTS`: a further quantity is a row of it. A part is billed at the price of its own meter where an
offer has one, and as the quantity that it is part of where it has none. So are requests that meet a condition of a
price, by their length or hour. Replays know input, cached input and output; what of them a part is enters as its share
in the measured window, so a bill of all traffic is exact. The overflow of a hybrid has the window's shares of parts,
and its own of conditions (see compute.kinds.conditional).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import Literal

import numpy as np

from service.workflow.bill import blend, prices_cached_apart
from service.workflow.conditions import Condition, Conditions
from service.workflow.length_classes import by_length, thresholds, without_classes
from service.workflow.measure.classes import classes_of_history
from service.workflow.metered_prices import Meter, PartPrice, Price
from service.workflow.offers import Offer, Serverless
from service.workflow.remarks import Remark
from service.workflow.traffic import HOUR, SECOND, BucketSeries, Int64s, TrafficHistory

Counts = Mapping[str, int]
"""Sums of a window: requests, input (cached included), cached, output, and each part by its meter."""

ClassSums = Callable[[Conditions], Mapping[str, Sequence[int]]]
"""From the conditions of a price to the sums of a window by class of request."""


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity that is part of another.

    instead: the meter whose price holds where its own has none. told: whether an offer without any price for it is
    remarked on. text_alike: whether units are taken to serve it as text, which it is not.
    """

    meter: Meter
    of: Literal["input_tokens", "output_tokens"]
    instead: Meter | None = None
    told: bool = True
    text_alike: bool = False


PARTS: tuple[Part, ...] = (
    Part("cache_write_input_tokens", "input_tokens"),
    Part("cache_write_1h_input_tokens", "input_tokens", instead="cache_write_input_tokens"),
    Part("audio_input_tokens", "input_tokens", text_alike=True),
    Part("image_input_tokens", "input_tokens", text_alike=True),
    Part("audio_output_tokens", "output_tokens", text_alike=True),
    Part("reasoning_output_tokens", "output_tokens", told=False),
)
"""Every quantity that is told apart, in the order of bills."""


def counts_of(history: TrafficHistory) -> Counts:
    """Return the sums of a history that was clipped to its window."""
    return {name: int(column.sum()) for name, column in _columns(history).items()}


def class_sums_of(history: TrafficHistory) -> ClassSums:
    """Return the function from conditions to the same sums of each class of requests, class 0 meeting none."""
    pieces = (
        [(0, history)]
        if not isinstance(history, BucketSeries)
        else [(each.above, each.series) for each in by_length(history)]
    )
    told = [(above, piece, _columns(piece)) for above, piece in pieces]

    @cache
    def sums(conditions: Conditions) -> Mapping[str, Sequence[int]]:
        """Return the sums by class."""
        found = [_summed(conditions, piece, above, columns) for above, piece, columns in told]
        return {name: [sum(each) for each in zip(*(one[name] for one in found), strict=True)] for name in found[0]}

    return sums


def _summed(
    conditions: Conditions, history: TrafficHistory, above: int, columns: Mapping[str, Int64s]
) -> dict[str, list[int]]:
    classes = classes_of_history(conditions, history, above)
    found = [classes == number for number in range(len(conditions) + 1)]
    return {name: [int(column[mask].sum()) for mask in found] for name, column in columns.items()}


def _columns(history: TrafficHistory) -> dict[str, Int64s]:
    requests = history.requests if isinstance(history, BucketSeries) else np.ones_like(history.input_tokens)
    return dict(without_classes(history.parts)) | {
        "requests": np.zeros_like(history.input_tokens) if requests is None else requests,
        "input": history.input_tokens,
        "cached": history.cached_input_tokens,
        "output": history.output_tokens,
    }


def blended(offers: Sequence[Offer], counts: Counts, classes: ClassSums | None = None) -> tuple[Offer, ...]:
    """Return the offers with the prices of parts, and of some requests only, folded in at their shares of the window.

    classes: see `class_sums_of`; needed where an offer has conditional amounts.
    """
    known = classes or partial(_unclassed, counts)
    return tuple(_blended(offer, counts, known) if isinstance(offer, Serverless) else offer for offer in offers)


def _unclassed(counts: Counts, conditions: Conditions) -> Mapping[str, Sequence[int]]:
    """Return counts of which nothing is known but their sums: nothing meets a condition."""
    return {name: [count, *(0 for _ in conditions)] for name, count in counts.items()}


def _blended(offer: Serverless, counts: Counts, classes: ClassSums) -> Serverless:
    known = {price.meter: price for price in offer.prices}
    meters = {part.meter for part in PARTS}
    if not meters & known.keys() and not any(price.conditional for price in offer.prices):
        return offer
    kept = (price for price in offer.prices if price.meter not in meters)
    return replace(offer, prices=tuple(_folded(price, known, offer, counts, classes) for price in kept))


def _folded(price: Price, known: Mapping[Meter, Price], offer: Serverless, counts: Counts, classes: ClassSums) -> Price:
    names = _names(price, offer)
    whole = sum(sign * counts.get(name, 0) for name, sign in names)
    own = [
        (part.meter, found)
        for part in PARTS
        if part.of == price.meter and counts.get(part.meter) and (found := _price(part, known)) is not None
    ]
    # Parts that are more than the whole are no parts of it; what the columns mean was misread, and said so.
    if sum(counts[meter] for meter, _ in own) > whole:
        own = []
    sums = classes(price.conditions)
    names = [*names, *((meter, -1) for meter, _ in own)]
    rest = [
        sum(sign * sums[name][i] for name, sign in names if name in sums) for i in range(len(price.conditional) + 1)
    ]
    parts = [
        PartPrice(meter, Fraction(count, whole), amount, each.per, condition)
        for meter, each in own
        for count, amount, condition in _by_class(each, classes(each.conditions)[meter])
        if count
    ]
    parts += [
        PartPrice(price.meter, Fraction(count, whole), amount, price.per, condition)
        for count, amount, condition in _by_class(price, rest)
        if count > 0 and condition is not None
    ]
    return blend(price, tuple(parts)) if parts else replace(price, conditional=())


def _names(price: Price, offer: Serverless) -> list[tuple[str, int]]:
    """Return the columns whose sum, each with its sign, is the quantity of a price."""
    if price.meter == "input_tokens":
        return [("input", 1), ("cached", -1)] if prices_cached_apart(offer) else [("input", 1)]
    column = {"cached_input_tokens": "cached", "output_tokens": "output"}.get(price.meter, price.meter)
    return [(column, 1)]


def _by_class(price: Price, counts: Sequence[int]) -> Iterator[tuple[int, Decimal, Condition | None]]:
    """Yield the count, amount and condition of each class of a price's requests."""
    yield counts[0], price.amount, None
    for count, each in zip(counts[1:], price.conditional, strict=True):
        yield count, each.amount, each.condition


def _price(part: Part, known: Mapping[Meter, Price]) -> Price | None:
    own = known.get(part.meter)
    return own if own is not None or part.instead is None else known.get(part.instead)


def unpriced(offers: Sequence[Offer], counts: Counts) -> Iterator[Remark]:
    """Yield remarks on parts of the traffic that offers state no price for, and on prices that meet no counts."""
    for offer in offers:
        if isinstance(offer, Serverless):
            known = {price.meter: price for price in offer.prices}
            yield from _unpriced(offer.sku, known, counts)
        else:
            yield from _as_text(offer.sku, counts)


def _unpriced(sku: str, known: Mapping[Meter, Price], counts: Counts) -> Iterator[Remark]:
    for part in PARTS:
        count, words = counts.get(part.meter, 0), part.meter.replace("_", " ")
        if count and part.told and part.of in known and _price(part, known) is None:
            sentence = f"{sku} states no price of {words}: {count:,} of them are billed as {part.of.replace('_', ' ')}."
            yield Remark("prices", "part_not_priced", f"{sentence} Add a price of {part.meter}.", True, sku, True)
    writes = sum(counts.get(part.meter, 0) for part in PARTS if part.meter.startswith("cache_write"))
    if counts["cached"] and not writes and "cache_write_input_tokens" in known:
        sentence = f"{sku} charges for writing its cache, which is read here, but the traffic tells no cache writes; "
        sentence += "map them with column.cache_write_input_tokens=..."
        yield Remark("prices", "cache_writes_unknown", sentence, True, sku, True)


def _as_text(sku: str, counts: Counts) -> Iterator[Remark]:
    """Yield a remark on units of which nobody said what anything but text takes of them."""
    parts = [part.meter.replace("_", " ") for part in PARTS if part.text_alike and counts.get(part.meter, 0)]
    if parts:
        sentence = f"What {' and '.join(parts)} take of a unit of {sku} is taken to be what as many of text do: "
        sentence += "measure it with requests like yours."
        yield Remark("prices", "other_tokens_as_text", sentence, True, sku, True)


def unclassed(offers: Sequence[Offer], history: TrafficHistory) -> Iterator[Remark]:
    """Yield remarks on prices that hold for some requests only, where a series does not tell these apart."""
    if not isinstance(history, BucketSeries):
        return
    known = set(thresholds(history))
    for offer in offers:
        if isinstance(offer, Serverless):
            conditions = [condition for price in offer.prices for condition in price.conditions]
            unknown = {each.input_above for each in conditions if each.input_above} - known
            if unknown:
                listed = " and ".join(f"{above:,}" for above in sorted(unknown))
                words = ",".join(map(str, sorted(unknown | known)))
                sentence = f"{offer.sku} charges by the length of a request, and of requests of more than {listed} "
                sentence += "input tokens this series does not tell how many there are: each request was taken to be "
                sentence += "as long as the mean of its bucket. Upload a request log, or sums by length (traffic-sql "
                sentence += f"with lengths={words})."
                yield Remark("prices", "request_length_unknown", sentence, True, offer.sku)
            if any(_inside(history.bucket_seconds, condition) for condition in conditions):
                sentence = f"{offer.sku} charges by the hour, and its hours begin or end inside buckets, which were "
                sentence += "taken to be where they begin: upload shorter buckets or a request log."
                yield Remark("prices", "hours_inside_buckets", sentence, True, offer.sku)


def _inside(bucket_seconds: int, condition: Condition) -> bool:
    edges = () if condition.hours is None else (condition.hours.start, condition.hours.end)
    return any(minute * 60 % bucket_seconds for minute in edges) or bool(edges and bucket_seconds > HOUR // SECOND)
