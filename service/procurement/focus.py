"""The bill that an option is expected to bring, as Cost and Usage of FOCUS 1.4 (https://focus.finops.org), as CSV.

A reservation is a Purchase on each day it is billed, and Usage of each month, used and unused apart: over its term the
effective cost of what is used and unused is the billed cost of the purchases, to the cent. Every row is a forecast.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from service.kit.clock import months_after
from service.kit.db.types import plain_decimal
from service.procurement.term import Term, term_of
from service.workflow.bill import MONEY, QUANTUM, RESERVED_UNITS, is_ordered
from service.workflow.document.options import AnsweredOption, BillLine

Json = Mapping[str, Any]
Row = dict[str, str]

CONTENT_TYPE = "text/csv; charset=utf-8"

MILLION = 1_000_000
HOURS_PER_MONTH = 730
UNITS = {"unit_hours": "Hours", "instance_hours": "Hours", "hours": "Hours", "unit_months": "Months",
         "months": "Months", "seconds": "Seconds", "requests": "Requests"}  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sold:
    """What bills say of an offer. sku: what its provider calls it; region: empty where no sheet says it."""

    provider: str
    sku: str
    region: str


@dataclass(frozen=True)
class Expected:
    """What the file is of. commitment_id: what its reservation is called. offers: by side, dedicated or serverless."""

    evaluation: Json
    option: AnsweredOption
    organization_id: str
    organization: str
    commitment_id: str
    offers: Mapping[str, Sold]
    starts_on: date


def cost_and_usage(expected: Expected, first: date, last: date) -> bytes:
    """Return the rows of the days from a first to a last one, a month at a time; nothing lies before `starts_on`."""
    with localcontext(MONEY):
        term = term_of(expected.option, expected.starts_on)
        rows = [
            _row(expected, start, end, sold, row)
            for start, end in _months(max(first, expected.starts_on), last)
            for sold, row in _month(expected, term, start, end)
        ]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, sorted(_COLUMNS))
    writer.writeheader()
    writer.writerows({name: _safe(name, row.get(name, "")) for name in _COLUMNS} for row in rows)
    return written.getvalue().encode()


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the calendar months from a first to a last day, cut at both."""
    while first <= last:
        after = months_after(first.replace(day=1), 1)
        yield first, min(last, after - timedelta(days=1))
        first = after


def _month(expected: Expected, term: Term | None, first: date, last: date) -> Iterator[tuple[Sold, Row]]:
    if term is not None:
        sold = expected.offers["dedicated"]
        yield from ((sold, row) for row in _reserved(expected, term, sold.sku, first, last))
    for line in expected.option.bill:
        code = line.code
        if code == "upfront" or not is_ordered(code):
            continue
        if term is not None and code in RESERVED_UNITS:
            continue
        sold = expected.offers["dedicated" if code in ("running_units", *RESERVED_UNITS) else "serverless"]
        yield sold, _used(line, sold.sku, first, last)


def _reserved(expected: Expected, term: Term, sku: str, first: date, last: date) -> Iterator[Row]:
    head = {
        "SkuId": sku,
        "SkuMeter": "Commitment",
        "SkuPriceId": f"{sku}/commitment",
        "PricingCategory": "Committed",
        "CommitmentDiscountId": expected.commitment_id,
        "CommitmentDiscountName": f"{term.units} x {sku}",
        "CommitmentDiscountCategory": "Usage",
        "CommitmentDiscountType": "Reservation",
        "CommitmentDiscountUnit": "Hours",
    }
    for day, amount in term.payments():
        if first <= day <= last and amount:
            bought = {"ChargeCategory": "Purchase", "ChargeDescription": f"{term.units} x {sku}, committed"}
            held = {"CommitmentDiscountQuantity": _hours(term, day, min(last, term.ends_on))}
            yield head | bought | held | _frequency(term) | _priced(amount, Decimal(1), "Units", amount, Decimal(0))
    first, last = max(first, term.starts_on), min(last, term.ends_on)
    if first > last:
        return
    hours = Decimal(_hours(term, first, last))
    for status, amount, share in zip(
        ("Used", "Unused"), term.effective(first, last), (term.used, 1 - term.used), strict=True
    ):
        if not amount:
            continue
        quantity = (hours * share).quantize(QUANTUM)
        price = (amount / quantity).quantize(QUANTUM) if quantity else Decimal(0)
        row = head | _priced(Decimal(0), quantity, "Hours", price * quantity, amount, price)
        row |= {"ChargeCategory": "Usage", "CommitmentDiscountStatus": status, "ChargeFrequency": "Usage-Based"}
        row |= {"ChargeDescription": f"{sku}, {status.lower()} commitment"}
        row |= {"CommitmentDiscountQuantity": plain_decimal(quantity)}
        if status == "Used":
            row |= {"ConsumedQuantity": plain_decimal(quantity), "ConsumedUnit": "Hours"}
        yield row


def _hours(term: Term, first: date, last: date) -> str:
    return str(((last - first).days + 1) * 24 * term.units)


def _frequency(term: Term) -> Row:
    return {"ChargeFrequency": "Recurring" if term.months and term.monthly else "One-Time"}


def _used(line: BillLine, sku: str, first: date, last: date) -> Row:
    """Return what is paid by use: the line's quantity at its rate over the hours, tokens by the million."""
    hours = ((last - first).days + 1) * 24
    quantity = (line.quantity * hours / HOURS_PER_MONTH).quantize(QUANTUM)
    meter = line.code.removeprefix("overflow_")
    tokens = line.unit == "tokens"
    unit, size = ("1000000 Tokens", MILLION) if tokens else (UNITS.get(line.unit, "Units"), 1)
    price = line.unit_price * size / line.per
    priced = quantity / size
    cost = (priced * price).quantize(QUANTUM)
    return _priced(cost, priced, unit, cost, cost, price) | {
        "SkuId": sku,
        "SkuMeter": line.code.replace("_", " "),
        "SkuPriceId": f"{sku}/{meter}",
        "PricingCategory": "Standard",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": f"{sku}, {line.code.replace('_', ' ')}",
        "ConsumedQuantity": plain_decimal(quantity),
        "ConsumedUnit": "Tokens" if tokens else unit,
    }


def _priced(
    billed: Decimal, quantity: Decimal, unit: str, cost: Decimal, effective: Decimal, price: Decimal | None = None
) -> Row:
    """Return the money of a row. cost: at the list price, which is the agreed one too: none is negotiated."""
    unit_price = plain_decimal(cost if price is None else price)
    return {
        "BilledCost": plain_decimal(billed),
        "EffectiveCost": plain_decimal(effective),
        "ListCost": plain_decimal(cost),
        "ContractedCost": plain_decimal(cost),
        "ListUnitPrice": unit_price,
        "ContractedUnitPrice": unit_price,
        "PricingQuantity": plain_decimal(quantity),
        "PricingUnit": unit,
    }


def _row(expected: Expected, first: date, last: date, sold: Sold, row: Row) -> Row:
    """Return a row with what all rows say: whose it is, of when, and that it is a forecast."""
    month = first.replace(day=1)
    currency = expected.option.monthly_cost.currency
    return row | {
        "BillingAccountId": expected.organization_id,
        "BillingAccountName": expected.organization,
        "BillingCurrency": currency,
        "PricingCurrency": currency,
        "BillingPeriodStart": _midnight(month),
        "BillingPeriodEnd": _midnight(months_after(month, 1)),
        "ChargePeriodStart": _midnight(first),
        "ChargePeriodEnd": _midnight(last + timedelta(days=1)),
        "HostProviderName": sold.provider,
        "InvoiceIssuerName": sold.provider,
        "ServiceProviderName": sold.provider,
        "ServiceName": f"Inference of {expected.evaluation['inputs']['model']}",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "RegionId": sold.region,
        "x_RowKind": "Forecast",
        "x_EvaluationDigest": expected.evaluation["digest"],
        "x_OptionKey": expected.option.key,
    }


_COLUMNS = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit",
    "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "HostProviderName", "InvoiceIssuerName", "ListCost",
    "ListUnitPrice", "PricingCategory", "PricingCurrency", "PricingQuantity", "PricingUnit", "RegionId",
    "ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceId",
    "x_EvaluationDigest", "x_OptionKey", "x_RowKind",
)  # fmt: skip


def _midnight(day: date) -> str:
    return f"{day}T00:00:00Z"


def _safe(name: str, value: str) -> str:
    """Return text that a spreadsheet shows and does not compute; figures are as they are."""
    figure = name.endswith(("Cost", "Price", "Quantity"))
    return f"'{value}" if not figure and value.startswith(_FORMULA) else value
