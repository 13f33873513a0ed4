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
    amount,
    longer,
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
    ("cache_write_mtok", "cache_write_input_tokens", PER_MILLION),
    ("cache_write_1h_mtok", "cache_write_1h_input_tokens", PER_MILLION),
    ("input_audio_mtok", "audio_input_tokens", PER_MILLION),
    ("input_image_mtok", "image_input_tokens", PER_MILLION),
    ("output_audio_mtok", "audio_output_tokens", PER_MILLION),
    ("output_reasoning_mtok", "reasoning_output_tokens", PER_MILLION),
)
"""Price keys of the package that a meter counts: (key, meter, per)."""


def read(wanted: Wanted) -> Imported:
    """Return one sheet a provider with the prices in force at noon UTC of `wanted.as_of`.

    Raises SourceError where the package is not installed. Long-context tiers go by the size of one request.
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
    listed, timed = _listed(model, datetime.combine(wanted.as_of, time(12), UTC))
    prices = [
        price(meter, _base(listed[key]), per, (*_longer(listed[key]), *_timed(key, timed)))
        for key, meter, per in METERS
        if key in listed
    ]
    if not prices:
        return Skipped(model.id, "no_meter", f"Priced by {', '.join(listed) or 'nothing'}, which no meter counts.")
    if all_free(prices):
        return Skipped(model.id, "free", FREE)
    return {"mode": "serverless", "model": model.id, "region": "global", "prices": prices} | note(
        _remarks(model, listed)
    )


def _listed(model: Any, moment: datetime) -> tuple[Json, list[tuple[Json, Json]]]:  # noqa: ANN401 - the package's own class
    """Return the prices of any hour by their keys, and pairs of hours and their prices; of pairs the last decides."""
    entries = model.prices if isinstance(model.prices, list) else []
    by_hour = [each for each in entries if type(each.constraint).__name__ == "TimeOfDateConstraint"]
    if not by_hour:
        return _stated(model.get_prices(moment)), []
    others = [e for e in entries if e not in by_hour and (e.constraint is None or e.constraint.active(moment))]
    later = entries[entries.index(others[-1]) :]
    return _stated(others[-1].prices), [(_hours(e.constraint), _stated(e.prices)) for e in by_hour if e in later]


def _stated(prices: Any) -> Json:  # noqa: ANN401 - the package's own class
    return {key: value for key, value in vars(prices).items() if value is not None}


def _hours(constraint: Any) -> Json:  # noqa: ANN401 - the package's own class
    return {"zone": "UTC", "from": f"{constraint.start_time:%H:%M}", "until": f"{constraint.end_time:%H:%M}"}


def _timed(key: str, timed: list[tuple[Json, Json]]) -> Iterator[Json]:
    """Yield the amounts of some hours, those of long requests in these hours after them."""
    for hours, prices in timed:
        if key in prices:
            yield {"hours": hours, "amount": amount(_base(prices[key]))}
            yield from ({"hours": hours} | entry for entry in _longer(prices[key]))


def _base(value: Any) -> Decimal:  # noqa: ANN401 - a Decimal or the package's tiered price
    if isinstance(value, Decimal):
        return value
    from_zero = (tier.price for tier in value.tiers if tier.start == 0)
    return Decimal(next(from_zero, value.base))


def _longer(value: Any) -> Iterator[Json]:  # noqa: ANN401 - a Decimal or the package's tiered price
    """Yield the amounts of long requests."""
    tiers = () if isinstance(value, Decimal) else value.tiers
    yield from (longer(tier.start, tier.price) for tier in tiers if tier.start > 0)


def _remarks(model: Any, listed: Json) -> Iterator[str]:  # noqa: ANN401 - the package's own class
    known = {key for key, _, _ in METERS}
    if others := sorted(listed.keys() - known):
        yield f"Not carried: {', '.join(others)}."
    if model.deprecated:
        yield "Deprecated by the provider."
