"""What is ordered: the option's bill as items whose money a month adds up to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.kit.db.types import plain_decimal
from service.reports import words
from service.reports.offer_names import Names, OfferName
from service.reports.purchase import METERS, OTHERS, to_cents
from service.reports.reading import ReportOption
from service.workflow.bill import SECOND_UNITS, is_ordered
from service.workflow.document.options import BillLine

Json = dict[str, Any]

RESERVED = (("reserved_units", "running_units", "idle"), (f"{SECOND_UNITS}reserved_units", f"{SECOND_UNITS}idle"))
"""Lines of one item each: units used and idle alike, and those of a second kind that are bought apart."""

UNIT_CODES = {
    "unit_hours": "HUR", "instance_hours": "HUR", "hours": "HUR", "unit_months": "MON", "months": "MON",
    "seconds": "SEC",
}  # fmt: skip
"""UN/ECE Recommendation 20 codes of units; anything else is counted, C62."""


@dataclass(frozen=True)
class Draft:
    """An item of an offer before its money is rounded. amount: a month, exact. per: units that the price is for."""

    offer: OfferName
    name: str
    kind: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    per: int
    amount: Decimal


def items(option: ReportOption, names: Names) -> list[Json]:
    """Return the items of an option in the order of its bill; costs in house are none."""
    drafts = [*_reserved(option, names), *_others(option, names)]
    amounts = to_cents([draft.amount for draft in drafts], sum((draft.amount for draft in drafts), Decimal(0)))
    return [_item(number, draft, amount) for number, (draft, amount) in enumerate(zip(drafts, amounts, strict=True), 1)]


def own_costs(option: ReportOption) -> list[Json]:
    """Return what the option costs a month beside the order, to the cent: nothing to buy, but part of its total."""
    lines = [line for line in option.lines if not is_ordered(line.code)]
    amounts = to_cents([line.amount for line in lines], sum((line.amount for line in lines), Decimal(0)))
    return [
        {"code": line.code, "name": OTHERS.get(line.code, line.code.replace("_", " ")), "monthly": f"{amount:.2f}"}
        for line, amount in zip(lines, amounts, strict=True)
    ]


def _reserved(option: ReportOption, names: Names) -> Iterator[Draft]:
    """Yield the reservation as an item for each kind of units, used and idle alike, and its upfront as another."""
    offer = names.offer(option.dedicated)
    for codes, units in zip(RESERVED, (option.units or 0, option.second_units), strict=True):
        lines = [line for line in option.lines if line.code in codes]
        if not lines:
            continue
        quantity = sum((line.quantity for line in lines), Decimal(0))
        amount = sum((line.amount for line in lines), Decimal(0))
        number = f"up to {units:,}" if option.mode == "autoscaled" else f"{units:,}"
        kind = f" ({offer.second_unit})" if codes is RESERVED[1] else ""
        name = f"{number} {words.TIMES} {offer.label}{kind}, {words.term(option.term_months)}"
        first = lines[0]
        yield Draft(offer, name, "capacity", quantity, first.unit, first.unit_price, first.per, amount)
    for line in option.lines:
        if line.code == "upfront":
            name = f"{offer.label}, paid upfront, a month's part"
            yield _draft(line, offer, name, "upfront")


def _others(option: ReportOption, names: Names) -> Iterator[Draft]:
    offer = names.offer(option.serverless)
    for line in option.lines:
        if line.code in (*RESERVED[0], *RESERVED[1], "upfront") or not is_ordered(line.code):
            continue
        code = line.code.removeprefix("overflow_")
        what = METERS.get(code, code.replace("_", " "))
        spilled = " of the overflow" if code != line.code else ""
        yield _draft(line, offer, f"{offer.label}, {what}{spilled}", "use")


def _draft(line: BillLine, offer: OfferName, name: str, kind: str) -> Draft:
    return Draft(offer, name, kind, line.quantity, line.unit, line.unit_price, line.per, line.amount)


def _item(number: int, draft: Draft, amount: Decimal) -> Json:
    return {
        "number": number,
        "provider": draft.offer.provider,
        "sku": draft.offer.sku,
        "region": draft.offer.region,
        "name": draft.name,
        "kind": draft.kind,
        "quantity": plain_decimal(draft.quantity),
        "unit": draft.unit,
        "unit_code": UNIT_CODES.get(draft.unit, "C62"),
        "unit_price": plain_decimal(draft.unit_price),
        "per": draft.per,
        "monthly": f"{amount:.2f}",
    }


def providers(found: Sequence[Json]) -> list[str]:
    """Return who sells the items, each once, in their order."""
    return list(dict.fromkeys(item["provider"] for item in found))
