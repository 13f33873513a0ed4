"""Offers of a price sheet in words: what each costs, and what changed from one version to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from service.price_sheets.fields import DAYS
from service.price_sheets.offer_values import months_of, owned_parts
from service.reports import words
from service.reports.drawings.step_chart import Value
from service.reports.offer_names import second_unit
from service.reports.timelines import prices_chart

Json = dict[str, Any]

PER = {1: "each", 1_000: "a thousand", 1_000_000: "a million", 1_000_000_000: "a thousand million"}
GONE = "not offered"
TIMES = {"hourly": "an hour", "daily": "a day", "weekly": "a week", "monthly": "a month"}
"""Fields that say what a unit costs, and for how long."""

MONTHLY_FEES = ("monthly_minimum", "hourly")


@dataclass(frozen=True, slots=True)
class Price:
    """A price: its amount for what `unit` names, what else it says, and the amount for a single one, which compares."""

    amount: Decimal
    unit: str
    more: str
    each: Decimal

    @property
    def text(self) -> str:
        """The price in words."""
        return f"{words.price(self.amount)} {self.unit}{self.more}"


@dataclass(frozen=True, slots=True)
class Changed:
    """A price that moved: of which sku, what, before and after in words, by how much as a share; None of nothing."""

    sku: str
    what: str
    before: str
    after: str
    share: float | None

    @property
    def told(self) -> str:
        """The change in words."""
        return "new" if self.share is None else words.signed(words.share(abs(self.share)), self.share, plus=True)


def offer_row(offer: Json) -> Json:
    """Return an offer in words: what it is, its prices a line each, its capacity or limits, what else it says."""
    said = [offer["model"], offer.get("region", ""), offer.get("gpu", ""), offer.get("quantization", "")]
    until = offer.get("available_until")
    return {
        "sku": offer["sku"],
        "mode": offer["mode"],
        "what": ", ".join(filter(None, said)),
        "prices": [f"{what}: {price.text}" for what, price in prices_of(offer).items()],
        "holds": list(_holds(offer)),
        "note": " ".join(
            filter(
                None,
                [
                    "Preferred." if offer.get("preferred") else "",
                    offer.get("note", ""),
                    f"Until {until}." if until else "",
                ],
            )
        ),
    }


def prices_of(offer: Json) -> dict[str, Price]:
    """Return every price of an offer by what it is of."""
    return dict(_prices(offer))


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Changed]:
    """Return the prices that moved between two versions, offers by sku, the largest change first, new ones last."""
    found = []
    for sku in before.keys() | after.keys():
        was, now = prices_of(before.get(sku, {})), prices_of(after.get(sku, {}))
        for what in was.keys() | now.keys():
            old, new = was.get(what), now.get(what)
            if old != new:
                share = float((new.each - old.each) / old.each) if old and new and old.each else None
                found.append(Changed(sku, what, old.text if old else GONE, new.text if new else GONE, share))
    return sorted(found, key=lambda one: (one.share is None, -abs(one.share or 0), one.sku, one.what))


def moved_heading(sku: str, over_time: Sequence[Json]) -> str:
    """Say what moved last of an offer's prices, earliest first, as `offer_prices` of price sheets gives them."""
    for before, after in pairwise(reversed(over_time)):
        moved = changes({sku: after}, {sku: before})
        if not moved:
            continue
        first, since = moved[0], words.day(before["effective_from"])
        if first.share is None:
            return f"{sku} is {'no longer offered' if first.after == GONE else 'offered'} since {since}"
        dearer = "dearer" if first.share > 0 else "cheaper"
        return f"{sku}: {first.what} {words.share(abs(first.share))} {dearer} since {since}"
    return f"{sku}: the same price since {words.day(over_time[0]['effective_from'])}"


def charts(over_time: Sequence[Json], now: datetime) -> list[tuple[str, Markup]]:
    """Return what each chart's prices are for, and the chart: one for all prices in one unit."""
    found = [(period["effective_from"], prices_of(period)) for period in over_time]
    lines: dict[str, dict[str, list[Value]]] = {}
    for what, unit in dict.fromkeys((what, price.unit) for _, prices in found for what, price in prices.items()):
        lines.setdefault(unit, {})[what] = [_value(since, what, unit, prices.get(what)) for since, prices in found]
    return [
        (f"For {unit}", prices_chart(unit, list(named.items()), now, place))
        for place, (unit, named) in enumerate(lines.items(), 1)
    ]


def _value(since: datetime, what: str, unit: str, price: Price | None) -> Value:
    """Return a price as a point of a line of prices in one unit."""
    kind = "dedicated" if what.startswith("unit,") else "serverless"
    if price is None or price.unit != unit:
        return Value(since, None, kind, GONE)
    return Value(since, price.amount, kind, price.text)


def periods(over_time: Sequence[Json]) -> list[Json]:
    """Return the periods of an offer's prices in words, the latest first."""
    return [
        {
            "since": words.day(period["effective_from"]),
            "until": "" if period["effective_until"] is None else words.day(period["effective_until"]),
            "version": period["version"],
            "prices": [f"{what}: {price.text}" for what, price in prices_of(period).items()],
        }
        for period in reversed(over_time)
    ]


def _prices(offer: Json) -> Iterator[tuple[str, Price]]:
    for price in offer.get("prices") or ():
        amount, per = Decimal(price["amount"]), int(price["per"])
        more = f", {words.plural(len(price['tiers']), 'step')} above" if price.get("tiers") else ""
        more += ", other by length or hour" if price.get("when") else ""
        yield price["meter"].replace("_", " "), Price(amount, PER.get(per, f"for {per:,}"), more, amount / per)
    for rate in offer.get("rates") or ():
        yield from _rate(rate, second_unit(offer))
    for name in MONTHLY_FEES:
        if Decimal(offer.get(name) or 0):
            amount = Decimal(offer[name])
            unit = "a month at least" if name == "monthly_minimum" else "an hour, used or not"
            yield name.replace("_", " "), Price(amount, unit, "", amount)
    if offer.get("warm_pool"):
        amount = Decimal(offer["warm_pool"]["hourly"])
        yield "kept warm", Price(amount, "an hour", "", amount)


def _rate(rate: Json, second: str) -> Iterator[tuple[str, Price]]:
    """Yield what a unit costs under a rate, and a unit of the axis bought apart, which `second` names."""
    term = words.term(float(months_of(rate)))
    upfront = f" and {words.price(Decimal(rate['upfront']))} upfront" if Decimal(rate.get("upfront") or 0) else ""
    if "owned" in rate:
        amount = sum((part for _, part in owned_parts(rate)), Decimal(0))
        yield f"unit, {term}", Price(amount, "a month, owned", "", amount)
        return
    name, time = next((name, time) for name, time in TIMES.items() if name in rate)
    amount = Decimal(rate[name])
    yield f"unit, {term}", Price(amount, time, upfront, amount)
    if "second" in rate:
        yield f"{second or 'second unit'}, {term}", Price(Decimal(rate["second"]), time, "", Decimal(rate["second"]))


def _holds(offer: Json) -> Iterator[str]:
    """Yield what a unit carries, and what limits there are."""
    capacity = offer.get("capacity")
    if offer["mode"] == "dedicated" and not capacity:
        yield "no capacity stated: it cannot be sized"
    elif capacity and capacity["kind"] == "concurrency":
        yield words.plural(capacity["slots"], "request") + " at once a unit"
    elif capacity:
        yield "a budget a minute for each unit"
    if "schedule" in offer:
        yield f"runs only {_hours(offer['schedule'])}"
    for name, limit in (offer.get("limits") or {}).items():
        yield f"at most {limit:,} {name.replace('_per_minute', '').replace('_', ' ')} a minute"
    if offer.get("start_seconds"):
        yield f"starts in {words.duration(offer['start_seconds'])}"


def _hours(schedule: Json) -> str:
    """Return hours of the week in words: neighbouring days as a span, the times, the zone they are of."""
    places = [DAYS.index(day) for day in schedule.get("days", DAYS)]
    runs: list[list[int]] = []
    for place in sorted(places):
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    named = [DAYS[run[0]].capitalize() + (f" to {DAYS[run[-1]].capitalize()}" if run[1:] else "") for run in runs]
    days = "every day" if len(places) == len(DAYS) else words.listed(named)
    return f"{days}, {schedule['from']} to {schedule['until']} {schedule['zone']}"
