"""What a user must know of the statements over a table: what they assume, and what they leave out."""

from collections.abc import Iterator

from .statements import is_whole_hours
from .table_map import TableMap

SESSIONS = {"pyspark": "SET TIME ZONE 'UTC'", "databricks": "SET TIME ZONE 'UTC'"}
"""What a session needs where wall clock times are read by its own zone."""


def notes(table: TableMap) -> list[str]:
    """Return sentences on a table's statements, the weightiest first."""
    return list(_notes(table))


def _notes(table: TableMap) -> Iterator[str]:
    if "model" not in table.columns and not table.only:
        yield (
            "Every row of the table is taken as one traffic at one price. Where it holds several models or tiers, name "
            "the column with column.model=..., and choose with only.model=... or split the upload with split_by=model."
        )
    if table.time_unit is None and table.zone is None:
        yield (
            "Times are read as instants. Where the column holds times of a clock without a zone, say zone=..., or they "
            "are taken as UTC."
        )
    if table.zone is not None and table.zone != "UTC":
        yield (
            "In the hour that the clocks have twice a year, the engine decides which of the two a time is; a table "
            "cannot tell."
        )
        if table.dialect in SESSIONS:
            yield f"Run {SESSIONS[table.dialect]} first: the session's own zone would shift times else."
    if not table.cached_included and "input_tokens" in table.columns:
        yield "Cached tokens are added to the input tokens, which leave them out, as cached_included=false says."
    if "cached_input_tokens" not in table.columns:
        yield "No column of cached tokens is named: all input is priced as not cached. Name it where there is one."
    yield (
        "Run counts first: a row without its tokens or its time, with more cached tokens than input, or with more than "
        "a thousand million of either is rejected, and is in no sum. An upload refuses more than one in a hundred."
    )
    if "request_id" not in table.columns:
        yield "No column of request ids is named: a request that the table holds twice counts twice."
    if table.lengths:
        listed = " and ".join(f"{above:,}" for above in table.lengths)
        yield (
            f"Sums are exact, and so are prices that change at {listed} input tokens. Where waiting matters, take the "
            "rows of whole hours too."
        )
    else:
        yield (
            "Sums are exact, but of the length of a request they know only the mean in each bucket. Where prices "
            "change with the length of a request, say from how many input tokens, lengths=200000; where waiting "
            "matters, take the rows of whole hours too."
        )
    if is_whole_hours(table):
        yield "The rows are a log of the time from start to end: upload it alone, never with rows of other hours in it."
    else:
        yield "Say start and end, both on a whole hour, and the statement of the rows between them comes too."
