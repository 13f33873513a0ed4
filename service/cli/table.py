"""An evaluation as text: the recommendation, every option with its monthly total, and what would change it."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

Json = dict[str, Any]


def text(evaluation: Json) -> str:
    """Return the body of an evaluation as lines a person reads."""
    parts = (_recommendation(evaluation), _traffic(evaluation["measurement"]), _options(evaluation))
    return "\n".join(chain(*parts, _flip_points(evaluation["recommendation"])))


def _recommendation(evaluation: Json) -> Iterator[str]:
    entry = evaluation["recommendation"]
    cost = entry["monthly_cost"]
    yield f"Recommendation: {entry['mode'].replace('_', ' ')}"
    if cost is not None:
        yield f"  {entry['option']}"
        yield f"  {_amount(cost)} {cost['currency']} a month, confidence {entry['confidence']}"
    for reason in entry["reasons"]:
        yield f"  - {reason['sentence']}"
    yield f"  Look again by {entry['review_by']}."


def _traffic(measured: Json) -> Iterator[str]:
    yield ""
    requests = measured["totals"]["requests"]
    counted = "" if requests is None else f"{requests:,} requests, "
    yield f"Traffic: {counted}{measured['hours_observed']:,} hours observed, {measured['pattern'].replace('_', ' ')}"
    rates = measured["requests_per_minute"]
    if rates is not None:
        yield f"  requests a minute: floor {rates['p05']:g}, mean {rates['mean']:.1f}, peak {rates['max']:g}"
    for finding in measured["findings"]:
        yield f"  - {finding['sentence']}"


def _options(evaluation: Json) -> Iterator[str]:
    options = evaluation["options"]
    chosen = evaluation["recommendation"]["option"]
    heads = ("option", f"{options[0]['monthly_cost']['currency']} a month", "used", "reserved", "first token p95", "")
    rows = [heads, *(_row(option) for option in options)]
    marks = [" ", *(">" if option["key"] == chosen else " " for option in options)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    for mark, row in zip(marks, rows, strict=True):
        name, *figures, note = row
        cells = [name.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(figures, widths[1:-1], strict=True)), note]
        yield f"{mark} {'  '.join(cells)}".rstrip()
    yield ""
    yield "  used: share of the reserved units' slots or budget in use. reserved: share of the tokens they serve."


def _row(option: Json) -> tuple[str, ...]:
    """Return the cells of an option; one that was ruled out early has a lower limit and no figures."""
    cost = _amount(option["monthly_cost"])
    if option["ruled_out"]:
        return (option["key"], f">= {cost}", "", "", "", "cannot win")
    latency = ((option.get("latency_ms") or {}).get("first_token") or {}).get("p95")
    dedicated = option["dedicated"] is not None
    return (
        option["key"],
        cost,
        _percent(option.get("utilization")),
        _percent(option.get("coverage") if dedicated else None),
        "" if latency is None else f"{latency:,.0f} ms",
        ", ".join(violation["code"].replace("_", " ") for violation in option["violations"]),
    )


def _flip_points(entry: Json) -> Iterator[str]:
    if entry["would_change"]:
        yield ""
        yield "What would change it:"
    for point in entry["would_change"]:
        value, current = _short(point["value"]), _short(point["current"])
        unit = "" if point["unit"] == "factor" else f" {point['unit']}"
        yield f"  - {point['name']} {point['direction']} {value}{unit} (now {current}): {point['to']}"


def _amount(money: Json) -> str:
    return f"{Decimal(money['amount']):,.2f}"


def _short(number: str) -> str:
    return f"{Decimal(number):.3g}" if abs(Decimal(number)) < 1 else f"{Decimal(number):,.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
