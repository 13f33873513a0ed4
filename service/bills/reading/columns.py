"""Columns of a bill: FOCUS 1.0 to 1.4 (https://focus.finops.org) by their names, others by names people give them."""

import re
from collections.abc import Sequence

from service.traffic_histories.reading.errors import RefusedError

FOCUS: dict[str, tuple[str, ...]] = {
    "provider": ("ServiceProviderName", "ProviderName", "InvoiceIssuerName"),
    "invoice": ("InvoiceId",),
    "category": ("ChargeCategory",),
    "kind": ("x_RowKind",),
    "starts": ("ChargePeriodStart",),
    "ends": ("ChargePeriodEnd",),
    "sku": ("SkuId",),
    "sku_price": ("SkuPriceId",),
    "meter": ("SkuMeter", "x_SkuMeter"),
    "description": ("ChargeDescription",),
    "consumed": ("ConsumedQuantity",),
    "consumed_unit": ("ConsumedUnit",),
    "quantity": ("PricingQuantity",),
    "unit": ("PricingUnit",),
    "billed": ("BilledCost",),
    "effective": ("EffectiveCost",),
    "currency": ("BillingCurrency",),
    "committed": ("CommitmentDiscountQuantity",),
    "committed_unit": ("CommitmentDiscountUnit",),
    "commitment": ("CommitmentDiscountId",),
    "commitment_status": ("CommitmentDiscountStatus",),
    "contract": ("ContractApplied", "x_ContractId"),
}
"""FOCUS columns of each field, the first that is there counts."""

PLAIN: dict[str, tuple[str, ...]] = {
    "provider": ("provider", "vendor", "supplier"),
    "invoice": ("invoice", "invoice_id", "invoice_number"),
    "category": ("category", "charge_category"),
    "starts": ("starts_on", "period_start", "start", "start_date", "date", "day", "month"),
    "ends": ("ends_on", "period_end", "end", "end_date"),
    "sku": ("sku", "item", "product", "model"),
    "meter": ("meter", "usage_type", "type"),
    "description": ("description", "line_item", "name"),
    "quantity": ("quantity", "usage", "units"),
    "unit": ("unit", "quantity_unit", "usage_unit"),
    "billed": ("amount", "cost", "total", "charge", "net_amount"),
    "currency": ("currency", "billing_currency"),
    "contract": ("order", "order_number", "contract", "contract_id", "reference", "commitment"),
}
"""Headers of other bills for each field, without case, blanks as underscores."""

NEEDED = {
    "starts": "the first day of a charge (ChargePeriodStart, or starts_on, date, month)",
    "sku": "what was charged for (SkuId, or sku, item, product)",
    "billed": "what it cost (BilledCost, or amount, cost, total)",
}


def is_focus(header: Sequence[str]) -> bool:
    """Tell whether a header is of a FOCUS cost and usage file."""
    return {"BilledCost", "ChargePeriodStart"} <= set(header)


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Return the column of each field that the header has. Raises RefusedError: `missing_column`, `repeated_column`."""
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise RefusedError("repeated_column", f"the header names {twice[0]!r} twice; keep one of the columns")
    known = FOCUS if is_focus(header) else PLAIN
    spelled = {name if known is FOCUS else _plain(name): name for name in header}
    found = {field: _first(spelled, names) for field, names in known.items()}
    missing = [told for field, told in NEEDED.items() if found.get(field) is None]
    if missing:
        have = ", ".join(repr(name[:40]) for name in header[:20])
        raise RefusedError("missing_column", f"no column says {missing[0]}; name one so. The header has {have}")
    return {field: name for field, name in found.items() if name is not None}


def _first(spelled: dict[str, str], names: Sequence[str]) -> str | None:
    return next((spelled[name] for name in names if name in spelled), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())
