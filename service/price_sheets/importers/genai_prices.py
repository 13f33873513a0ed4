"""Import out of the installed `genai-prices` package: token and request prices of many providers, dated inside it."""

import importlib.metadata
from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from service.price_sheets.importers.base import (
    FREE,
    PER_MILLION,
    Imported,
    Names,
    Skipped,
    SourceError,
    Wanted,
    all_free,
    note,
    price,
)
from service.price_sheets.offer_values import Json

PACKAGE = "genai-prices"

METERS = (
    ("input_mtok", "input_tokens", PER_MILLION),
    ("cache_read_mtok", "cached_input_tokens", PER_MILLION),
    ("output_mtok", "output_tokens", PER_MILLION),
    ("requests_kcount", "requests", 1000),
)
"""Price keys of the package that a meter counts: (key, meter, per)."""


def read(wanted: Wanted) -> Imported:
    """Return one sheet a provider with the prices in force at noon UTC of `wanted.as_of`.

    Raises SourceError where the package is not installed. Long-context tiers go by the size of one request, which a
    monthly tier cannot say: the base price is carried and the offer's note says so.
    """
    try:
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - an optional extra
    except ImportError as missing:
        raise SourceError(
            "The package genai-prices is not installed; install crossover with its extra `seed`."
        ) from missing
    sheets, skipped = [], []
    for provider in sorted(get_snapshot().providers, key=lambda each: str(each.id)):
        entries = [_offer(model, wanted) for model in provider.models if wanted.takes(provider.id, model.id)]
        skipped += [
            Skipped(f"{provider.id}/{entry.item}", entry.code, entry.detail)
            for entry in entries
            if isinstance(entry, Skipped)
        ]
        names = Names()
        offers = [{"sku": names.sku(entry["model"])} | entry for entry in entries if isinstance(entry, dict)]
        if offers:
            sheets.append(_sheet(provider, offers, wanted))
    return Imported(tuple(sheets), tuple(skipped))


def _sheet(provider: Any, offers: list[Json], wanted: Wanted) -> Json:  # noqa: ANN401 - the package's own class
    source = {
        "as_of": wanted.as_of.isoformat(),
        "name": PACKAGE,
        "version": f"{PACKAGE} {importlib.metadata.version(PACKAGE)}",
    }
    if provider.pricing_urls:
        source["url"] = provider.pricing_urls[0]
    return {
        "provider": provider.id,
        "name": wanted.sheet_name(provider.id, PACKAGE),
        "currency": "USD",
        "effective_from": wanted.as_of.isoformat(),
        "source": source,
        "offers": offers,
    }


def _offer(model: Any, wanted: Wanted) -> Json | Skipped:  # noqa: ANN401 - the package's own class
    moment = datetime.combine(wanted.as_of, time(12), UTC)
    listed = {key: value for key, value in vars(model.get_prices(moment)).items() if value is not None}
    prices = [price(meter, _base(listed[key]), per) for key, meter, per in METERS if key in listed]
    if not prices:
        return Skipped(model.id, "no_meter", f"Priced by {', '.join(listed) or 'nothing'}, which no meter counts.")
    if all_free(prices):
        return Skipped(model.id, "free", FREE)
    return {"mode": "serverless", "model": model.id, "region": "global", "prices": prices} | note(
        _remarks(model, listed)
    )


def _base(value: Any) -> Decimal:  # noqa: ANN401 - a Decimal or the package's tiered price
    return value if isinstance(value, Decimal) else Decimal(value.base)


def _remarks(model: Any, listed: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401 - the package's own class
    tiers = {tier.start for value in listed.values() if not isinstance(value, Decimal) for tier in value.tiers}
    if tiers:
        yield f"Requests above {min(tiers)} input tokens cost more; the base price is carried."
    known = {key for key, _, _ in METERS}
    if others := sorted(listed.keys() - known):
        yield f"Not carried: {', '.join(others)}."
    if isinstance(model.prices, list) and any("Time" in type(each.constraint).__name__ for each in model.prices):
        yield "The price varies with the hour of the day; the one at 12:00 UTC is carried."
    if model.deprecated:
        yield "Deprecated by the provider."
