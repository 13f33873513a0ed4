"""Import of LiteLLM's `model_prices_and_context_window.json`, uploaded or out of the installed package.

Token prices become serverless offers, those of batches, flex and priority offers of their own (see litellm_tiers);
the monthly commitments of Bedrock become dedicated ones. The list knows no throughput of a model unit, so a commitment
is imported without capacity: add it in a further version.
"""

import importlib.metadata
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from service.price_sheets.fields import DAYS
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
    exact,
    longer,
    note,
    price,
)
from service.price_sheets.importers.litellm_tiers import Tiered, tiers_of
from service.price_sheets.offer_values import Json

PACKAGE = "litellm"
FILE = "litellm/model_prices_and_context_window_backup.json"
URL = "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json"

SELLERS = {
    "azure_text": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "cohere_chat": "cohere",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "gemini": "google",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "xai": "x-ai",
}
"""The list's names for the ways to call a provider, as the provider is called in other sources."""

MODES = ("chat", "completion", "embedding", "responses")
"""Kinds of model that are billed by text token."""

METERS = (
    ("input_cost_per_token", "input_tokens", PER_MILLION),
    ("cache_read_input_token_cost", "cached_input_tokens", PER_MILLION),
    ("output_cost_per_token", "output_tokens", PER_MILLION),
    ("input_cost_per_request", "requests", 1000),
    ("cache_creation_input_token_cost", "cache_write_input_tokens", PER_MILLION),
    ("cache_creation_input_token_cost_above_1hr", "cache_write_1h_input_tokens", PER_MILLION),
    ("input_cost_per_audio_token", "audio_input_tokens", PER_MILLION),
    ("input_cost_per_image_token", "image_input_tokens", PER_MILLION),
    ("output_cost_per_audio_token", "audio_output_tokens", PER_MILLION),
    ("output_cost_per_reasoning_token", "reasoning_output_tokens", PER_MILLION),
)

CARRIED = {name for name, _, _ in METERS} | {"input_cost_per_token_cache_hit"}
"""Costs that an offer states; the last is the older name of the cached price."""

LONG_REQUESTS = re.compile(r"(?P<cost>.+)_above_(?P<thousands>[0-9]{1,6})k_tokens")
INCLUSIVE = ("xai",)
"""Providers whose longer requests begin at the length that the name of a cost states, not above it."""

SIZES = "tiered_pricing"
"""Where the prices of some models are listed by the size of one request."""

COMMITMENT = re.compile(r"bedrock/(?P<region>[^/]+)/(?P<months>[0-9]{1,3})-month-commitment/(?P<model>.+)")
REGION = re.compile(r"[a-z]{2}(-gov)?-[a-z]+-[0-9]|\*|us|eu|us-gov|apac|global|global-standard")


def installed() -> tuple[Json, str]:
    """Return the list inside the installed package and the package's version, without running any of its code.

    Raises SourceError where the package is not installed.
    """
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError as missing:
        raise SourceError("The package litellm is not installed; upload its price list instead.") from missing
    content = Path(str(package.locate_file(FILE))).read_text(encoding="utf-8")
    return json.loads(content, parse_float=Decimal), f"{PACKAGE} {package.version}"


def read(listed: object, version: str, wanted: Wanted) -> Imported:
    """Return one sheet a provider out of the list, its fractions read as Decimal; `version`: of the package or file.

    Raises SourceError where it is not such a list.
    """
    if not isinstance(listed, dict) or not all(isinstance(entry, dict) for entry in listed.values()):
        raise SourceError("Not LiteLLM's price list: an object of models, each an object, is expected.")
    skipped: list[Skipped] = []
    offers: dict[str, list[Json]] = defaultdict(list)
    for key, entry in listed.items():
        provider = _provider(entry)
        if not wanted.takes(provider, key) or COMMITMENT.fullmatch(key):
            continue
        tiers = list(tiers_of(entry)) if entry.get("mode") in MODES else []
        made = _offer(key, _with_base(entry), frozenset[str]().union(*(tiered.carried for tiered in tiers)))
        if isinstance(made, Skipped):
            skipped.append(made)
        else:
            offers[provider].append(made)
        for tiered in tiers:
            offers[provider].append(_tiered(key, tiered))
    for provider, made in _commitments(listed, wanted):
        offers[provider].append(made)
    source = {"as_of": wanted.as_of.isoformat(), "name": PACKAGE, "version": version, "url": URL}
    sheets = (
        _sheet(provider, wanted.sheet_name(provider, PACKAGE), offers[provider], source) for provider in sorted(offers)
    )
    return Imported(tuple(sheets), tuple(skipped))


def _provider(entry: Json) -> str:
    name = entry.get("litellm_provider")
    if not isinstance(name, str):
        return "unknown"
    return SELLERS.get(name, "vertex_ai" if name.startswith("vertex_ai") else name)


def _sheet(provider: str, name: str, offers: list[Json], source: Json) -> Json:
    names = Names()
    return {
        "provider": provider,
        "name": name,
        "currency": "USD",
        "effective_from": source["as_of"],
        "source": source,
        "offers": [{"sku": names.sku(offer.pop("key"))} | offer for offer in offers],
    }


def _tiered(key: str, tiered: Tiered) -> Json:
    """Return the offer of a tier."""
    entry = tiered.entry
    region, model = _place(key, entry)
    prices = list(_prices(entry))
    named = {"key": f"{key}:{tiered.tier}", "mode": "serverless", "model": model, "region": region, "prices": prices}
    return named | {"tier": tiered.tier} | _until(entry) | note([tiered.remark, *_remarks(entry)])


def _offer(key: str, entry: Json, carried: frozenset[str]) -> Json | Skipped:
    """Return the offer that answers at once; carried: costs of the entry that offers of its tiers state."""
    if entry.get("mode") not in MODES:
        return Skipped(key, "mode", f"Models of the kind {entry.get('mode')!r} are not billed by text token.")
    prices = list(_prices(entry))
    if not prices:
        return Skipped(key, "no_meter", "No price by token or by request.")
    if all_free(prices):
        return Skipped(key, "free", FREE)
    region, model = _place(key, entry)
    return (
        {"key": key, "mode": "serverless", "model": model, "region": region, "prices": prices}
        | _until(entry)
        | note(_remarks({name: value for name, value in entry.items() if name not in carried}))
    )


def _with_base(entry: Json) -> Json:
    """Return an entry with the prices of its shortest requests in its own place, where they are listed by size."""
    tiers = entry.get(SIZES)
    return entry | next((tier for tier in tiers if _from_zero(tier)), {}) if isinstance(tiers, list) else entry


def _from_zero(tier: object) -> bool:
    return isinstance(tier, dict) and isinstance(tier.get("range"), list) and tier["range"][:1] == [0]


def _prices(entry: Json) -> Iterator[Json]:
    for name, meter, per in METERS:
        stated = exact(entry.get(name))
        # Embedding models are listed with a zero for the output they do not have.
        if stated is not None and not (entry["mode"] == "embedding" and meter == "output_tokens"):
            yield price(meter, stated * per, per, _conditional(name, entry, per))


def _conditional(name: str, entry: Json, per: int) -> Iterator[Json]:
    """Yield the amounts of a cost for long requests, the longest last, and for the hours off the peak."""
    long = {int(found["thousands"]) * 1000: value for key, value in entry.items() if (found := _long(name, key))}
    tiers = entry.get(SIZES)
    for tier in tiers if isinstance(tiers, list) else ():
        if isinstance(tier, dict) and isinstance(tier.get("range"), list) and (start := exact(tier["range"][0])):
            long[int(start)] = tier.get(name)
    for above in sorted(long):
        stated = exact(long[above])
        if stated is not None and above > 0:
            # A request of exactly the length that some name is long there already.
            yield longer(above - (entry.get("litellm_provider") in INCLUSIVE), stated * per)
    stated = exact(_off_peak(entry).get(name))
    if stated is not None:
        yield from ({"hours": hours, "amount": amount(stated * per)} for hours in _windows(_off_peak(entry)))


def _off_peak(entry: Json) -> Json:
    stated = entry.get("off_peak_pricing")
    return stated if isinstance(stated, dict) else {}


def _long(name: str, key: str) -> re.Match[str] | None:
    found = LONG_REQUESTS.fullmatch(key)
    return found if found and found["cost"] == name else None


def _windows(off_peak: Json) -> Iterator[Json]:
    """Yield the hours off the peak, which the list states in UTC by the number of the day, Monday 1."""
    windows = off_peak.get("windows")
    for window in windows if isinstance(windows, list) else ():
        stated, numbers = window.get("hours_utc", ""), window.get("weekdays", range(1, 8))
        days = [DAYS[number - 1] for number in numbers]
        for span in stated if isinstance(stated, list) else [stated]:
            start, _, end = str(span).partition("-")
            yield {"zone": "UTC", "days": days, "from": start, "until": end}


def _place(key: str, entry: Json) -> tuple[str, str]:
    """Return (region, model) of a key such as `azure/eu/gpt-4o` or `bedrock/us-east-1/model`."""
    parts = key.split("/")
    called = str(entry.get("litellm_provider"))
    if len(parts) > 1 and (parts[0] == called or called.startswith(parts[0])):
        parts = parts[1:]
    if (
        len(parts) > 1
        and called in ("azure", "azure_text", "bedrock", "bedrock_converse")
        and REGION.fullmatch(parts[0])
    ):
        return ("global" if parts[0] == "*" else parts[0]), "/".join(parts[1:])
    return "global", "/".join(parts)


def _until(entry: Json) -> Json:
    try:
        return {"available_until": date.fromisoformat(str(entry.get("deprecation_date"))).isoformat()}
    except ValueError:
        return {}


def _remarks(entry: Json) -> Iterator[str]:
    costs = {name for name, value in entry.items() if "cost" in name and value and not isinstance(value, str)}
    long = {key for key in costs if (found := LONG_REQUESTS.fullmatch(key)) and found["cost"] in CARRIED}
    if others := sorted(costs - CARRIED - long):
        yield f"Not carried: {', '.join(others)}."
    if isinstance(entry.get("source"), str):
        yield f"Source: {entry['source']}"


def _commitments(listed: Json, wanted: Wanted) -> Iterator[tuple[str, Json]]:
    rates: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for key, entry in listed.items():
        match = COMMITMENT.fullmatch(key)
        second = exact(entry.get("cost_per_second"))
        if match and wanted.takes(_provider(entry), key) and second:
            hourly = amount(second * 3600)
            rates[match["region"], match["model"]].append({"term_months": int(match["months"]), "hourly": hourly})
    for (region, model), terms in rates.items():
        yield (
            "aws",
            {
                "key": f"{model}:{region}:model-unit",
                "mode": "dedicated",
                "model": model,
                "region": "global" if region == "*" else region,
                "unit": "model_unit",
                "rates": sorted(terms, key=lambda rate: int(rate["term_months"])),
                "note": "The list does not say what a model unit serves; add `capacity` to size it.",
            },
        )
