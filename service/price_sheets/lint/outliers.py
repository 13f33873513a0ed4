"""Lint across a sheet's offers: a price far from what the others charge for the same is likely in another unit."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from service.price_sheets.lint.finding import Finding, warning
from service.price_sheets.lint.prices import unit_price
from service.price_sheets.lint.rates import monthly
from service.price_sheets.offer_values import Json, months_of

FAR = 100
"""Ratio to the middle price of the sheet's other offers above which a price is remarked on."""

HOURLY_CEILING = Decimal(1000)
"""Money an hour and unit above which a rate looks monthly; the dearest eight-GPU servers cost under a tenth."""

DOLLAR_LIKE = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD")
"""Currencies for which the ceiling is meant."""


def outliers(document: Json) -> Iterator[Finding]:
    """Yield a warning for every price more than 100 times above or below the sheet's others, or monthly-looking."""
    groups: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for pointer, subject, amount in _amounts(document):
        if amount:
            groups[subject].append((pointer, amount))
    for subject, priced in groups.items():
        yield from _apart(subject, priced)
    if document["currency"] in DOLLAR_LIKE:
        yield from _monthly_looking(document)


def _amounts(document: Json) -> Iterator[tuple[str, str, Decimal]]:
    for index, offer in enumerate(document["offers"]):
        for place, price in enumerate(offer.get("prices", ())):
            yield f"/offers/{index}/prices/{place}", price["meter"], unit_price(price)
        if "rates" in offer:
            # The shortest term stands for the offer; its terms are compared with each other elsewhere.
            place, rate = min(enumerate(offer["rates"]), key=lambda each: months_of(each[1]))
            if (amount := monthly(rate)) is not None:
                yield f"/offers/{index}/rates/{place}", f"a {offer.get('unit', 'replica')} month", amount


def _apart(subject: str, priced: list[tuple[str, Decimal]]) -> Iterator[Finding]:
    ordered = sorted(amount for _, amount in priced)
    middle = (len(ordered) - 2) // 2
    for pointer, amount in priced if len(priced) > 1 else ():
        # The middle of the others: this price, once taken out, shifts it where it stood at or before the middle.
        other = ordered[middle + (bisect_left(ordered, amount) <= middle)]
        ratio = max(amount, other) / min(amount, other)
        if ratio > FAR:
            side = "above" if amount > other else "below"
            detail = (
                f"The price of {subject} is {ratio:.0f} times {side} the sheet's other offers; check `per` and unit."
            )
            yield warning("price_outlier", pointer, detail)


def _monthly_looking(document: Json) -> Iterator[Finding]:
    for index, offer in enumerate(document["offers"]):
        for place, rate in enumerate(offer.get("rates", ())):
            if Decimal(rate.get("hourly", "0")) > HOURLY_CEILING:
                detail = f"{rate['hourly']} an hour and unit looks like a monthly figure."
                yield warning("hourly_looks_monthly", f"/offers/{index}/rates/{place}/hourly", detail)
