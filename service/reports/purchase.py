"""What you would buy: the bill of the recommended option as items to order, to the cent and adding up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from service.reports import words
from service.reports.offer_names import Names, OfferName
from service.reports.reading import IN_USE, Answer, ReportOption
from service.workflow.bill import SECOND_UNITS
from service.workflow.document.options import BillLine

PER = {1: "each", 1000: "a thousand", 1_000_000: "a million"}

METERS = {
    "input_tokens": "input tokens",
    "cached_input_tokens": "cached input tokens",
    "output_tokens": "output tokens",
    "requests": "requests",
    "compute_seconds": "compute seconds",
    "monthly_minimum": "monthly minimum, what the use falls short of it",
    "warm_pool": "instances kept warm",
}

OTHERS = {
    "hybrid_overhead": "Running two paths",
    "outage_fallback": "Serverless while the reserved side is down",
    "running_commitment": "Owed on what is bought already",
    "covered_by_commitment": "Units of it that are used here",
}

UNITS = {
    "unit_hours": "an hour",
    "unit_months": "a month",
    "hours": "an hour",
    "months": "a month",
    "instance_hours": "an hour",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to buy. amount: money a month in words, to the cent."""

    name: str
    note: str
    price: str
    amount: str
    sku: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """The bill of materials. deck: how long it binds. notes: dates of the prices, what a day's outage costs."""

    deck: str
    items: tuple[Item, ...]
    total: str
    notes: tuple[str, ...]


def purchase(answer: Answer, names: Names) -> Purchase | None:
    """Return what would be bought; None where nothing is recommended."""
    chosen = answer.chosen
    if chosen is None:
        return None
    drafts = [*_reserved(chosen, names), *(_line(chosen, line, names) for line in chosen.lines if _apart(line))]
    amounts = to_cents([amount for _, amount in drafts], chosen.total)
    items = tuple(
        Item(item.name, item.note, item.price, f"{amount:,}", item.sku)
        for (item, _), amount in zip(drafts, amounts, strict=True)
    )
    total = words.rounded(chosen.total, words.CENT)
    return Purchase(_bound(chosen, answer.currency), items, f"{total:,}", tuple(_notes(answer, chosen, names)))


def to_cents(amounts: list[Decimal], total: Decimal) -> list[Decimal]:
    """Return the amounts to the cent so that they add up to the rounded total: the largest remainders go up."""
    floors = [amount.quantize(words.CENT, ROUND_FLOOR) for amount in amounts]
    missing = int((words.rounded(total, words.CENT) - sum(floors, Decimal(0))) / words.CENT)
    order = sorted(range(len(amounts)), key=lambda i: (floors[i] - amounts[i], i))
    for i in order[: max(0, missing)]:
        floors[i] += words.CENT
    return floors


def _apart(line: BillLine) -> bool:
    return line.code not in IN_USE and not line.code.endswith("idle")


def _reserved(chosen: ReportOption, names: Names) -> list[tuple[Item, Decimal]]:
    """Return the reservation as an item for each kind of units: what is used and what is idle are paid alike."""
    lines = [line for line in chosen.lines if not _apart(line)]
    first = [line for line in lines if not line.code.startswith(SECOND_UNITS)]
    second = [line for line in lines if line.code.startswith(SECOND_UNITS)]
    offer = names.offer(chosen.dedicated)
    items = [_units_item(chosen, chosen.units or 0, first, offer)] if first else []
    if second:
        second_kind = replace(offer, unit=offer.second_unit, thing=offer.second_unit)
        items.append(_units_item(chosen, chosen.second_units, second, second_kind))
    return items


def _units_item(chosen: ReportOption, units: int, lines: Sequence[BillLine], offer: OfferName) -> tuple[Item, Decimal]:
    """Return the item of the units of one kind."""
    quantity = sum((line.quantity for line in lines), Decimal(0))
    first, hourly = lines[0], lines[0].unit == "unit_hours"
    unit = offer.unit if offer.unit in offer.thing else f"{offer.thing} {offer.unit}"
    within = words.term(chosen.term_months)
    hours = (quantity / max(units, 1)).quantize(Decimal("0.1")).normalize()
    if chosen.mode == "autoscaled":
        note = f"{chosen.minimum_units or 0} to {chosen.units} as needed, {words.count(float(quantity))} unit hours"
    else:
        plain = offer.units(units)
        note = f"{units:,} {plain}, {within}" + (f", {hours:,f} hours" if hourly else "")
    by = {24: "a day", 168: "a week"}.get(first.per, "an hour") if hourly else "a month"
    price = f"{words.price(first.unit_price)} {by}"
    name = f"{offer.provider} {unit}".strip()
    return Item(name, note, price, "", offer.sku), sum((line.amount for line in lines), Decimal(0))


def _line(chosen: ReportOption, line: BillLine, names: Names) -> tuple[Item, Decimal]:
    overflow = line.code.startswith("overflow_")
    code = line.code.removeprefix("overflow_")
    if code == "upfront":
        offer = names.offer(chosen.dedicated)
        note = f"{words.money(line.quantity * line.unit_price)} at once, spread over {line.per} months"
        return Item(
            f"{offer.label} upfront", note, f"{words.price(line.unit_price)} a unit", "", offer.sku
        ), line.amount
    if code in OTHERS:
        price = f"{words.price(line.unit_price)} {UNITS.get(line.unit, '')}".strip()
        return Item(
            OTHERS[code], f"{words.quantity(line.quantity)} {line.unit.replace('_', ' ')}", price, "", ""
        ), line.amount
    offer = names.offer(chosen.serverless)
    what = METERS.get(code, code.replace("_", " "))
    note = words.quantity(line.quantity) + (" of the overflow" if overflow else f" {line.unit.replace('_', ' ')}")
    per = UNITS.get(line.unit) or PER.get(line.per, f"for {line.per:,}")
    return Item(f"{offer.label} {what}", note, f"{words.price(line.unit_price)} {per}", "", offer.sku), line.amount


def _bound(chosen: ReportOption, currency: str) -> str:
    found = chosen.commitment
    if found is None or not found.months_locked:
        if chosen.term_months:
            return f"Bound for {words.term(chosen.term_months)}."
        return "No commitment: stop any hour." if chosen.dedicated else "No commitment: pay for what is used."
    upfront = found.upfront.amount
    said = [f"Bound for {words.term(chosen.term_months)}"]
    if upfront:
        said.append(f"{words.money(upfront)} {currency} upfront")
    if found.pays_back_month is not None:
        said.append(f"paid back against on demand in month {found.pays_back_month}")
    elif chosen.term_months:
        said.append("not paid back against on demand within the horizon")
    return ", ".join(said) + "."


def _notes(answer: Answer, chosen: ReportOption, names: Names) -> list[str]:
    dated: dict[str, str] = {}
    for sku in (chosen.dedicated, chosen.serverless):
        offer = names.offer(sku) if sku else None
        if offer is not None and offer.dated is not None:
            dated[offer.provider] = f"{offer.provider} of {words.day(offer.dated)}"
    notes = [f"List prices: {words.listed(list(dated.values()))}."] if dated else []
    outage = chosen.outage_per_day
    if outage is not None:
        notes.append(
            f"If the reserved side is down for a day, serverless carries all of it for {words.money(outage)} "
            f"{answer.currency} more."
        )
    return notes
