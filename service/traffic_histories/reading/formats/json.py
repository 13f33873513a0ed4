"""JSON Lines, JSON arrays and usage-API pages as a table of text."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import json
from dataclasses import replace
from typing import Any

import duckdb

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.decompress import Plain, head
from service.traffic_histories.reading.duckdb_connection import literal
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.options import ReadLimits
from service.traffic_histories.reading.table import SAMPLE_ROWS, Table

from .members import lists, scalars, spread

OBJECT_BYTES = 16 * 1024 * 1024
NEXT = ("next", "next_page", "next_cursor", "next_token", "nextlink", "@odata.nextlink", "nextpagetoken")
"""What answers that come in pages call the place of the next one."""

TOTALS = ("total", "total_count", "total_results")
"""What they call the number of all rows."""


def open_json(connection: duckdb.DuckDBPyConnection, plain: Plain, limits: ReadLimits) -> Table:
    """Describe a JSON file. Raises RefusedError: `bad_json`, `unrecognised_columns`, `unsupported_file`."""
    form = _form(plain)
    # Only lines can be skipped one by one; a broken array or page is broken as a whole.
    skip = ", ignore_errors = true" if form == "newline_delimited" else ""
    path = literal(str(plain.path))
    relation = f"read_json_objects({path}, format = '{form}', maximum_object_size = {OBJECT_BYTES}{skip})"
    records = _objects(connection, relation)
    if any(_is_page(record) for record in records):
        return _open_page(connection, relation, limits)
    if len(records) != 1 or (inside := _enclosed(records[0])) is None:
        return _open_records(connection, relation, records, limits)
    path, count = inside
    relation = f"(SELECT unnest(json_extract(json, {literal(path)})) AS json FROM {relation})"
    table = _open_records(connection, relation, _objects(connection, relation), limits)
    return replace(table, more=_goes_on(records[0], count))


def _form(plain: Plain) -> str:
    start = head(plain.path).lstrip()
    if start.startswith(b"["):
        return "array"
    first_line = start.split(b"\n", 1)[0].rstrip()
    return "newline_delimited" if first_line.endswith(b"}") else "unstructured"


def _objects(connection: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    """Return the objects among the first records, numbers as they are written."""
    texts = connection.execute(f"SELECT json FROM {relation} LIMIT {SAMPLE_ROWS}").fetchall()
    return [_parse(text) for (text,) in texts if text is not None and text.startswith("{")]


def _enclosed(record: dict[str, Any]) -> tuple[str, int] | None:
    """Return where the rows lie in an object that a file holds alone, and how many: `data`, or its one list of objects.

    An object with a time of its own is a row itself.

    Raises RefusedError: `unrecognised_columns` where there are several such lists.
    """
    if isinstance(data := record.get("data"), list):
        return "$.data[*]", len(data)
    times = {plain_name(name) for name in SPELLINGS["arrival"]}
    if any(plain_name(name) in times for name in scalars(record)):
        return None
    found = list(lists(record))
    if len(found) > 1:
        named = ", ".join(path for path, _ in found)
        detail = (
            f"the document holds {len(found)} lists of objects ({named}); send the one of traffic as a file of its own"
        )
        raise RefusedError("unrecognised_columns", detail)
    return (f"${found[0][0]}[*]", found[0][1]) if found else None


def _goes_on(record: dict[str, Any], count: int) -> bool:
    """Whether a document of so many rows says that there are more: a next page, a page among several, a total."""
    told = {
        name.removesuffix(".value").rsplit(".", 1)[-1].casefold(): text for name, (_, text) in scalars(record).items()
    }
    if told.get("has_more") == "true" or any(told.get(name) not in (None, "", "false") for name in NEXT):
        return True
    numbers = {name: int(text) for name, text in told.items() if text is not None and text.isdecimal()}
    total = max((numbers[name] for name in TOTALS if name in numbers), default=0)
    return total > count or numbers.get("page", 0) < numbers.get("total_pages", 0)


def _parse(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_unique
        )
    except RecursionError as error:
        raise RefusedError("bad_json", "the JSON is nested too deep") from error
    except json.JSONDecodeError as error:
        raise RefusedError("bad_json", f"the file is not JSON: {error.msg}") from error
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("bad_json", "an object names the same member twice, which has no one meaning")
    return found


def _is_page(record: dict[str, Any]) -> bool:
    data = record.get("data")
    return isinstance(data, list) and any(isinstance(item, dict) and "results" in item for item in data)


def _open_page(connection: duckdb.DuckDBPyConnection, relation: str, limits: ReadLimits) -> Table:
    """Rows are the results in the buckets of a page; a bucket without results is a row of its own, without traffic."""
    buckets = f"(SELECT unnest(json_extract(json, '$.data[*]')) AS bucket FROM {relation})"
    results = "CASE WHEN json_array_length(bucket, '$.results') > 0 THEN json_extract(bucket, '$.results[*]') "
    results += "ELSE [NULL] END"
    rows = f"(SELECT bucket, unnest({results}) AS json FROM {buckets})"
    texts = connection.execute(f"SELECT bucket, json FROM {rows} LIMIT {SAMPLE_ROWS}").fetchall()
    pages = connection.execute(f"SELECT json_extract_string(json, '$.has_more') FROM {relation}").fetchall()
    sample: list[dict[str, str | None]] = []
    cells: dict[str, str] = {}
    for bucket_text, text in texts:
        bucket = {name: value for name, value in scalars(_parse(bucket_text)).items() if name != "results"}
        result = scalars(_parse(text)) if text is not None else {}
        cells |= {name: _cell("bucket", path) for name, path in _paths(bucket).items()}
        cells |= {name: _cell("json", path) for name, path in _paths(result).items() if name not in bucket}
        sample.append({name: value for name, (_, value) in (result | bucket).items()})
    _check(cells, limits)
    row = "hash(json_extract_string(bucket, '/start_time'), json_extract_string(bucket, '/starting_at'), json)"
    return Table(rows, cells, row, sample, more=pages[-1] == ("true",), bucketed=True, empty_part="json IS NULL")


def _open_records(
    connection: duckdb.DuckDBPyConnection, relation: str, records: list[dict[str, Any]], limits: ReadLimits
) -> Table:
    sample: list[dict[str, str | None]] = []
    cells: dict[str, str] = {}
    for record in records:
        flat = scalars(record)
        cells |= {name: _cell("json", path) for name, path in _paths(flat).items()}
        sample.append({name: value for name, (_, value) in flat.items()})
    for text in spread(connection, relation, "json"):
        for name, path in _paths(scalars(_parse(text))).items():
            cells.setdefault(name, _cell("json", path))
    _check(cells, limits)
    broken = ("json IS NULL OR json_type(json) <> 'OBJECT'", "not_a_json_object")
    return Table(relation, cells, "hash(json)", sample, broken)


def _check(cells: dict[str, str], limits: ReadLimits) -> None:
    if not cells:
        raise RefusedError("bad_json", "the file holds no JSON object with members")
    if len(cells) > limits.columns:
        raise RefusedError("bad_json", f"the objects have {len(cells)} members, at most {limits.columns} are read")


def _paths(flat: dict[str, tuple[str, str | None]]) -> dict[str, str]:
    return {name: pointer for name, (pointer, _) in flat.items()}


def _cell(column: str, pointer: str) -> str:
    return f"json_extract_string({column}, {literal(pointer)})"
