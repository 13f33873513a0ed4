"""Quantities told apart of input and output (cache writes, audio, images, reasoning), and how they are billed.

The one table is `PARTS`: a further quantity is a row of it. A part is billed at the price of its own meter where an
offer has one, and as the quantity that it is part of where it has none. Replays know input, cached input and output;
what of them a part is enters as its share in the measured window, so a bill of all traffic is exact and the overflow
of a hybrid has the shares of the whole.

    blended price = price × (1 − Σ share_i) + Σ share_i × price_i
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from service.workflow.bill import MONEY, prices_cached_apart
from service.workflow.offers import Meter, Offer, PartPrice, Price, Serverless
from service.workflow.remarks import Remark
from service.workflow.traffic import TrafficHistory

Counts = Mapping[str, int]
"""Sums of a window: input (cached included), cached, output, and each part by its meter."""


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity that is part of another.

    instead: the meter whose price holds where its own has none. told: whether an offer without any price for it is
    remarked on.
    """

    meter: Meter
    of: Literal["input_tokens", "output_tokens"]
    instead: Meter | None = None
    told: bool = True


PARTS: tuple[Part, ...] = (
    Part("cache_write_input_tokens", "input_tokens"),
    Part("cache_write_1h_input_tokens", "input_tokens", instead="cache_write_input_tokens"),
    Part("audio_input_tokens", "input_tokens"),
    Part("image_input_tokens", "input_tokens"),
    Part("audio_output_tokens", "output_tokens"),
    Part("reasoning_output_tokens", "output_tokens", told=False),
)
"""Every quantity that is told apart, in the order of bills."""


def counts_of(history: TrafficHistory) -> Counts:
    """Return the sums of a history that was clipped to its window."""
    sums = {name: int(column.sum()) for name, column in history.parts}
    return sums | {
        "input": int(history.input_tokens.sum()),
        "cached": int(history.cached_input_tokens.sum()),
        "output": int(history.output_tokens.sum()),
    }


def blended(offers: Sequence[Offer], counts: Counts) -> tuple[Offer, ...]:
    """Return the offers with the prices of parts folded into those of what they are part of, at their shares."""
    return tuple(_blended(offer, counts) if isinstance(offer, Serverless) else offer for offer in offers)


def _blended(offer: Serverless, counts: Counts) -> Serverless:
    known = {price.meter: price for price in offer.prices}
    meters = {part.meter for part in PARTS}
    if not meters & known.keys():
        return offer
    kept = (price for price in offer.prices if price.meter not in meters)
    return replace(offer, prices=tuple(_folded(price, known, offer, counts) for price in kept))


def _folded(price: Price, known: Mapping[Meter, Price], offer: Serverless, counts: Counts) -> Price:
    whole = counts["output"]
    if price.meter == "input_tokens":
        whole = counts["input"] - (counts["cached"] if prices_cached_apart(offer) else 0)
    parts = [
        PartPrice(part.meter, Fraction(counts[part.meter], whole), own.amount, own.per)
        for part in PARTS
        if part.of == price.meter and counts.get(part.meter) and whole and (own := _price(part, known)) is not None
    ]
    rest = Fraction(1) - sum((part.share for part in parts), Fraction(0))
    # Parts that are more than the whole are no parts of it; what the columns mean was misread, and said so.
    if not parts or rest < 0:
        return price
    added = sum((_times(part.amount * price.per / part.per, part.share) for part in parts), Decimal(0))
    return replace(
        price,
        amount=MONEY.add(_times(price.amount, rest), added),
        tiers=tuple(replace(t, amount=MONEY.add(_times(t.amount, rest), added)) for t in price.tiers),
        parts=tuple(parts),
        plain=price,
    )


def _price(part: Part, known: Mapping[Meter, Price]) -> Price | None:
    own = known.get(part.meter)
    return own if own is not None or part.instead is None else known.get(part.instead)


def _times(amount: Decimal, share: Fraction) -> Decimal:
    return MONEY.divide(MONEY.multiply(amount, Decimal(share.numerator)), Decimal(share.denominator))


def unpriced(offers: Sequence[Offer], counts: Counts) -> Iterator[Remark]:
    """Yield remarks on parts of the traffic that offers state no price for, and on prices that meet no counts."""
    for offer in offers:
        if isinstance(offer, Serverless):
            known = {price.meter: price for price in offer.prices}
            yield from _unpriced(offer.sku, known, counts)


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
