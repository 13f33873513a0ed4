"""Import of Azure's unit prices (`azure_ptu_prices.json`) together with what a unit serves (`azure_ptu_capacity.json`).

Both are the files of the public azureptucalc project: prices a deployment type, and per model the input tokens a
minute that one provisioned throughput unit (PTU) serves, with the weight of an output token.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from service.price_sheets.importers.base import (
    Imported,
    Names,
    Skipped,
    SourceError,
    Wanted,
    amount,
    exact,
    note,
    price,
)
from service.price_sheets.offer_values import Json

PROVIDER = "azure"

REGIONS = {"global": "global", "dataZone": "data-zone", "regional": "regional"}
"""Deployment types by their name in the files."""

AUDIO = ("whisper",)
"""Models whose listed price is of an audio minute, which no meter counts."""

MONTHS_A_YEAR = 12


def read(files: object, version: str, wanted: Wanted) -> Imported:
    """Return Azure's sheet out of `{"prices": …, "capacity": …}`, the two files; `version`: a digest of them.

    The sheet is in force from the files' own day. Of a provisioned unit cached input takes nothing; the yearly
    reservation is stated per month. Raises SourceError where these are not the two files.
    """
    try:
        return _read(_object(files), version, wanted)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as broken:
        raise SourceError(f"Not Azure's price and capacity files: {broken!s} does not fit.") from broken


def _read(files: Json, version: str, wanted: Wanted) -> Imported:
    prices, capacities = _object(files["prices"]), _object(files["capacity"])["models"]
    day = date.fromisoformat(str(prices["timestamp"])[:10]).isoformat()
    names, skipped = Names(), []
    offers: list[Json] = []
    for model, listed in _object(prices["models"]).items():
        if not wanted.takes(PROVIDER, model):
            continue
        if model in AUDIO:
            skipped.append(Skipped(model, "no_meter", "Its price is of an audio minute, which no meter counts."))
            continue
        made = _offers(model, listed, capacities.get(model))
        offers.extend({"sku": names.sku(offer.pop("name"))} | offer for offer in made)
    source = {"as_of": day, "url": prices["url"], "name": str(prices["source"])[:200], "version": version}
    sheet = {
        "provider": PROVIDER,
        "name": wanted.sheet_name(PROVIDER, "unit prices"),
        "currency": "USD",
        "effective_from": day,
        "source": source,
        "offers": offers,
    }
    return Imported((sheet,) if offers else (), tuple(skipped))


def _offers(model: str, listed: Json, capacity: Json | None) -> Iterator[Json]:
    for kind, region in REGIONS.items():
        common = {"model": model, "region": region}
        if kind in listed["paygo"]:
            yield {
                "name": f"{model}:{region}",
                "mode": "serverless",
                **common,
                "prices": _prices(listed["paygo"][kind]),
            }
        if kind in listed["ptu"]:
            units, remark = _units(listed, capacity, kind)
            yield {
                "name": f"{model}:{region}:ptu",
                "mode": "dedicated",
                **common,
                "unit": "ptu",
                "units": units,
                "rates": _rates(listed, kind),
                **_capacity(capacity),
                **note([remark, _estimate(capacity)]),
            }


def _prices(paygo: Json) -> list[Json]:
    # Embedding models list an output price of zero: they put out no tokens.
    meters = [("input_tokens", "input"), ("output_tokens", "output")]
    return [price(meter, _number(paygo[name])) for meter, name in meters if name == "input" or _number(paygo[name])]


def _rates(listed: Json, kind: str) -> list[Json]:
    rates = [{"term_months": 0, "hourly": amount(_number(listed["ptu"][kind]))}]
    reserved = listed.get("reservations", {}).get(kind, {})
    if "monthly" in reserved:
        rates.append({"term_months": 1, "monthly": amount(_number(reserved["monthly"]))})
    if "yearly" in reserved:
        monthly = amount(_number(reserved["yearly"]) / MONTHS_A_YEAR)
        rates.append({"term_months": MONTHS_A_YEAR, "monthly": monthly})
    return rates


def _units(listed: Json, capacity: Json | None, kind: str) -> tuple[Json, str]:
    least = listed["minPTU"][kind]
    deployment = (capacity or {}).get("deployments", {}).get(kind)
    if deployment is None:
        return {"minimum": least}, "The capacity file does not know this model; add `capacity` to size it."
    units = {"minimum": deployment["min_ptu"], "increment": deployment["increment"]}
    differs = (
        f"The price file says a minimum of {least} units, the capacity file {units['minimum']}; the latter is carried."
    )
    return units, differs if least != units["minimum"] else ""


def _capacity(capacity: Json | None) -> Json:
    if capacity is None:
        return {}
    weights = {"input_tokens": 1, "cached_input_tokens": 0, "output_tokens": capacity["output_weight"]}
    axis = {"per_minute": capacity["throughput_per_ptu"], "weights": weights}
    return {"capacity": {"kind": "throughput", "window_seconds": 60, "axes": [axis]}}


def _estimate(capacity: Json | None) -> str:
    """Say where the file itself has the weight of output from its price instead of Azure's documents."""
    estimated = str((capacity or {}).get("output_weight_source", "")).startswith("price_ratio")
    return "The weight of output tokens is the ratio of their prices, not a documented figure." if estimated else ""


def _number(value: object) -> Decimal:
    number = exact(value)
    if number is None:
        raise TypeError(f"{value!r} as a price")
    return number


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} in place of an object")
    return value
