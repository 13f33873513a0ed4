"""Rows of MLPerf Inference as capacity: tokens a second of a whole system, measured, without a curve of latencies.

A row states the rate that a system held: in the scenario Server within the benchmark's latency bounds, in Offline with
everything waiting from the start. How long a request takes at other loads it does not say, so what comes of it is a
budget of output tokens and not slots with speeds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

SCENARIOS = ("server", "interactive", "offline")
"""Scenarios that state a rate, those within bounds of latency first."""

SYSTEM = ("system", "systemname", "system_name")
MODEL = ("model", "benchmark", "modelused")
SUBMITTER = ("submitter", "organization")
TOKENS = ("tokens_per_s", "tokens_per_second", "result")
REQUESTS = ("samples_per_s", "samples_per_second")


@dataclass(frozen=True, slots=True)
class Row:
    """One result. tokens, requests: a second, of the whole system; None where the row does not state them."""

    name: str
    scenario: str
    valid: bool
    tokens: float | None
    requests: float | None


def rows_of(records: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows among records that are MLPerf's: with a scenario of its own and a system."""
    found = []
    for record in records:
        scenario = str(record.get("scenario", "")).strip().lower()
        if scenario in SCENARIOS and _first(record, SYSTEM):
            found.append(_row(record, scenario))
    return found


def profile_of(rows: Sequence[Row], system: str | None) -> Json:
    """Return the profile of the one system that is meant. Raises ValueError naming the choice where there is none."""
    asked = (system or "").casefold()
    wanted = [row for row in rows if row.name.casefold() == asked]
    wanted = wanted or [row for row in rows if asked in row.name.casefold()]
    if not wanted:
        raise ValueError(f"No row is of {system!r}; there are {_listed(rows)}.")
    if len({row.name for row in wanted}) > 1:
        raise ValueError(f"The rows are of several systems or models: say `system`, such as one of {_listed(wanted)}.")
    row = min(wanted, key=lambda each: SCENARIOS.index(each.scenario))
    if not row.valid:
        raise ValueError(f"The row of {row.name} ({row.scenario}) is not VALID: its run broke a rule of the benchmark.")
    if sum(each.scenario == row.scenario for each in wanted) > 1:
        raise ValueError(f"{row.name} has several rows of the scenario {row.scenario}: keep the one that is meant.")
    if row.tokens is None:
        raise ValueError(f"The row of {row.name} ({row.scenario}) states no tokens a second: add them as tokens_per_s.")
    return _profile(row, row.tokens)


def _profile(row: Row, tokens: float) -> Json:
    budget = (Decimal(repr(tokens)) * 60).quantize(Decimal("0.001")).normalize()
    made = None if row.requests is None else round(tokens / row.requests, 3)
    held = "with everything waiting from the start" if row.scenario == "offline" else "within its bounds of latency"
    return {
        "capacity": {
            "kind": "throughput",
            "window_seconds": 60,
            "axes": [{"per_minute": f"{budget:f}", "weights": {"output_tokens": "1"}}],
        },
        "request": {"input_tokens": None, "output_tokens": made},
        "points": [{"tokens_per_second": tokens, "requests_per_second": row.requests}],
        "left_out": [],
        "labels": {
            "points": f"measured: {row.name}, scenario {row.scenario}, {held}",
            "per_minute": "derived: 60 times the tokens a second",
            "weights": "assumed: prompts and answers as long as the benchmark's, whose prompts are in its rate",
            "latency": "unknown: a row holds one load; measure a sweep for it",
        },
    }


def _row(record: Mapping[str, Any], scenario: str) -> Row:
    named = [str(record[key]) for names in (SUBMITTER, SYSTEM, MODEL) if (key := _first(record, names))]
    name = " ".join(named)
    in_tokens = str(record.get("units", "tokens/s")).lower().startswith("tokens")
    tokens = _number(record, TOKENS) if in_tokens else None
    valid = str(record.get("valid", "VALID")).strip().upper() in ("VALID", "TRUE")
    return Row(name, scenario, valid, tokens, _number(record, REQUESTS))


def _first(record: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if str(record.get(name, "") or "").strip()), None)


def _number(record: Mapping[str, Any], names: Sequence[str]) -> float | None:
    key = _first(record, names)
    try:
        value = float(str(record[key]).replace(",", "")) if key else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _listed(rows: Sequence[Row]) -> str:
    names = sorted({row.name for row in rows})
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
