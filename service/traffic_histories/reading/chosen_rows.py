"""Which rows of a file are meant: filters by column, and columns by which prices differ."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

from collections.abc import Collection, Iterator, Sequence

import duckdb

from service.model_names.canonical import canonical, undated

from .aliases import plain_name
from .casts import failed_rows
from .columns import Columns, listed
from .duckdb_connection import literal
from .errors import RefusedError
from .keys import KEYS, ORDINARY, Key, normal
from .options import ReadOptions
from .report import Report
from .row_kinds import continued, enclosing, priced_apart
from .table import Table

MOST_VALUES = 200
"""Values of a key that are looked at."""

SHOWN = 6

Found = list[tuple[str | None, int]]


def left_out(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns, options: ReadOptions, report: Report
) -> str | None:
    """Return the SQL condition of rows that the filters leave out, None without filters.

    Raises RefusedError: `unknown_column`, `unknown_value`, `mixed_prices`.
    """
    conditions: list[str] = []
    settled: set[str] = set()
    for name, wanted in options.only:
        column, key = _column(name, table, columns)
        settled.add(column)
        unlike = _unlike(connection, table, column, key, wanted, report)
        conditions.append(_but_failed(unlike, key, table, columns, options))
    for find in (enclosing, continued):
        beside = find(connection, table, columns, report)
        conditions += [] if beside is None else [beside]
    spoken = [(None, name) for name in priced_apart(connection, table, columns)]
    for key, column in (*columns.keys.items(), *spoken):
        if column in settled or column == options.split_by:
            continue
        found = _values(connection, table, column, conditions)
        condition = _one_price(key, column, found, options, report)
        if condition is not None:
            conditions.append(
                _but_failed(condition.replace("{cell}", table.cells[column]), key, table, columns, options)
            )
    if not conditions:
        return None
    dropped = " OR ".join(conditions)
    return dropped if table.empty_part is None else f"NOT ({table.empty_part}) AND ({dropped})"


def _but_failed(condition: str, key: Key | None, table: Table, columns: Columns, options: ReadOptions) -> str:
    """Return the condition without failed calls that name no model, which are failed calls of whichever was chosen.

    Where failed calls are kept, those of unknown models are left out, since they would be priced.
    """
    failed = failed_rows(table, columns)
    if key != "model" or failed is None or options.include_failed:
        return f"({condition})"
    return f"({condition}) AND NOT (blank({table.cells[columns.keys[key]]}) AND {failed})"


def _column(name: str, table: Table, columns: Columns) -> tuple[str, Key | None]:
    for key in KEYS:
        if name == key and key in columns.keys:
            return columns.keys[key], key
    plain = {plain_name(column): column for column in reversed(table.names)}
    column = name if name in table.cells else plain.get(plain_name(name))
    if column is None:
        known = listed(table.names)
        raise RefusedError(
            "unknown_column", f"the file has no column {name!r}; its columns are {known}", f"only.{name}"
        )
    return column, next((key for key, told in columns.keys.items() if told == column), None)


def _values(connection: duckdb.DuckDBPyConnection, table: Table, column: str, conditions: Sequence[str] = ()) -> Found:
    cell = table.cells[column]
    where = [f"NOT coalesce(({condition}), false)" for condition in conditions]
    where += [f"NOT ({table.empty_part})"] if table.empty_part is not None else []
    kept = f" WHERE {' AND '.join(where)}" if where else ""
    return connection.execute(
        f"SELECT {cell} AS value, count(*) AS rows FROM {table.relation}{kept} GROUP BY ALL "
        f"ORDER BY rows DESC, value LIMIT {MOST_VALUES}"
    ).fetchall()


def _unlike(
    connection: duckdb.DuckDBPyConnection, table: Table, column: str, key: Key | None, wanted: str, report: Report
) -> str:
    """Return the condition of rows whose column is none of the wanted values."""
    values = _values(connection, table, column)
    asked = {normal(key, part) for part in wanted.split(",")} | {normal(None, wanted)}
    exact = [value for value, _ in values if key in (None, "model") and normal(None, value) in asked]
    fitting = exact or [value for value, _ in values if normal(key, value) in asked]
    if not fitting:
        shown = _shown(values)
        detail = f"no row has {wanted!r} in {column!r}; its values are {shown}"
        raise RefusedError("unknown_value", detail, f"only.{key or column}")
    rows = sum(count for value, count in values if value in fitting)
    report.find("rows_chosen", f"only rows with {wanted} in {column!r} were read: {rows} of them", rows)
    return _none_of(table.cells[column], fitting)


def _none_of(cell: str, values: Sequence[str | None]) -> str:
    texts = ", ".join(literal(value) for value in values if value is not None)
    inside = f"coalesce({cell} IN ({texts}), false)" if texts else "false"
    return f"NOT ({inside} OR {cell} IS NULL)" if None in values else f"NOT {inside}"


def _one_price(key: Key | None, column: str, found: Found, options: ReadOptions, report: Report) -> str | None:
    """Return the condition of rows of another price than the one that is asked for; None where there is one price."""
    kinds: dict[str, int] = {}
    for value, rows in found:
        kind = normal(key, value)
        # A row that names no model says nothing about how many there are: failed calls and gaps leave it blank.
        if kind or key != "model":
            kinds[kind] = kinds.get(kind, 0) + rows
    if key == "model":
        kinds = _joined(column, kinds, report)
    if len(kinds) < 2:
        _tell_model(key, column, list(kinds), options, report)
        return None
    if key in options.combine or column in options.combine or "all" in options.combine:
        report.find(
            "prices_combined", f"{len(kinds)} values of {column!r} were read as one traffic, as asked", len(kinds)
        )
        return None
    asked = [kind for kind in kinds if key == "model" and _is_asked(kind, options)]
    if len(asked) == 1:
        fitting = [value for value, _ in found if _kind(normal(key, value), kinds) == asked[0]]
        rows = kinds[asked[0]]
        told = (
            f"{column!r} holds {len(kinds)} models; the {rows} rows of {options.model}, which is asked about, were read"
        )
        report.find("model_chosen", f"{told}; only.model=... chooses another", rows)
        return _none_of("{cell}", fitting)
    first = next(iter(kinds)) or "..."
    choice = f"only.{key}={first}" if key else f"only={column}={first}"
    detail = (
        f"{column!r} holds {len(kinds)} kinds of traffic that are priced apart: {_shown(list(kinds.items()))}. Choose "
        f"with {choice}, split with split_by={column}, or say combine={key or column} to take them as one"
    )
    raise RefusedError("mixed_prices", detail, f"only.{key}" if key else "only")


def _joined(column: str, kinds: dict[str, int], report: Report) -> dict[str, int]:
    """Return models with their rows, a name without a date taken for the one dated version that is there beside it."""
    joined: dict[str, int] = {}
    for kind, rows in kinds.items():
        name = _kind(kind, kinds)
        joined[name] = joined.get(name, 0) + rows
        if name != kind:
            report.find(
                "model_versions_joined", f"{kind} in {column!r} was taken for {name}, the one version beside it"
            )
    return joined


def _kind(name: str, kinds: Collection[str]) -> str:
    dated = [kind for kind in kinds if undated(kind) == name != kind]
    return dated[0] if len(dated) == 1 else name


def _is_asked(kind: str, options: ReadOptions) -> bool:
    """Tell whether a model in a file is the one asked about, or a dated version of it."""
    names = [] if options.model is None else [canonical(name) for name in (options.model, *options.aliases)]
    return any(name in (kind, undated(kind)) or undated(name) == kind for name in names)


def _tell_model(key: Key | None, column: str, kinds: list[str], options: ReadOptions, report: Report) -> None:
    if key == "model" and kinds and options.model is not None and not _is_asked(kinds[0], options):
        detail = (
            f"the traffic in {column!r} is of {kinds[0]}, the question of {options.model}: its counts of tokens differ"
        )
        report.find("other_model", detail)
    if key in ("batch", "service_tier", "context_window") and kinds and kinds[0] not in ORDINARY:
        detail = f"all of it is {key} {kinds[0]!r} in {column!r}: set prices of that kind against it"
        report.find("priced_apart", detail, can_move=True)


def _shown(found: Found) -> str:
    parts: Iterator[str] = (f"{value or '(blank)'} ({rows} rows)" for value, rows in found[:SHOWN])
    return ", ".join(parts) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
