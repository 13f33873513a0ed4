"""Objects inside cells, as JSON text or as a Parquet struct: their members are columns too."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import duckdb

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.duckdb_connection import literal
from service.traffic_histories.reading.options import ReadOptions
from service.traffic_histories.reading.table import Table

from .members import scalars, spread


def opened(connection: duckdb.DuckDBPyConnection, table: Table, options: ReadOptions) -> Table:
    """Return the table with a column `cell.member` for every member that means something and lies in a text cell.

    A member means something where the field or the uploader spells it so. A cell that is no JSON has no members.
    """
    wanted = {plain_name(name) for name in _wanted(options)} - {plain_name(name) for name in table.cells}
    cells, sample = dict(table.cells), [dict(row) for row in table.sample]
    for name, cell in table.cells.items():
        start = plain_name(name)
        if not start or not any(spelling.startswith(start) for spelling in wanted):
            continue
        if not any((row.get(name) or "").startswith("{") for row in sample):
            continue
        for member, pointer in _members(connection, table, name).items():
            column = f"{name}.{member}"
            if plain_name(column) in wanted:
                cells[column] = f"CASE WHEN json_valid({cell}) THEN json_extract_string({cell}, {literal(pointer)}) END"
        for row in sample:
            row |= {f"{name}.{member}": value for member, (_, value) in _parsed(row.get(name)).items()}
    return replace(table, cells=cells, sample=sample)


def _wanted(options: ReadOptions) -> Iterable[str]:
    for spellings in SPELLINGS.values():
        yield from spellings
    yield from (name for _, name in options.columns)
    if options.split_by is not None:
        yield options.split_by


def _members(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> dict[str, str]:
    """Return dotted member → JSON pointer of the objects in a column."""
    found: dict[str, str] = {}
    behind = spread(connection, f"(SELECT {table.cells[name]} AS cell FROM {table.relation})", "cell")
    for text in chain((row.get(name) for row in table.sample), behind):
        found |= {member: pointer for member, (pointer, _) in _parsed(text).items()}
    return found


def _parsed(text: str | None) -> dict[str, tuple[str, str | None]]:
    if text is None or not text.startswith("{"):
        return {}
    try:
        return scalars(json.loads(text, parse_int=str, parse_float=str, parse_constant=str))
    except (json.JSONDecodeError, RecursionError):
        return {}
