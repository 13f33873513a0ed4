"""An evaluation as text: the recommendation, every option with its monthly total, and what would change it."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from service.workflow.figure_bases import LABELS

Json = dict[str, Any]

WIDTH = 100
"""Columns of a screen that sentences are broken for; option keys, which are copied, never are."""


def text(evaluation: Json) -> str:
    """Return the body of an evaluation as lines a person reads."""
    parts = (
        _recommendation(evaluation),
        _findings(evaluation),
        _traffic(evaluation["measurement"]),
        _options(evaluation),
    )
    return "\n".join(chain(*parts, _flip_points(evaluation["recommendation"])))


def _recommendation(evaluation: Json) -> Iterator[str]:
    entry = evaluation["recommendation"]
    cost = entry["monthly_cost"]
    yield f"Recommendation: {entry['mode'].replace('_', ' ')}"
    if cost is not None:
        yield f"  {entry['option']}"
        yield f"  {_amount(cost)} {cost['currency']} a month, confidence {entry['confidence']}"
    for reason in entry["reasons"]:
        yield from _entry(reason["sentence"])
    yield f"  Look again by {entry['review_by']}."


def _findings(evaluation: Json) -> Iterator[str]:
    """Say what can move the answer, and what offers say; what reading the traffic found besides stands below."""
    shown = [f for f in evaluation["findings"] if f["can_move_the_answer"] or f["about"] == "prices"]
    if shown:
        yield ""
        yield "About the inputs ((!) can move the answer, and lowers the confidence):"
    for finding in shown:
        yield from _entry(("(!) " if finding["can_move_the_answer"] else "") + finding["sentence"])


def _traffic(measured: Json) -> Iterator[str]:
    yield ""
    requests = measured["totals"]["requests"]
    counted = "" if requests is None else f"{requests:,} requests, "
    hours = f"{measured['hours_observed']:,.2f}".removesuffix(".00")
    yield f"Traffic: {counted}{hours} hours observed, {measured['pattern'].replace('_', ' ')}"
    rates = measured["requests_per_minute"]
    if rates is not None:
        yield f"  requests a minute: floor {rates['p05']:g}, mean {rates['mean']:.1f}, peak {rates['max']:g}"
    for finding in measured["findings"]:
        yield from _entry(finding["sentence"])


def _options(evaluation: Json) -> Iterator[str]:
    options = evaluation["options"]
    if not options:
        yield ""
        yield "No option: the policy's modes and the offers leave nothing to compare."
        return
    chosen = evaluation["recommendation"]["option"]
    latency = Latency.of(evaluation["inputs"]["policy"])
    currency = options[0]["monthly_cost"]["currency"]
    heads = (("", currency, "units", "tokens", latency.head[0], ""), ("option", *HEADS, latency.head[1], ""))
    rows = [*heads, *(_row(option, latency) for option in options)]
    marks = [" ", " ", *(">" if option["key"] == chosen else " " for option in options)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    for mark, row in zip(marks, rows, strict=True):
        name, *figures, note = row
        cells = [name.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(figures, widths[1:-1], strict=True)), note]
        yield f"{mark} {'  '.join(cells)}".rstrip()
    yield ""
    yield "  units used: share of the reserved units' slots or budget in use."
    yield "  tokens kept: share of the tokens that the reserved units serve, of the requests where none were recorded."
    yield f"  {latency.told}; empty where an offer does not say how fast it is."
    yield from _basis(next((option for option in options if option["key"] == chosen), None))


def _basis(option: Json | None) -> Iterator[str]:
    """Say which figures of the recommended option are measured, derived, stated or assumed."""
    found = {} if option is None else option.get("basis", {})
    if any(found.values()):
        yield ""
        yield "What its figures are:"
    for label in LABELS:
        if found.get(label):
            yield from _entry(f"{label}: {', '.join(found[label])}")


HEADS = ("a month", "used", "kept")
"""Second line of the columns that are the same for every policy."""


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency an evaluation shows: the metric its policy aims at. metric, percentile: as `latency_ms` has them."""

    metric: str
    percentile: str

    @classmethod
    def of(cls, policy: Json) -> "Latency":
        """Return what the policy aims at, else the 95th percentile of the first token."""
        target = policy.get("latency") or {}
        metric, percentile = target.get("metric", "first_token"), f"p{target.get('percentile', 95):g}"
        return cls(metric, percentile if percentile in PERCENTILES else "p95")

    @property
    def head(self) -> tuple[str, str]:
        """The two lines over the column."""
        return ("first", "token") if self.metric == "first_token" else ("whole", "answer")

    @property
    def told(self) -> str:
        """What the column shows."""
        what = "seconds to the first token" if self.metric == "first_token" else "seconds to the end of the answer"
        return f"{' '.join(self.head)}: {what}, {self.percentile}"

    def cell(self, option: Json) -> str:
        """Return the figure of an option in seconds, empty where there is none."""
        found = ((option.get("latency_ms") or {}).get(self.metric) or {}).get(self.percentile)
        return "" if found is None else f"{found / 1000:,.2f}"


PERCENTILES = ("p50", "p95", "p99")
"""What every answer states of a latency."""


def _row(option: Json, latency: Latency) -> tuple[str, ...]:
    """Return the cells of an option; one that was ruled out early has a lower limit and no figures."""
    cost = _amount(option["monthly_cost"])
    if option["ruled_out"]:
        return (option["key"], f">= {cost}", "", "", "", "cannot win")
    dedicated = option["dedicated"] is not None
    return (
        option["key"],
        cost,
        _percent(option.get("utilization")),
        _percent(option.get("coverage") if dedicated else None),
        latency.cell(option),
        ", ".join(violation["code"].replace("_", " ") for violation in option["violations"]),
    )


def _flip_points(entry: Json) -> Iterator[str]:
    if entry["would_change"]:
        yield ""
        yield "What would change it:"
    for point in entry["would_change"]:
        value, current = _short(point["value"]), _short(point["current"])
        unit = "" if point["unit"] == "factor" else f" {point['unit']}"
        yield from _entry(f"{point['name']} {point['direction']} {value}{unit} (now {current}): {point['to']}")


def _entry(sentence: str) -> list[str]:
    """Return one entry of a list, on as many lines as it takes; names are never broken."""
    lines = textwrap.TextWrapper(
        WIDTH, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )
    return lines.wrap(sentence)


def _amount(money: Json) -> str:
    return f"{Decimal(money['amount']):,.2f}"


def _short(number: str) -> str:
    return f"{Decimal(number):.3g}" if abs(Decimal(number)) < 1 else f"{Decimal(number):,.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
