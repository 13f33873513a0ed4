"""A history back from what is stored of it: its facts and the chunks of its columns."""

from collections.abc import Iterable

from service.workflow.traffic import BucketSeries, RequestLog, TrafficHistory

from .columns_file import PART, Facts


def history_of(facts: Facts, chunks: Iterable[bytes]) -> TrafficHistory:
    """Return the history whose facts and chunks these are. Raises ValueError where they do not belong together."""
    from .stored_columns import decode  # noqa: PLC0415 - loads DuckDB, which no server needs before it answers

    columns = dict(zip(facts.columns, decode(chunks, facts.columns, facts.rows), strict=True))
    parts = tuple((name.removeprefix(PART), column) for name, column in columns.items() if name.startswith(PART))
    if facts.kind == "log":
        return RequestLog(
            columns["arrival"],
            columns["input"],
            columns["cached"],
            columns["output"],
            columns.get("service"),
            facts.start_us,
            facts.end_us,
            parts,
        )
    if facts.bucket_seconds is None or facts.absent is None:
        raise ValueError("a series has a bucket length and a meaning of absence")
    return BucketSeries(
        facts.bucket_seconds,
        columns["start"],
        columns.get("requests"),
        columns["input"],
        columns["cached"],
        columns["output"],
        facts.absent,
        parts,
    )
