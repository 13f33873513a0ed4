"""Casting text to exact values in SQL. Everything is a strict cast of text: nothing is inferred or rounded away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.workflow.length_classes import column_name

from .aliases import Field
from .columns import Columns
from .duckdb_connection import literal
from .options import Kind, ReadOptions
from .table import Table
from .times import TimeForm

LARGEST: dict[Kind, int] = {"log": 10**9, "series": 10**15}
"""Most tokens of one request, and most of anything in one bucket: more is a wrong column or a wrong unit."""

LARGEST_SERVICE_US = 10**12
"""Longest time in service, in µs (11 days): more is a wrong unit."""

FAILED, CACHE_HIT, FILTERED = 1, 2, 3
"""Values of the `skip` column; 0 is a request served by a model."""

EVERY_PART = -1
"""Part of a row that stands for a bucket without traffic: it was so for each."""

MACROS = r"""
CREATE MACRO between_or_null(x, low, high) AS CASE WHEN x BETWEEN low AND high THEN x END;
CREATE MACRO blank(x) AS x IS NULL OR lower(trim(x)) IN ('', 'null', 'none');
CREATE MACRO whole(x) AS CASE WHEN regexp_full_match(trim(x), '[0-9]+([.]0*)?') THEN TRY_CAST(x AS BIGINT) END;
CREATE MACRO nearest(x) AS CASE
    WHEN regexp_full_match(trim(x), '[0-9]+([.][0-9]*)?')
        THEN TRY_CAST(round_even(TRY_CAST(trim(x) AS DECIMAL(38, 12)), 0) AS BIGINT)
    WHEN regexp_full_match(trim(x), '[0-9]+([.][0-9]*)?[eE][+-]?[0-9]{1,2}')
        THEN TRY_CAST(round_even(TRY_CAST(TRY_CAST(trim(x) AS DOUBLE) AS DECIMAL(38, 12)), 0) AS BIGINT) END;
CREATE MACRO counted(x, largest) AS between_or_null(nearest(x), 0, largest);
CREATE MACRO counted_or_none(x, largest) AS CASE WHEN blank(x) THEN 0 ELSE counted(x, largest) END;
CREATE MACRO fractional(x) AS coalesce(TRY_CAST(trim(x) AS DOUBLE) % 1 <> 0, false);
CREATE MACRO plain_int(x) AS CASE
    WHEN CAST(TRY_CAST(x AS INTEGER) AS VARCHAR) = x THEN TRY_CAST(x AS INTEGER) END;
CREATE MACRO plain_bigint(x) AS CASE
    WHEN CAST(TRY_CAST(x AS BIGINT) AS VARCHAR) = x THEN TRY_CAST(x AS BIGINT) END;
CREATE MACRO tokens(x, largest) AS between_or_null(whole(x), 0, largest);
CREATE MACRO tokens_or_none(x, largest) AS CASE WHEN blank(x) THEN 0 ELSE tokens(x, largest) END;
CREATE MACRO yes(x) AS coalesce(lower(trim(x)) IN ('true', 't', '1', '1.0', 'yes', 'hit'), false);
CREATE MACRO failing(x) AS coalesce(whole(x) >= 400, false)
    OR coalesce(regexp_full_match(upper(trim(x)), '(HTTP[/0-9. ]*)?[45][0-9]{2}([^0-9].*)?'), false)
    OR coalesce(lower(trim(x)) IN (
    'failure', 'failed', 'fail', 'error', 'timeout', 'cancelled', 'canceled', 'aborted', 'exception',
    'throttled'), false);
CREATE MACRO denied(x) AS coalesce(lower(trim(x)) IN ('false', 'f', '0', '0.0', 'no', 'n'), false);
CREATE MACRO erring(x) AS NOT (blank(x)
    OR lower(trim(x)) IN ('false', '0', '{}', '[]', 'nan', 'success', 'ok', '200', 'no'));
CREATE MACRO fault(x) AS CASE
    WHEN blank(x) THEN 'missing_value'
    WHEN regexp_full_match(trim(x), '-[0-9]+([.][0-9]*)?') THEN 'negative'
    WHEN regexp_full_match(trim(x), '[0-9]+([.]0*)?') THEN 'too_large'
    ELSE 'not_a_whole_number' END;
"""


@dataclass(frozen=True, slots=True)
class Value:
    """One typed value of a row.

    full: its SQL, NULL where the cell is at fault. fast: SQL that is NULL for every spelling but the commonest, for a
    first try over the whole file. bounds: what `full` lets pass and `fast` is yet to be held against. cell: the text
    it is read from. column: its name in the file. fault: SQL text of the reason. required: whether NULL rejects the
    row. exact: its SQL as a fraction, of the counts of a series.
    """

    name: str
    full: str
    fast: str
    cell: str
    column: str
    fault: str
    bounds: tuple[int, int] | None = None
    required: bool = True
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class Casts:
    """The SQL of a table: its values, and `skip`, which tells failed requests and cache hits from the rest."""

    values: tuple[Value, ...]
    skip: str
    broken: tuple[str, str] | None


def casts(
    table: Table,
    columns: Columns,
    form: TimeForm,
    options: ReadOptions,
    parts: tuple[str, ...] | None,
    left_out: str | None = None,
) -> Casts:
    """Return how the recognised columns of `table` are cast.

    parts: the values it is split by. left_out: condition of rows that are not of the chosen traffic.
    """
    skip = _skip(table, columns, left_out)
    values = list(_values(table, columns, form, skip if options.include_failed else "0"))
    if parts is not None and options.split_by is not None:
        cell = table.cells[options.split_by]
        listed = ", ".join(literal(part) for part in parts)
        sql = f"CAST(list_position([{listed}], {cell}) - 1 AS INTEGER)"
        if table.empty_part is not None:
            sql = f"coalesce({sql}, CASE WHEN {table.empty_part} THEN {EVERY_PART} END)"
        values.append(Value("part", sql, sql, cell, options.split_by, "'missing_value'"))
    return Casts(tuple(values), skip, table.broken)


def _values(table: Table, columns: Columns, form: TimeForm, skip: str) -> Iterator[Value]:
    names = columns.names
    yield _time("arrival", names["arrival"], table, form, required=True)
    if "end" in names:
        yield _time("finish", names["end"], table, form, required=False)
    yield from _counts(table, columns, skip)
    for above, longer in columns.longer.items():
        # Rows of all kinds are checked against each other by bucket, see length_columns.
        inside = replace(columns, names=longer, longer={})
        yield from (replace(value, name=column_name(above, value.name)) for value in _counts(table, inside, skip))
    if columns.kind == "log":
        yield from _service(table, columns)


def _counts(table: Table, columns: Columns, skip: str) -> Iterator[Value]:
    names = columns.names
    if columns.kind == "series" and "requests" in names:
        yield _tokens("requests", ("requests",), table, columns, skip)
    if columns.input_parts:
        yield _tokens("input", columns.input_parts, table, columns, skip)
    if "cached_input_tokens" in names:
        yield _tokens("cached", ("cached_input_tokens",), table, columns, skip, optional=True)
    if "output_tokens" in names:
        yield _tokens("output", columns.output_parts, table, columns, skip)
    for meter, field in columns.parts:
        yield replace(_tokens(meter, (field,), table, columns, skip, optional=True), required=False)


def _time(name: str, column: str, table: Table, form: TimeForm, *, required: bool) -> Value:
    cell = table.cells[column]
    full = form.full(cell)
    return Value(name, full, form.fast(cell) or full, cell, column, form.fault(cell), form.bounds, required)


def _tokens(
    name: str, parts: tuple[Field, ...], table: Table, columns: Columns, skip: str, *, optional: bool = False
) -> Value:
    """A sum of columns: the first must be there unless `optional`, the others count as 0 where they are blank."""
    largest = LARGEST[columns.kind]
    terms = []
    for place, part in enumerate(parts):
        cell = table.cells[columns.names[part]]
        read = "tokens" if columns.kind == "log" else "counted"
        term = f"{read}_or_none({cell}, {largest})"
        if place == 0 and not optional:
            term = f"{read}({cell}, {largest})"
            if table.empty_part is not None:
                term = f"CASE WHEN {table.empty_part} THEN 0 ELSE {term} END"
            elif skip != "0":
                term = f"CASE WHEN {skip} = {FAILED} THEN tokens_or_none({cell}, {largest}) ELSE {term} END"
        terms.append(term)
    cell = table.cells[columns.names[parts[0]]]
    column, kind = columns.names[parts[0]], "INTEGER" if columns.kind == "log" else "BIGINT"
    total = terms[0] if len(terms) == 1 else f"between_or_null({' + '.join(terms)}, 0, {largest})"
    full = f"CAST({total} AS {kind})"
    single = len(parts) == 1 and not optional and table.empty_part is None and skip == "0"
    fast = f"plain_{'int' if columns.kind == 'log' else 'bigint'}({cell})" if single else full
    cells = (table.cells[columns.names[part]] for part in parts)
    exact = " + ".join(f"coalesce(TRY_CAST(trim({cell}) AS DOUBLE), 0)" for cell in cells)
    return Value(
        name,
        full,
        fast,
        cell,
        column,
        f"fault({cell})",
        (0, largest),
        exact=exact if columns.kind == "series" else None,
    )


def _service(table: Table, columns: Columns) -> Iterator[Value]:
    units: tuple[tuple[Field, int], ...] = (("seconds", 6), ("milliseconds", 3))
    for field, digits in units:
        column = columns.names.get(field)
        if column is not None:
            cell = table.cells[column]
            sql = f"between_or_null(micros(trim({cell}), {digits}), 0, {LARGEST_SERVICE_US})"
            yield Value("service", sql, sql, cell, column, "NULL", required=False)
            return


def _skip(table: Table, columns: Columns, left_out: str | None) -> str:
    whens = [] if left_out is None else [f"WHEN {left_out} THEN {FILTERED}"]
    if columns.kind == "log":
        hit, failed = columns.names.get("cache_hit"), failed_rows(table, columns)
        whens += [f"WHEN yes({table.cells[hit]}) THEN {CACHE_HIT}"] if hit is not None else []
        whens += [f"WHEN {failed} THEN {FAILED}"] if failed is not None else []
    return f"CASE {' '.join(whens)} ELSE 0 END" if whens else "0"


def failed_rows(table: Table, columns: Columns) -> str | None:
    """Return the SQL condition of rows that are no served call, None where nothing says so."""
    cell = {field: table.cells[name] for field, name in columns.names.items()}
    failed = [f"failing({cell['status']})"] if "status" in cell else []
    failed += [f"denied({cell['success']})"] if "success" in cell else []
    failed += [f"erring({cell['error']})"] if "error" in cell else []
    failed += [f"coalesce(whole({cell['output_tokens']}) = 0, false)"] if columns.unanswered else []
    if not failed or columns.kind != "log":
        return None
    answered = f"NOT yes({cell['cache_hit']}) AND " if "cache_hit" in cell else ""
    return f"({answered}({' OR '.join(failed)}))"


def fault_of(found: Casts, *, skipped: tuple[int, ...]) -> str:
    """Return SQL for what is wrong with a row, a struct of column, reason and text; NULL where nothing is."""
    whens = []
    if found.broken is not None:
        whens.append(f"WHEN {found.broken[0]} THEN {_struct(None, literal(found.broken[1]), 'NULL')}")
    if skipped:
        whens.append(f"WHEN {found.skip} IN ({', '.join(map(str, skipped))}) THEN NULL")
    whens += [
        f"WHEN {value.full} IS NULL THEN {_struct(value.column, value.fault, value.cell)}"
        for value in found.values
        if value.required
    ]
    by_name = {value.name: value for value in found.values}
    if "cached" in by_name and "input" in by_name:
        cached = by_name["cached"]
        told = _struct(cached.column, literal("more_cached_than_input"), cached.cell)
        whens.append(f"WHEN {cached.full} > {by_name['input'].full} THEN {told}")
    return f"CASE {' '.join(whens)} END"


def _struct(column: str | None, reason: str, text: str) -> str:
    name = "NULL" if column is None else literal(column)
    return f"{{'column': CAST({name} AS VARCHAR), 'reason': {reason}, 'text': left(CAST({text} AS VARCHAR), 60)}}"
