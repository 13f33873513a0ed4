"""`moved`: from an earlier total to a later one, a bar a cause, each beginning where the one before ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.reports import words
from service.reports.offer_names import Names
from service.workflow.document.stored import read_money

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


@dataclass(frozen=True, slots=True)
class Step:
    """A step between two totals: what it is, what it went through, its money with its sign."""

    name: str
    sub: str
    amount: Decimal


def moved(difference: Json, names: Names, before: str, after: str) -> list[Bar]:
    """Return the bars of a difference as the API has it; none where an end recommends nothing.

    before, after: what the two totals are called.
    """
    recommended = difference["recommended"]
    if recommended["change"] is None:
        return []
    start = read_money(recommended["before"]["monthly_cost"]).amount
    end = read_money(recommended["after"]["monthly_cost"]).amount
    steps = [
        Step(_name(part), _through(part, names), amount)
        for part in recommended["parts"]
        if (amount := read_money(part["amount"]).amount)
    ]
    return waterfall((before, start), steps, (after, end))


def waterfall(before: tuple[str, Decimal], steps: Sequence[Step], after: tuple[str, Decimal]) -> list[Bar]:
    """Return the bars from a total to a later one, each step beginning where the one before ended.

    before, after: what the two totals are called, and their money.
    """
    places = [before[1]]
    for step in steps:
        places.append(places[-1] + step.amount)
    least = min([*places, after[1], Decimal(0)])
    scale = max(max([*places, after[1]]) - least, Decimal("0.01"))
    cents = max(before[1], after[1]) < words.WHOLE_FROM

    def bar(named: tuple[str, str, str], ends: tuple[Decimal, Decimal], amount: str, total: Decimal) -> Bar:
        """Return the bar between two amounts, placed in percent of the scale."""
        low, high = sorted(ends)
        start, width = float((low - least) / scale * 100), float((high - low) / scale * 100)
        return Bar(*named[:2], start, width, named[2], amount, words.money(total, cents=cents))

    bars = [_total(before, bar, cents=cents)]
    for step, begun, ended in zip(steps, places, places[1:], strict=False):
        tone = "up" if ended > begun else "down"
        amount = words.difference(ended - begun, cents=cents)
        bars.append(bar((step.name, step.sub, tone), (begun, ended), amount, ended))
    return [*bars, _total(after, bar, cents=cents)]


def caused(difference: Json) -> str:
    """Return the causes of a change with their amounts: traffic +500, prices −306."""
    by_cause = difference["recommended"]["by_cause"]
    amounts = {name: read_money(money).amount for name, money in by_cause.items()}
    cents = max((abs(amount) for amount in amounts.values()), default=Decimal(0)) < words.WHOLE_FROM
    told = [
        f"{words.listed(name.split('+'))} {words.difference(amount, cents=cents) or '0'}"
        for name, amount in amounts.items()
    ]
    return ", ".join(told)


def _total(named: tuple[str, Decimal], bar: Callable[..., Bar], *, cents: bool) -> Bar:
    name, amount = named
    return bar((name, "", "total"), (Decimal(0), amount), words.money(amount, cents=cents), amount)


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
