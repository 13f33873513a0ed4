"""What was read of the traffic files, as lines a person reads: rows, columns, what was ignored, guessed, left out."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

WIDTH = 100
ROWS = (
    ("rejected", "rejected"),
    ("duplicate", "told twice"),
    ("failed", "failed"),
    ("cache_hits", "answered by a cache"),
    ("filtered", "of other traffic"),
)
"""Counts of rows that are told where there are any."""


def text(reports: Sequence[tuple[Path, Json]]) -> str:
    """Return the reading reports of files as lines."""
    return "\n".join(line for path, report in reports for line in _file(path, report))


def _file(path: Path, report: Json) -> Iterator[str]:
    rows = report["rows"]
    kind = "request log" if report["kind"] == "log" else f"series of {report['bucket_seconds']} s"
    writer = f", written by {report['dialect']}" if report["dialect"] else ""
    yield f"Read: {path.name}, a {kind}{writer}"
    told = [f"{rows['read']:,} rows read, {rows['stored']:,} used"]
    told += [f"{rows[name]:,} {word}" for name, word in ROWS if rows[name]]
    yield from _entry(", ".join(told))
    fields = ", ".join(f"{field} = {name!r}" for field, name in report["columns"].items())
    yield from _entry(f"columns: {fields}")
    if report["ignored_columns"]:
        yield from _entry(f"ignored: {', '.join(report['ignored_columns'])}")
    for finding in report["findings"]:
        mark = "(!) " if finding["can_move_the_answer"] else ""
        yield from _entry(f"{mark}{finding['detail']}")


def _entry(sentence: str) -> list[str]:
    return textwrap.wrap(
        sentence,
        WIDTH,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
