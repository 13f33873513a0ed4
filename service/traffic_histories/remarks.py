"""What reading a traffic file found, as remarks on an evaluation that stands on it."""

from collections.abc import Iterator
from typing import Any

from service.workflow.remarks import Remark

Json = dict[str, Any]

MOST_NAMES = 12
"""Ignored columns that are named."""


def remarks_of_report(report: Json) -> tuple[Remark, ...]:
    """Return the remarks that a reading report amounts to."""
    return tuple(_remarks(report))


def _remarks(report: Json) -> Iterator[Remark]:
    rows = report["rows"]
    for name, word in (("rejected", "could not be read"), ("duplicate", "were told twice and counted once")):
        if rows[name]:
            yield Remark("traffic", f"rows_{name}", f"{rows[name]:,} of {rows['read']:,} rows {word}.")
    if rows["failed"]:
        sentence = f"{rows['failed']:,} of {rows['read']:,} requests failed and are not in the traffic."
        yield Remark("traffic", "rows_failed", sentence)
    for finding in report["findings"]:
        sentence = f"{finding['detail'][:1].upper()}{finding['detail'][1:]}."
        yield Remark("traffic", finding["code"], sentence, finding.get("can_move_the_answer", False))
    ignored = report["ignored_columns"]
    if ignored:
        more = f" and {len(ignored) - MOST_NAMES} more" if len(ignored) > MOST_NAMES else ""
        sentence = f"Columns without meaning here were ignored: {', '.join(ignored[:MOST_NAMES])}{more}."
        yield Remark("traffic", "columns_ignored", sentence)
