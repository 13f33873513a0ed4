"""A purchase request on paper: PDF/A-3 with PDF/UA tags, the Order-X and the evaluation attached."""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from service.kit import canonical_json, typesetting
from service.purchase_requests.order_x import order_x
from service.reports.words import share

Json = dict[str, Any]

CONTENT_TYPE = "application/pdf"

STANDARDS = ("a-3a", "ua-1")

UNITS = {
    "unit_hours": "hours", "instance_hours": "hours", "unit_months": "months", "tokens": "tokens",
}  # fmt: skip
ONE = {"unit_hours": "an hour", "instance_hours": "an hour", "unit_months": "a month", "tokens": "a token"}
PER = {1000: "a thousand", 1_000_000: "a million"}


def as_pdf(request: Json, evaluation: Json) -> bytes:
    """Return the PDF, the same bytes each time. Raises Problem 501 where typesetting is not installed."""
    inputs = {
        "data": json.dumps(_shown(request), ensure_ascii=False, sort_keys=True),
        "order": order_x(request).decode(),
        "evaluation": canonical_json.dumps(evaluation).decode(),
    }
    return typesetting.pdf(_template(), inputs, STANDARDS)


@cache
def _template() -> str:
    return (Path(__file__).parent / "typst" / "purchase_request.typ").read_text()


def _shown(request: Json) -> Json:
    """Return the document with every figure as a person reads it."""
    bars, approval = _bars(request), request["approval"] or {"votes": []}
    widest = max(float(amount) for _, amount, _ in bars) or 1
    return request | {
        "monthly_shown": money(request["monthly_total"]),
        "commitment_shown": money(request["total_commitment"]),
        "items": [_item(item) for item in request["items"]],
        "own_costs": [one | {"monthly": money(one["monthly"])} for one in request["own_costs"]],
        "days": _days(approval),
        "votes": [vote | {"at": vote["at"][:16].replace("T", " ")} for vote in approval["votes"]],
        "facts": _facts(request),
        "bars": [
            {"name": name, "monthly": money(amount), "note": note, "width": 100 * float(amount) / widest}
            for name, amount, note in bars
        ],
        "year": int(request["issued_on"][:4]),
        "month": int(request["issued_on"][5:7]),
        "day": int(request["issued_on"][8:10]),
    }


def _item(item: Json) -> Json:
    unit = UNITS.get(item["unit"], item["unit"].replace("_", " "))
    per = ONE.get(item["unit"], "each") if item["per"] == 1 else PER.get(item["per"], f"for {item['per']:,}")
    sold = [item["provider"], f"sku {item['sku']}", *([f"region {item['region']}"] if item["region"] else [])]
    return item | {
        "shown_offer": ", ".join(sold),
        "shown_quantity": f"{_thousands(item['quantity'])} {unit}",
        "shown_price": f"{_price(item['unit_price'])} {per}",
        "shown_monthly": money(item["monthly"]),
    }


def _facts(request: Json) -> list[Json]:
    terms, expected = request["terms"], request["expected"]
    currency = request["currency"]
    facts = [
        ("A month", money(request["monthly_total"]), currency),
        ("Committed in all", money(request["total_commitment"]), currency),
        ("Bound for", f"{terms['months_locked']}", "months")
        if terms["months_locked"]
        else ("Bound for", "nothing", ""),
    ]
    if expected["monthly_low"] is not None:
        low, high = money(expected["monthly_low"]), money(expected["monthly_high"])
        also = ", costs in house too" if request["own_costs"] else ""
        facts.append(("Nine months in ten cost", f"{low} to {high}", f"{currency}{also}"))
    if expected["utilization"] is not None:
        facts.append(("Expected utilization", share(expected["utilization"]), "of the units"))
    return [{"name": name, "figure": figure, "unit": unit} for name, figure, unit in facts]


def _days(approval: Json) -> list[Json]:
    """Return what is said of days and people of the order, by what it is called on paper."""
    booked = ", ".join(approval[part] for part in ("cost_centre", "project") if approval.get(part))
    said = (
        ("Starts on", approval.get("starts_on")), ("Order by", approval.get("purchase_by")),
        ("Owner", approval.get("owner")), ("Cost centre, project", booked),
    )  # fmt: skip
    return [{"name": name, "text": text} for name, text in said if text]


def _bars(request: Json) -> list[tuple[str, str, str]]:
    """Return every way with all it costs a month, in house too, so that like is compared with like."""
    own = sum((Decimal(cost["monthly"]) for cost in request["own_costs"]), Decimal(0))
    note = "With the costs beside the order." if own else ""
    chosen = (f"{request['option']['name']} (requested)", f"{Decimal(request['monthly_total']) + own:.2f}", note)
    others = [(one["name"], one["monthly"], one["reason"]) for one in request["alternatives"]]
    return [chosen, *others]


def _price(text: str) -> str:
    """Return a price as it is, with two places at least."""
    whole, _, places = text.partition(".")
    return f"{_thousands(whole)}.{places.ljust(2, '0')}"


def money(amount: str) -> str:
    """Return decimal text with thousands apart: 2,044.00."""
    return _thousands(amount)


def _thousands(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, places = digits.partition(".")
    return f"{sign}{int(whole):,}{dot}{places}"
