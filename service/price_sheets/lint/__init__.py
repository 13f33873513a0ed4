"""Lint: what a price sheet says that cannot be, or that looks like a slip. The shape is already known to be right.

Errors contradict themselves and refuse the sheet; warnings are judgements, stored with the version and shown.
"""

from collections import Counter
from collections.abc import Iterator

from service.price_sheets.lint.capacity import concurrency, curve
from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.lint.idle_fields import idle_fields
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
        yield from curve(offer.get("speed"), f"{pointer}/speed")
        yield from serverless(offer, pointer) if offer["mode"] == "serverless" else dedicated(offer, pointer)
        yield from concurrency(offer, f"{pointer}/capacity")
        yield from idle_fields(offer, pointer)
    yield from outliers(document)


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
