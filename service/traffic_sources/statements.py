"""Statements over a table of a warehouse: sums by bucket, the requests of a stretch of hours, and what was counted.

ibis compiles them and is an extra: `pip install 'crossover[warehouse]'`. It is loaded when it is asked for.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal
from urllib.parse import urlencode

from service.kit import canonical_json
from service.kit.http.problems import Problem, define
from service.traffic_histories.reading.columns import FIELDS, Columns
from service.traffic_histories.reading.keys import KEYS
from service.traffic_histories.reading.length_columns import longer_name
from service.traffic_histories.reading.time_text import instant_text
from service.workflow.traffic import HOUR, SECOND

from .table_map import TableMap

Purpose = Literal["sums", "rows", "counts"]

NOT_INSTALLED = define(
    "statements-not-installed",
    501,
    "Statements are not installed",
    "SQL for warehouses is compiled by an extra that this server does not have. Whoever runs it installs it with "
    "`pip install 'crossover[warehouse]'` and restarts the server; files are uploaded without it.",
)

SUMS = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. upload: query parameters with which its result is uploaded, None of one that is for looking at."""

    purpose: Purpose
    sql: str
    upload: str | None

    @property
    def digest(self) -> str:
        """SHA-256 of the statement as UTF-8."""
        return canonical_json.digest(self.sql.encode())


def statements(table: TableMap) -> list[Statement]:
    """Return the statements over a table; the rows only of whole hours, where `start` and `end` name them.

    Raises Problem 501 without the extra.
    """
    if find_spec("ibis") is None:
        raise Problem(
            NOT_INSTALLED, "This server compiles no SQL: install the extra with pip install 'crossover[warehouse]'."
        )
    from .kept_rows import Requests  # noqa: PLC0415 - an extra

    requests = Requests(table, _meaning(table))
    made = [
        Statement("sums", _sql(table, _sums(table, requests)), _upload(table, "series")),
        Statement("counts", _sql(table, _counts(requests)), None),
    ]
    if is_whole_hours(table):
        made.insert(1, Statement("rows", _sql(table, _rows(requests)), _upload(table, "log")))
    return made


def is_whole_hours(table: TableMap) -> bool:
    """Whether a table is asked about whole hours, whose requests are a log of their own."""
    start, end = table.start_us, table.end_us
    return start is not None and end is not None and start % HOUR == 0 and end % HOUR == 0 and start < end


def _meaning(table: TableMap) -> Columns:
    """Return what the mapped columns mean, as the reader says it of those of a file."""
    names = {field: table.columns[field] for field in FIELDS if field in table.columns}
    keys = {key: table.columns[key] for key in KEYS if key in table.columns}
    return Columns(names, [], None, "log", table.cached_included, keys)


def _sums(table: TableMap, requests: Any) -> Any:  # noqa: ANN401 - expressions of ibis have no types
    kept = requests.kept()
    length = table.bucket_seconds * SECOND
    kept = kept.mutate(bucket_start=kept.arrival - kept.arrival % length)
    grouped = kept.group_by("bucket_start", *requests.keys)
    counted = (*SUMS[1:], *requests.parts)
    summed = {name: kept[name].cast("decimal(38, 0)").sum().cast("int64") for name in counted}
    for above in table.lengths:
        summed |= _longer(kept, counted, above)
    made = grouped.aggregate(requests=kept.count(), **summed)
    listed = {"bucket_start": made.bucket_start, "bucket_end": made.bucket_start + length}
    listed |= {name: made[name] for name in (*requests.keys, "requests", *summed)}
    return made.select(**listed).order_by("bucket_start", *requests.keys)


def _longer(kept: Any, counted: tuple[str, ...], above: int) -> dict[str, Any]:  # noqa: ANN401
    """Return the sums of the requests of more than `above` input tokens alone."""
    import ibis  # noqa: PLC0415 - an extra

    is_longer, none = kept.input_tokens > above, ibis.literal(0, "int64")
    columns = {"requests": ibis.literal(1, "int64")} | {name: kept[name] for name in counted}
    return {
        longer_name(name, above): is_longer.ifelse(column, none).cast("decimal(38, 0)").sum().cast("int64")
        for name, column in columns.items()
    }


def _rows(requests: Any) -> Any:  # noqa: ANN401
    kept = requests.kept()
    names = ["arrival", *SUMS[1:], *requests.parts, *requests.keys]
    names += [name for name in ("end_time", "seconds", "milliseconds") if name in kept.columns]
    return kept.select(*names).order_by(*names)


def _counts(requests: Any) -> Any:  # noqa: ANN401
    rows = requests.read()
    return rows.group_by("state").aggregate(rows=rows.count()).order_by("state")


def _sql(table: TableMap, expression: Any) -> str:  # noqa: ANN401
    import ibis  # noqa: PLC0415 - an extra

    return str(ibis.to_sql(expression, dialect=table.dialect, pretty=True))


def _upload(table: TableMap, kind: str) -> str:
    words = {"kind": kind, "cached_included": "true"} | ({"absent": "idle"} if kind == "series" else {})
    for name, at in (("start", table.start_us), ("end", table.end_us)):
        if at is not None:
            words[name] = instant_text(at)
    return urlencode(words, safe=":")
