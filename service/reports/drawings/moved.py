"""`moved`: from an earlier total to a later one, a bar a cause, each beginning where the one before ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.reports import words
from service.reports.offer_names import Names

Json = dict[str, Any]

CAUSES = {
    "traffic": "other traffic",
    "prices": "other prices",
    "policy": "another policy",
    "engine": "another version of the arithmetic",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what it is, what it went through, its place in percent of the scale; tone: total, up or down.

    amount: its money with its sign, of a total without; total: where it leads.
    """

    name: str
    sub: str
    start: float
    width: float
    tone: str
    amount: str
    total: str


def moved(difference: Json, names: Names, before: str, after: str) -> list[Bar]:
    """Return the bars of a difference as the API has it; none where an end recommends nothing.

    before, after: what the two totals are called.
    """
    recommended = difference["recommended"]
    if recommended["change"] is None:
        return []
    running = Decimal(recommended["before"]["monthly_cost"]["amount"])
    end = Decimal(recommended["after"]["monthly_cost"]["amount"])
    parts = [part for part in recommended["parts"] if Decimal(part["amount"]["amount"])]
    places = [running]
    for part in parts:
        places.append(places[-1] + Decimal(part["amount"]["amount"]))
    scale = max([*places, end, Decimal("0.01")])
    cents = max(running, end) < words.WHOLE_FROM
    bars = [_total(before, running, scale, cents=cents)]
    for part, begun, ended in zip(parts, places, places[1:], strict=False):
        low, high = sorted((begun, ended))
        bars.append(
            Bar(
                _name(part),
                _through(part, names),
                float(low / scale * 100),
                float((high - low) / scale * 100),
                "up" if ended > begun else "down",
                words.difference(ended - begun, cents=cents),
                words.money(ended, cents=cents),
            )
        )
    return [*bars, _total(after, end, scale, cents=cents)]


def caused(difference: Json) -> str:
    """Return the causes of a change with their amounts: traffic +500, prices −306."""
    by_cause = difference["recommended"]["by_cause"]
    amounts = {name: Decimal(money["amount"]) for name, money in by_cause.items()}
    cents = max((abs(amount) for amount in amounts.values()), default=Decimal(0)) < words.WHOLE_FROM
    told = [
        f"{words.listed(name.split('+'))} {words.difference(amount, cents=cents) or '0'}"
        for name, amount in amounts.items()
    ]
    return ", ".join(told)


def _total(name: str, amount: Decimal, scale: Decimal, *, cents: bool) -> Bar:
    text = words.money(amount, cents=cents)
    return Bar(name, "", 0.0, float(amount / scale * 100), "total", text, text)


def _name(part: Json) -> str:
    causes = words.listed([CAUSES.get(cause, cause) for cause in part["causes"]])
    if part["kind"] != "switch":
        return words.upper_first(f"{causes}, the same way of serving")
    was, now = (_mode(way) for way in (part["from"], part["to"]))
    turn = f"from {was} to {now}" if was != now else f"to another {now} way"
    return f"Switch {turn}, because of {causes}"


def _mode(way: str | None) -> str:
    return (way or "").partition(":")[0]


def _through(part: Json, names: Names) -> str:
    labels: Sequence[str] = [names.offer(name).label for name in part["offers"]]
    return f"through {words.listed(labels)}" if labels else ""
