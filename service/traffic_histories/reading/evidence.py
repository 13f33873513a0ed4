"""What the numbers of a file say about their columns: sums that tell conventions apart, and what ignored ones hold."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import re
from collections.abc import Iterator
from dataclasses import replace

from .aliases import Field, plain_name
from .casts import FILTERED
from .columns import Columns
from .ignored_columns import counting, keying, tell_ignored
from .report import Report
from .scan import Scan

PARTS: tuple[Field, ...] = (
    "cache_write_input_tokens",
    "cache_write_5m_input_tokens",
    "cache_write_1h_input_tokens",
    "reasoning_output_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "image_input_tokens",
)
"""Fields told apart of input and output; their sums are in the report."""

SIDES: dict[str, Field] = {"input": "input_tokens", "output": "output_tokens", "cached": "cached_input_tokens"}


NOT_CALLS = ("limit", "seconds", "quota", "remaining", "share", "percent", "token")
"""Words in names of columns about limits that do not count calls."""

THROTTLED = "429|throttl|rate.?limit|too.?many.?requests|quota|overloaded"
"""What statuses and errors of calls that were turned away say."""

FEW_THROTTLED = 0.01
"""Share of calls turned away from which demand is told to be understated enough to move an answer."""


def tell_throttled(scan: Scan, report: Report) -> None:
    """Say by how much a log understates demand, where its statuses show calls that were turned away."""
    names = [scan.columns.names[field] for field in ("status", "error") if field in scan.columns.names]
    if scan.columns.kind == "series":
        _tell_throttled_buckets(scan, report)
    elif names:
        _tell_throttled_rows(scan, names, report)


def _tell_throttled_rows(scan: Scan, names: list[str], report: Report) -> None:
    cells = (f"regexp_matches(lower(coalesce({scan.table.cells[name]}, '')), '{THROTTLED}')" for name in names)
    where = f" WHERE {scan.casts.skip} <> {FILTERED}" if scan.casts.skip != "0" else ""
    query = f"SELECT count(*) FILTER (WHERE {' OR '.join(cells)}), count(*) FROM {scan.table.relation}{where}"
    turned, calls = scan.connection.execute(query).fetchone() or (0, 0)
    _tell_turned_away(int(turned), int(calls), report)


def _tell_throttled_buckets(scan: Scan, report: Report) -> None:
    """Say the same of a series with a column of calls that were turned away, which its requests leave out."""
    names = [name for name in scan.columns.ignored if re.search(THROTTLED, plain_name(name))]
    names = [name for name in names if not any(word in plain_name(name) for word in NOT_CALLS)]
    if not names or "requests" not in scan.columns.names:
        return
    where = f" WHERE {scan.casts.skip} = 0" if scan.casts.skip != "0" else ""
    listed = ", ".join(f"sum({_number(scan, name)})" for name in (names[0], scan.columns.names["requests"]))
    turned, served = scan.connection.execute(f"SELECT {listed} FROM {scan.table.relation}{where}").fetchone() or (0, 0)
    _tell_turned_away(int(turned or 0), int(turned or 0) + int(served or 0), report)


def _tell_turned_away(turned: int, calls: int, report: Report) -> None:
    if turned and turned < calls:
        more = turned / (calls - turned)
        detail = f"{turned} of {calls} calls were turned away by limits: demand was {more:.1%} above what was served, "
        detail += "unless they were asked again and served then; policy.traffic_factor evaluates with more"
        report.find("demand_censored", detail, turned, can_move=more > FEW_THROTTLED)


def examined(scan: Scan, report: Report) -> Scan:
    """Return the scan with the convention of cached tokens that the file's own numbers prove, and report its sums."""
    columns = scan.columns
    wanted = dict(_sums(scan))
    if not wanted:
        return scan
    listed = ", ".join(f"{sql} AS {name}" for name, sql in wanted.items())
    where = f" WHERE {scan.casts.skip} = 0" if scan.casts.skip != "0" else ""
    row = scan.connection.execute(f"SELECT {listed} FROM {scan.table.relation}{where}").fetchone()
    found = {name: int(value or 0) for name, value in zip(wanted, row or (), strict=True)}
    columns = _with_reasoning(_settled(scan, found, report), found, report)
    _tell_parts(columns, found, report)
    tell_ignored(columns, found, report)
    if found.get("fractions"):
        count = found["fractions"]
        detail = f"{count} counts are no whole numbers, as monitoring systems extrapolate them; each was rounded"
        report.find("fractional_counts", detail, count)
    return replace(scan, columns=columns, fractional=bool(found.get("fractions")))


def _number(scan: Scan, name: str) -> str:
    return f"coalesce(counted_or_none({scan.table.cells[name]}, 1000000000000000), 0)"


def _sums(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield (name, SQL aggregate) of all that is to be known of the rows."""
    names = scan.columns.names
    yield from ((field, f"sum({_number(scan, names[field])})") for field in PARTS if field in names)
    yield from _cached_sums(scan)
    yield from _reasoning_sums(scan)
    if counting(scan.columns):
        yield from (
            (f"{side}_sum", f"sum({_number(scan, names[field])})") for side, field in SIDES.items() if field in names
        )
    if {"total_tokens", "input_tokens", "output_tokens"} <= names.keys():
        yield "both_sum", f"sum({_number(scan, names['input_tokens'])} + {_number(scan, names['output_tokens'])})"
        yield "total_sum", f"sum({_number(scan, names['total_tokens'])})"
    for index, name in enumerate(counting(scan.columns)):
        yield f"ignored_{index}", f"sum({_number(scan, name)})"
    for index, name in enumerate(keying(scan.columns)):
        cell = scan.table.cells[name]
        yield f"keyed_{index}", f"count(DISTINCT CASE WHEN NOT blank({cell}) THEN {cell} END)"
    yield from _fractions(scan)


def _cached_sums(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield what tells whether cached tokens stand inside or beside the input."""
    names, beside = scan.columns.names, scan.columns.cached_parts
    if "input_tokens" not in names or not beside:
        return
    cached = " + ".join(_number(scan, names[field]) for field in beside)
    whole = _number(scan, names["input_tokens"])
    yield "beside_sum", f"sum({cached})"
    yield "all_rows", "count(*)"
    yield "cached_rows", f"count(*) FILTER (WHERE {cached} > 0)"
    yield "over_rows", f"count(*) FILTER (WHERE {cached} > {whole})"
    if "total_tokens" in names and "output_tokens" in names:
        total, output = _number(scan, names["total_tokens"]), _number(scan, names["output_tokens"])
        yield "inside_rows", f"count(*) FILTER (WHERE {cached} > 0 AND {total} = {whole} + {output})"
        yield "beside_rows", f"count(*) FILTER (WHERE {cached} > 0 AND {total} = {whole} + {cached} + {output})"


def _reasoning_sums(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield what tells whether reasoning stands inside or beside the output."""
    names = scan.columns.names
    if not {"input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens"} <= names.keys():
        return
    cached = " + ".join(("0", *(_number(scan, names[field]) for field in scan.columns.cached_parts)))
    whole, output, reasoning, total = (
        _number(scan, names[field])
        for field in ("input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens")
    )
    plain = f"{total} - {whole} - {output}"
    yield "reasoning_inside", f"count(*) FILTER (WHERE {reasoning} > 0 AND {plain} IN (0, {cached}))"
    beside = f"{plain} - {reasoning} IN (0, {cached})"
    yield "reasoning_beside", f"count(*) FILTER (WHERE {reasoning} > 0 AND {beside})"


def _fractions(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield how many counts of a series are no whole numbers."""
    names = [scan.columns.names[field] for field in _counts(scan.columns)]
    if scan.columns.kind == "series" and any(
        "." in (row.get(name) or "") for name in names for row in scan.table.sample
    ):
        counts = (f"CAST(fractional({scan.table.cells[name]}) AS INTEGER)" for name in names)
        yield "fractions", f"sum({' + '.join(counts)})"


def _counts(columns: Columns) -> list[Field]:
    return [field for field in columns.names if field == "requests" or field.endswith("_tokens")]


def _settled(scan: Scan, found: dict[str, int], report: Report) -> Columns:
    """Return the columns with cached tokens inside or beside the input, as the rows prove it."""
    columns = scan.columns
    if scan.options.cached_included is not None or not found.get("cached_rows"):
        return columns
    inside, beside = found.get("inside_rows", 0), found.get("beside_rows", 0)
    included, proof = columns.cached_included, ""
    if inside or beside:
        included = inside >= beside
        rows = max(inside, beside)
        proof = f"{columns.names['total_tokens']!r} is input and output together in {rows} rows"
        proof = proof if included else f"{columns.names['total_tokens']!r} is input, cached and output in {rows} rows"
    elif found["over_rows"] > scan.options.max_rejected_share * found["all_rows"]:
        included, proof = False, f"{found['over_rows']} rows have more cached tokens than input"
    if not proof:
        _tell_assumed(columns, found, report)
        return columns
    where = "inside" if included else "beside"
    rows = max(inside, beside) or found["over_rows"]
    report.find("cached_convention", f"cached tokens were counted {where} the input: {proof}", rows)
    return columns.including(cached=included)


def _tell_assumed(columns: Columns, found: dict[str, int], report: Report) -> None:
    """Say that nothing proves how an unknown writer counts what it calls a cache's reads and writes."""
    names = [columns.names[field] for field in columns.cached_parts]
    if columns.dialect is None and any("cacheread" in plain_name(name) or "write" in name for name in names):
        listed = ", ".join(repr(name) for name in names)
        detail = f"{listed} were taken to be inside {columns.names['input_tokens']!r}; nothing in the file proves it: "
        detail += "say cached_included=true if it is so, or cached_included=false if they stand beside it"
        report.find("cached_convention_assumed", detail, found["cached_rows"], can_move=True)


def _with_reasoning(columns: Columns, found: dict[str, int], report: Report) -> Columns:
    """Return the columns with reasoning added to the output, where totals prove that the output leaves it out."""
    rows = found.get("reasoning_beside", 0)
    if rows <= found.get("reasoning_inside", 0):
        return columns
    name = columns.names["reasoning_output_tokens"]
    detail = f"{name!r} stands beside the output and was added to it: {columns.names['total_tokens']!r} is input, "
    report.find("reasoning_convention", f"{detail}output and reasoning in {rows} rows", rows)
    return replace(columns, reasoning_beside=True)


def _tell_parts(columns: Columns, found: dict[str, int], report: Report) -> None:
    report.quantities = {field: found[field] for field in PARTS if found.get(field)}
    for field in ("audio_input_tokens", "audio_output_tokens", "image_input_tokens"):
        if found.get(field):
            detail = (
                f"{found[field]} {field.replace('_', ' ')} are billed at the price of {field} where an offer has one"
            )
            # Whether an offer in play lacks the price is said of that offer (`part_not_priced`), and lowers there.
            report.find("other_tokens", f"{detail}, else as text", found[field])
    if "total_sum" not in found:
        return
    told, read = found["total_sum"], found["both_sum"]
    if not columns.cached_included:
        read += found.get("beside_sum", 0)
    if columns.reasoning_beside:
        read += found["reasoning_output_tokens"]
    if abs(told - read) * 1000 > max(told, read):
        name = columns.names["total_tokens"]
        detail = (
            f"{name!r} adds up to {told}, input and output that were read to {read}: part of what is billed stands in "
        )
        detail += f"other columns; add them with column.output_tokens=A{'+'}B or column.input_tokens=A{'+'}B"
        report.find("total_differs", detail, told - read, can_move=True)
