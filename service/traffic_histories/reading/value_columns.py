"""What values of columns without a known name say: models, statuses, shares of a sample, waits in a queue."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import re
from dataclasses import replace

from .aliases import plain_name
from .columns import Columns
from .report import Report
from .scan import Scan
from .table import Table

MODEL = re.compile(
    r"([\w.-]+[/.:])*(gpt-?\d|chatgpt-|claude-(\d|sonnet|haiku|opus|instant)|gemini-\d|gemma-?\d|(meta-)?llama-?\d|mi[sx]tral"
    r"|qwen-?\d|deepseek-(v|r|chat|coder|reasoner)|command-[ar]|nova-(micro|lite|pro|premier)|grok-\d|phi-\d|o[134](-|$)"
    r"|kimi-|glm-\d|text-embedding-)[\w.:@-]*",
    re.IGNORECASE,
)
"""Names of models as their makers write them, after a vendor's prefix."""

MOST_MODELS = 60
"""Different values among the first rows above which a column is no column of models."""

SAMPLED = re.compile(r"sampl(e|ing|ed)(fraction|rate|ratio|share|probability|weight|factor)$")
QUEUED = re.compile(r"queue(d|ing)?(time|wait|delay|latency|duration|for|seconds|ms|millis)|timeinqueue|waitinqueue")

LEAST_WAIT_SECONDS = 1.0
"""Mean wait in a queue from which limits are taken to have held calls back."""


def with_model(table: Table, columns: Columns) -> Columns:
    """Return the columns with one whose values are names of models as the model, where no name says which it is."""
    if "model" in columns.keys:
        return columns
    for name in columns.ignored:
        values = {value for row in table.sample if (value := (row.get(name) or "").strip())}
        if values and len(values) <= MOST_MODELS and all(map(MODEL.fullmatch, values)):
            ignored = [other for other in columns.ignored if other != name]
            return replace(columns, keys={**columns.keys, "model": name}, ignored=ignored)
    return columns


def tell_values(scan: Scan, report: Report) -> None:
    """Say what ignored columns show that was not taken into account."""
    if scan.columns.kind == "log":
        _tell_statuses(scan, report)
        _tell_sample(scan, report)
        _tell_queue(scan, report)


def _one(scan: Scan, expression: str) -> list[float]:
    """Return numbers over the rows of the history."""
    where = f" WHERE {scan.casts.skip} = 0" if scan.casts.skip != "0" else ""
    row = scan.connection.execute(f"SELECT {expression} FROM {scan.table.relation}{where}").fetchone() or ()
    return [float(value or 0) for value in row]


def _tell_statuses(scan: Scan, report: Report) -> None:
    for name in scan.columns.ignored:
        values = {value for row in scan.table.sample if (value := (row.get(name) or "").strip())}
        if "200" in values and all(re.fullmatch(r"[1-5]\d\d", value) for value in values):
            cell = scan.table.cells[name]
            failed, turned = _one(
                scan, f"count(*) FILTER (WHERE whole({cell}) >= 400), count(*) FILTER (WHERE whole({cell}) = 429)"
            )
            if failed:
                limits = f", {turned:.0f} of them turned away by limits (429)" if turned else ""
                detail = f"{name!r} says of {failed:.0f} rows that they failed{limits}, and they were read as served; "
                report.find(
                    "ignored_failures", f"{detail}column.status={name} leaves them out", int(failed), can_move=True
                )


def _tell_sample(scan: Scan, report: Report) -> None:
    for name in scan.columns.ignored:
        if SAMPLED.search(plain_name(name.rsplit(".", 1)[-1])):
            number = f"TRY_CAST(trim({scan.table.cells[name]}) AS DOUBLE)"
            # A fraction is the share that was kept; a number above 1 is how many calls a row stands for.
            weight = f"CASE WHEN {number} > 1 THEN {number} WHEN {number} > 0 THEN 1 / {number} END"
            (times,) = _one(scan, f"avg({weight})")
            if times > 1:
                detail = f"{name!r} says that only a sample was kept: the traffic was {times:.4g} times what was read; "
                detail += f"policy.traffic_factor={times:.4g} evaluates all of it"
                report.find("sampled", detail, can_move=True)


def _tell_queue(scan: Scan, report: Report) -> None:
    for name in scan.columns.ignored:
        plain = plain_name(name)
        if QUEUED.search(plain):
            number = f"TRY_CAST(trim({scan.table.cells[name]}) AS DOUBLE)"
            mean, most = _one(scan, f"avg({number}), max({number})")
            unit = 1000 if plain.endswith(("ms", "millis", "milliseconds")) else 1
            if mean / unit >= LEAST_WAIT_SECONDS:
                detail = f"calls waited {mean / unit:.3g} s in a queue on average and up to {most / unit:.3g} s, as "
                detail += f"{name!r} says: limits held them back, so what was served at peaks understates demand; "
                report.find("demand_queued", f"{detail}policy.traffic_factor evaluates with more", can_move=True)
