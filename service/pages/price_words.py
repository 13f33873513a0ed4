"""Offers of a price sheet in words: what each costs, and what changed from one version to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.reports import words

Json = dict[str, Any]

PER = {1: "each", 1_000: "a thousand", 1_000_000: "a million", 1_000_000_000: "a thousand million"}
MONTHLY_FEES = ("monthly_minimum", "hourly")


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
        "prices": [f"{what}: {text}" for what, (text, _) in prices_of(offer).items()],
        "holds": list(_holds(offer)),
        "note": " ".join(filter(None, [offer.get("note", ""), f"Until {until}." if until else ""])),
    }


def prices_of(offer: Json) -> dict[str, tuple[str, Decimal]]:
    """Return every price of an offer by what it is of: in words, and as a number that compares."""
    return dict(_prices(offer))


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Changed]:
    """Return the prices that moved between two versions, offers by sku, the largest change first, new ones last."""
    found = []
    for sku in before.keys() | after.keys():
        was, now = prices_of(before.get(sku, {})), prices_of(after.get(sku, {}))
        for what in was.keys() | now.keys():
            old, new = was.get(what), now.get(what)
            if old != new:
                share = float((new[1] - old[1]) / old[1]) if old and new and old[1] else None
                found.append(
                    Changed(sku, what, old[0] if old else "not offered", new[0] if new else "not offered", share)
                )
    return sorted(found, key=lambda one: (one.share is None, -abs(one.share or 0), one.sku, one.what))


def _prices(offer: Json) -> Iterator[tuple[str, tuple[str, Decimal]]]:
    for price in offer.get("prices", ()):
        amount, per = Decimal(price["amount"]), int(price["per"])
        more = f", {words.plural(len(price['tiers']), 'step')} above" if price.get("tiers") else ""
        more += ", other by length or hour" if price.get("when") else ""
        text = f"{words.price(amount)} {PER.get(per, f'for {per:,}')}{more}"
        yield price["meter"].replace("_", " "), (text, amount / per)
    for rate in offer.get("rates", ()):
        upfront = f" and {words.price(Decimal(rate['upfront']))} upfront" if Decimal(rate.get("upfront") or 0) else ""
        unit = "hour" if rate.get("hourly") is not None else "month"
        amount = Decimal(rate.get("hourly") or rate.get("monthly") or 0)
        yield (
            f"unit, {words.term(rate['term_months'])}",
            (f"{words.price(amount)} a{'n' if unit == 'hour' else ''} {unit}{upfront}", amount),
        )
    for name in MONTHLY_FEES:
        if Decimal(offer.get(name) or 0):
            amount = Decimal(offer[name])
            unit = "a month at least" if name == "monthly_minimum" else "an hour, used or not"
            yield name.replace("_", " "), (f"{words.price(amount)} {unit}", amount)
    if offer.get("warm_pool"):
        amount = Decimal(offer["warm_pool"]["hourly"])
        yield "kept warm", (f"{words.price(amount)} an hour", amount)


def _holds(offer: Json) -> Iterator[str]:
    """Yield what a unit carries, and what limits there are."""
    capacity = offer.get("capacity")
    if offer["mode"] == "dedicated" and not capacity:
        yield "no capacity stated: it cannot be sized"
    elif capacity and capacity["kind"] == "concurrency":
        yield words.plural(capacity["slots"], "request") + " at once a unit"
    elif capacity:
        yield "a budget a minute for each unit"
    for name, limit in (offer.get("limits") or {}).items():
        yield f"at most {limit:,} {name.replace('_per_minute', '').replace('_', ' ')} a minute"
    if offer.get("start_seconds"):
        yield f"starts in {words.duration(offer['start_seconds'])}"
