"""Columns made of several: sums, a date beside a time of day, numbers as spreadsheets write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .aliases import Field, plain_name
from .columns import Columns, asked_models
from .duckdb_connection import literal
from .errors import RefusedError
from .options import ReadOptions
from .report import Report
from .table import Table

PLUS = "+"
"""What stands between column names whose sum, or whose text one after the other, is a field."""

DATES = ("date", "day", "usage_date", "start_date", "datum")
CLOCKS = ("time", "hour", "time_of_day", "usage_time", "start_time", "uhrzeit")
BESIDE: dict[Field, tuple[str, str]] = {
    "output_tokens": ("candidates_token_count", "thoughts_token_count"),
    "input_tokens": ("prompt_token_count", "tool_use_prompt_token_count"),
}
"""Columns that writers keep beside each other though both are billed as one: the second is added to the first."""

MACROS = r"""
CREATE MACRO counted_text(x) AS CASE WHEN blank(x) THEN NULL ELSE trim(x) END;
CREATE MACRO added(x, y) AS CASE
    WHEN counted_text(x) IS NULL THEN y WHEN counted_text(y) IS NULL THEN x
    WHEN TRY_CAST(x AS DECIMAL(38, 9)) IS NULL THEN x WHEN TRY_CAST(y AS DECIMAL(38, 9)) IS NULL THEN y
    ELSE CAST(CAST(x AS DECIMAL(38, 9)) + CAST(y AS DECIMAL(38, 9)) AS VARCHAR) END;
CREATE MACRO clock(x) AS CASE WHEN regexp_full_match(trim(x), '[0-9]{1,2}')
    THEN lpad(trim(x), 2, '0') || ':00:00' ELSE trim(x) END;
"""

_CLOCK = re.compile(r"\d{1,2}(:\d{2}(:\d{2}(\.\d+)?)?)?( ?[AaPp][Mm])?")
_POINTS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_COMMA_DECIMAL = re.compile(r"\d+,\d+")
_SPACED = re.compile("\\d{1,3}([ '\u00a0\u202f\u2019]\\d{3})+([.,]\\d+)?")


@dataclass(frozen=True, slots=True)
class Composed:
    """A table with the columns that were made, and the options that name them."""

    table: Table
    options: ReadOptions


def composed(table: Table, options: ReadOptions, report: Report) -> Composed:
    """Return the table with sums and joined times as columns of their own, named `a + b`."""
    mapped = []
    for field, told_name in options.columns:
        name = told_name
        parts = _parts(table, name)
        if parts is not None:
            table, name = _with(table, parts, is_time=field in ("arrival", "end"))
        mapped.append((field, name))
    told = {field for field, _ in mapped}
    for field, pair in (*_beside(table), *_date_and_clock(table)):
        if field not in told:
            table, name = _with(table, pair, is_time=field == "arrival")
            mapped.append((field, name))
            told.add(field)
            how = "read as one time" if field == "arrival" else "added up"
            report.find("composed_column", f"{name!r} were {how} as {field}; column.{field}=... names another")
    return Composed(table, replace(options, columns=tuple(mapped)))


def _parts(table: Table, name: str) -> tuple[str, ...] | None:
    """Return the columns that a mapping adds up, None where it names one column."""
    plain = {plain_name(column): column for column in table.names}
    if PLUS not in name or name in table.cells or plain_name(name) in plain:
        return None
    parts = [part.strip() for part in name.split(PLUS)]
    found = [part if part in table.cells else plain.get(plain_name(part)) for part in parts]
    return None if None in found else tuple(part for part in found if part is not None)


def _with(table: Table, parts: Sequence[str], *, is_time: bool) -> tuple[Table, str]:
    name = f" {PLUS} ".join(parts)
    cells = [table.cells[part] for part in parts]
    sql = cells[0]
    for cell in cells[1:]:
        sql = f"(trim({sql}) || ' ' || clock({cell}))" if is_time else f"added({sql}, {cell})"
    sample = [dict(row) | {name: _joined([row.get(part) for part in parts], is_time=is_time)} for row in table.sample]
    return replace(table, cells=dict(table.cells) | {name: sql}, sample=sample), name


def _joined(values: Sequence[str | None], *, is_time: bool) -> str | None:
    given = [value.strip() for value in values if value is not None and value.strip()]
    if is_time:
        clocks = [f"{value:0>2}:00:00" if value.isdigit() else value for value in given[1:]]
        return " ".join((given[0], *clocks)) if len(given) == len(values) else None
    return given[0] if given else None


def _beside(table: Table) -> Iterator[tuple[Field, tuple[str, str]]]:
    plain = {plain_name(name): name for name in table.names}
    for field, (base, beside) in BESIDE.items():
        for spelled, name in plain.items():
            if spelled.endswith(plain_name(base)):
                other = plain.get(spelled.removesuffix(plain_name(base)) + plain_name(beside))
                if other is not None:
                    yield field, (name, other)


def _date_and_clock(table: Table) -> Iterator[tuple[Field, tuple[str, str]]]:
    plain = {plain_name(name): name for name in reversed(table.names)}
    for date in (plain[plain_name(name)] for name in DATES if plain_name(name) in plain):
        for clock in (plain[plain_name(name)] for name in CLOCKS if plain_name(name) in plain):
            values = [(row.get(date) or "", row.get(clock) or "") for row in table.sample]
            values = [(day, hour) for day, hour in values if day.strip()]
            if values and all(":" not in day and _CLOCK.fullmatch(hour.strip()) for day, hour in values):
                yield "arrival", (date, clock)


def settled_model(table: Table, columns: Columns) -> Table:
    """Return the table with the model that was asked in rows where none answered, such as those that failed."""
    name = columns.keys.get("model")
    asked = [other for other in asked_models(table.names) if other != name]
    if name is None or not asked:
        return table
    cell = table.cells[name]
    settled = f"CASE WHEN blank({cell}) THEN {table.cells[asked[0]]} ELSE {cell} END"
    return replace(table, cells=dict(table.cells) | {name: settled})


def settled_numbers(table: Table, columns: Columns, options: ReadOptions, report: Report) -> Table:
    """Return the table with counts such as 12,045 or (with a decimal comma) 12.000 as plain digits.

    Raises RefusedError: `ambiguous_numbers` where a mark may be either.
    """
    cells = dict(table.cells)
    marks: dict[str, str] = {}
    for field, name in columns.names.items():
        if field.endswith("_tokens") or field == "requests":
            mark = _mark(field, name, table, options)
            if mark is not None:
                cells[name] = _plain_digits(cells[name], mark)
                marks[name] = mark
    if marks:
        listed = ", ".join(repr(name) for name in marks)
        said = "decimal_mark as declared" if options.decimal_mark else "say decimal_mark=. or , where it is another"
        mark = next(iter(marks.values()))
        detail = (
            f"numbers in {listed} were read with {mark!r} as the decimal mark; the other marks part thousands; {said}"
        )
        report.find("number_format", detail)
    return replace(table, cells=cells)


def _mark(field: str, name: str, table: Table, options: ReadOptions) -> str | None:
    """Return the decimal mark of a column's numbers, None where they are written without marks of thousands."""
    values = [value.strip() for row in table.sample if (value := row.get(name)) and value.strip()]
    points = [value for value in values if _POINTS.fullmatch(value)]
    commas = [value for value in values if _COMMAS.fullmatch(value)]
    decimals = [value for value in values if _COMMA_DECIMAL.fullmatch(value)]
    spaced = any(_SPACED.fullmatch(value) for value in values)
    if options.decimal_mark is not None:
        return options.decimal_mark if points or commas or decimals or spaced else None
    if any(value.count(".") > 1 or "," in value for value in points):
        return ","
    if len(commas) * 2 > len(values) and any(value.count(",") > 1 or "." in value for value in commas):
        return "."
    found: str | None = "." if spaced else None
    if points and all(value in points or value.isdigit() for value in values):
        found = "," if table.delimiter == ";" else _ask(field, name, points[0])
    elif len(commas) < len(decimals) and len(decimals) * 2 > len(values):
        found = ","
    elif len(commas) * 2 > len(values):
        found = "." if table.delimiter != ";" else _ask(field, name, commas[0])
    return found


def _ask(field: str, name: str, value: str) -> str:
    mark = "." if "." in value else ","
    whole, part = value.replace(mark, ""), value.replace(mark, ".")
    raise RefusedError(
        "ambiguous_numbers",
        f"numbers such as {value!r} in {name!r} ({field}) may be {whole} or {part}; say decimal_mark=. "
        "or decimal_mark=,",
        "decimal_mark",
    )


def _plain_digits(cell: str, mark: str) -> str:
    other = "," if mark == "." else "."
    spaces = literal("[ '\u00a0\u202f\u2019" + other + "]")
    bare = f"regexp_replace(trim({cell}), {spaces}, '', 'g')"
    return f"replace({bare}, ',', '.')" if mark == "," else bare
