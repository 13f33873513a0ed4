"""Exact accounting of rows: read = accepted + rejected + duplicate, and why each reject was one."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import re
from pathlib import Path

import numpy as np

from .casts import CACHE_HIT, FAILED, FILTERED, fault_of
from .errors import RefusedError
from .normalize_text import END_MARK
from .report import Reject, RejectCount, Report
from .scan import Frame, Mask, Scan

FIRST_REJECTS = 20
TEXT_LENGTH = 60

SCANNER_REASONS = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "bad_quotes",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID STATE": "bad_quotes",
}


def account(scan: Scan, frame: Frame, path: Path, report: Report) -> Mask:
    """Count the rows into `report` and return which of the frame's are good.

    Raises RefusedError: `too_many_rejects`, `no_rows`, `too_many_rows`.
    """
    torn = _torn_rows(scan, path)
    bad = _bad(scan, frame)
    rows = report.rows
    rows.read = len(frame) + len(torn)
    rows.rejected = int(np.count_nonzero(bad)) + len(torn)
    if frame.skip is not None:
        rows.failed = int(np.count_nonzero((frame.skip == FAILED) & ~bad))
        rows.cache_hits = int(np.count_nonzero((frame.skip == CACHE_HIT) & ~bad))
        rows.filtered = int(np.count_nonzero((frame.skip == FILTERED) & ~bad))
    if rows.rejected:
        _explain(scan, torn, path, report)
    if rows.read > scan.options.limits.rows:
        raise RefusedError("too_many_rows", f"the file has {rows.read} rows, at most {scan.options.limits.rows}")
    if rows.read == 0:
        raise RefusedError("no_rows", "the file has a header but no rows")
    if rows.rejected > scan.options.max_rejected_share * rows.read:
        detail, parameter = _told(scan, report)
        raise RefusedError("too_many_rejects", detail, parameter, report.first_rejects)
    return ~bad


def _bad(scan: Scan, frame: Frame) -> Mask:
    bad = np.zeros(len(frame), dtype=np.bool_)
    for value in scan.casts.values:
        if value.required and value.name in frame.missing:
            bad |= frame.missing[value.name]
    if "cached" in frame.values and "input" in frame.values:
        bad |= frame.values["cached"] > frame.values["input"]
    if frame.skip is not None and scan.skipped:
        bad &= ~np.isin(frame.skip, scan.skipped)
    return bad


def _torn_rows(scan: Scan, path: Path) -> dict[int, str]:
    """Return line (counting records and blank lines) → reason, of rows that could not be cut into cells.

    Raises RefusedError: `bad_quotes`.
    """
    if not scan.table.lines:
        return {}
    found = scan.connection.execute(
        "SELECT line, first(error_type ORDER BY byte_position), trim(first(csv_line), chr(10)) "
        "FROM reject_errors WHERE scan_id = (SELECT max(scan_id) FROM reject_errors) GROUP BY line ORDER BY line"
    ).fetchall()
    if scan.table.end_marked:
        if not found or found[-1][2] != END_MARK:
            raise RefusedError("bad_quotes", f"{_open_quote(path)}; rows behind it cannot be told apart")
        found.pop()
    return {line: SCANNER_REASONS.get(kind, "unreadable_row") for line, kind, _ in found}


def _open_quote(path: Path) -> str:
    opened, is_open = 0, False
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            if text.count(b'"') % 2:
                opened, is_open = line if not is_open else opened, not is_open
    return f"a quote opens in line {opened} and never closes" if is_open else "a quote opens and never closes"


def _explain(scan: Scan, torn: dict[int, str], path: Path, report: Report) -> None:
    """Scan again for what was wrong: rare, and cheaper than carrying the text along every time."""
    fault = fault_of(scan.casts, skipped=scan.skipped)
    faults = f"(SELECT row_number() OVER () AS record, {fault} AS fault FROM {scan.table.relation})"
    listed = scan.connection.execute(
        f"SELECT record, fault.column, fault.reason, fault.text FROM {faults} WHERE fault IS NOT NULL "
        f"ORDER BY record LIMIT {FIRST_REJECTS}"
    ).fetchall()
    counted = scan.connection.execute(
        f"SELECT fault.column, fault.reason, count(*) FROM {faults} WHERE fault IS NOT NULL GROUP BY ALL"
    ).fetchall()
    totals = {(column, reason): rows for column, reason, rows in counted}
    for reason in torn.values():
        totals[None, reason] = totals.get((None, reason), 0) + 1
    report.rejected_by = [
        RejectCount(column, reason, rows)
        for (column, reason), rows in sorted(totals.items(), key=lambda item: (-item[1], str(item[0])))
    ]
    lines = _lines(scan, [record for record, *_ in listed], torn, path)
    rejects = [Reject(lines[record], column, reason, _shown(text)) for record, column, reason, text in listed]
    rejects += [Reject(lines[-line], None, reason) for line, reason in list(torn.items())[:FIRST_REJECTS]]
    report.first_rejects = sorted(rejects, key=lambda reject: reject.line or 0)[:FIRST_REJECTS]


def _lines(scan: Scan, records: list[int], torn: dict[int, str], path: Path) -> dict[int, int]:
    """Return line numbers in the plain file, of `records` (from 1, torn ones left out) and, negated, of torn lines."""
    if not scan.table.lines:
        return {record: record for record in records}
    wanted = set(records) | {-line for line in list(torn)[:FIRST_REJECTS]}
    found: dict[int, int] = {}
    record = counted = 0
    open_quote = header = False
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            starts, open_quote = not open_quote, open_quote ^ (text.count(b'"') % 2 == 1)
            if not starts:
                continue
            blank = text == b"\n"
            if not header and blank:
                continue
            counted += 1
            if not header:
                header = True
            elif counted in torn:
                found[-counted] = line
            elif not blank:
                record += 1
                if record in wanted:
                    found[record] = line
            if len(found) == len(wanted):
                break
    return found


def _shown(text: str | None) -> str | None:
    if text is None:
        return None
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _told(scan: Scan, report: Report) -> tuple[str, str | None]:
    """Return what to say of too many rejected rows, and the parameter that mends it, None where none does."""
    rows = report.rows
    reasons = "; ".join(
        f"{count.rows} × {count.reason}" + (f" in {count.column!r}" if count.column else "")
        for count in report.rejected_by[:3]
    )
    first = report.first_rejects[0] if report.first_rejects else None
    where = f"; the first at line {first.line}" if first and first.line else ""
    shown = f": {first.value!r}" if first and first.value else ""
    mend, found = "", str(first.value if first else "")
    parameter = "max_rejected_share" if rows.rejected * 2 < rows.read else None
    if any(count.reason == "more_cached_than_input" for count in report.rejected_by):
        mend, parameter = "; where input tokens leave out the cached ones, say cached_included=false", "cached_included"
    elif any(count.reason == "not_a_whole_number" for count in report.rejected_by):
        mend = "; where marks part thousands, say decimal_mark=. (12,045) or decimal_mark=, (12.045)"
        parameter = parameter if "." not in found and "," not in found else "decimal_mark"
        if re.fullmatch(r"[0-9.,]+ ?[kKmM]", found):
            mend = "; counts are written out in digits, 2K as 2000: export them unrounded"
        elif re.fullmatch(r"[0-9]+[.][0-9]*[1-9]0*", found):
            mend = "; a request has whole tokens: round them, or say kind=series if each row is a bucket of requests"
            parameter = "kind"
    elif any(count.reason == "negative" for count in report.rejected_by):
        mend = "; counts are not negative: leave corrections and credits out, or map another column"
    detail = (
        f"{rows.rejected} of {rows.read} rows cannot be read, more than the share "
        f"{scan.options.max_rejected_share:g} that max_rejected_share allows: {reasons}{where}{shown}{mend}"
    )
    return detail, parameter
