"""Objects inside cells, as JSON text or as a Parquet struct: their members are columns too."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import duckdb

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.columns import NESTED
from service.traffic_histories.reading.duckdb_connection import literal
from service.traffic_histories.reading.keys import KEY_SPELLINGS
from service.traffic_histories.reading.options import ReadOptions
from service.traffic_histories.reading.table import Table

from .members import scalars, spread

ENVELOPES = ("@message", "message", "_raw", "line", "log", "log_line")
"""Columns in which collectors of logs keep a whole record as text: its members are the columns of the record."""

MOST_MEMBERS = 200
"""Members of a record in an envelope that become columns."""

ANYWHERE = frozenset(
    plain_name(name)
    for spellings in (*(SPELLINGS[field] for field in NESTED), *KEY_SPELLINGS.values())
    for name in spellings
)
"""Members that mean something inside a cell of any name: counts of tokens, and what they are priced by."""


def opened(connection: duckdb.DuckDBPyConnection, table: Table, options: ReadOptions) -> Table:
    """Return the table with a column `cell.member` for every member that means something and lies in a text cell.

    A member means something where the field or the uploader spells it so. A cell that is no JSON has no members.
    """
    table = _unwrapped(connection, table)
    wanted = {plain_name(name) for name in _wanted(options)} - {plain_name(name) for name in table.cells}
    cells, sample = dict(table.cells), [dict(row) for row in table.sample]
    for name, cell in table.cells.items():
        if not plain_name(name) or not any((row.get(name) or "").startswith("{") for row in sample):
            continue
        for member, pointer in _members(connection, table, name).items():
            column = f"{name}.{member}"
            if plain_name(column) in wanted or _means_anywhere(member):
                cells[column] = f"CASE WHEN json_valid({cell}) THEN json_extract_string({cell}, {literal(pointer)}) END"
        for row in sample:
            row |= {f"{name}.{member}": value for member, (_, value) in _parsed(row.get(name)).items()}
    return replace(table, cells=cells, sample=sample)


def _means_anywhere(member: str) -> bool:
    parts = member.split(".")
    return any(plain_name(".".join(parts[first:])) in ANYWHERE for first in range(len(parts)))


def _unwrapped(connection: duckdb.DuckDBPyConnection, table: Table) -> Table:
    """Return the table with the members of records in envelopes as columns under their own names."""
    envelopes = [name for name in table.names if plain_name(name) in {plain_name(known) for known in ENVELOPES}]
    for name in envelopes:
        texts = [text for row in table.sample if (text := (row.get(name) or "").strip())]
        if not texts or not all(text.startswith("{") for text in texts):
            continue
        cell, taken = table.cells[name], {plain_name(column) for column in table.names}
        found = {
            member: pointer
            for member, pointer in list(_members(connection, table, name).items())[:MOST_MEMBERS]
            if plain_name(member) not in taken
        }
        made = {
            member: f"CASE WHEN json_valid({cell}) THEN json_extract_string({cell}, {literal(pointer)}) END"
            for member, pointer in found.items()
        }
        sample = [
            dict(row) | {member: value for member, (_, value) in _parsed(row.get(name)).items() if member in found}
            for row in table.sample
        ]
        table = replace(table, cells=dict(table.cells) | made, sample=sample)
    return table


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
