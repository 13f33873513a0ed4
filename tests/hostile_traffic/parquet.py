"""Hostile Parquet: footers that lie, bombs, types that are not what they seem."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb

from tests.hostile_traffic.case import Content, Hostile, raw, refused, taken

TIME = "TIMESTAMPTZ '2026-10-05 00:00:00Z' + to_seconds(i)"
SELECT = f"SELECT {TIME} AS timestamp, i AS input_tokens, 1 AS output_tokens FROM range(200) t(i)"
BOMB_ROWS = 30_000_000


@cache
def parquet(select: str, options: str = "") -> bytes:
    """Return the rows of a query as Parquet."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "file.parquet"
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet{options})")
        return path.read_bytes()


def of(select: str, options: str = "") -> Content:
    """Return the rows of a query as the content of a case."""
    return lambda: parquet(select, options)


def changed(change: Callable[[bytes], bytes]) -> Content:
    """Return a good file after a change."""
    return lambda: change(parquet(SELECT))


def one(column: str, value: str) -> Content:
    """Return 200 good rows and one whose `column` is `value`, which decides its type."""
    names = {"timestamp": TIME, "input_tokens": "i", "output_tokens": "1"}
    replaced = names | {column: f"CASE WHEN i = 100 THEN {value} ELSE {names[column]} END"}
    listed = ", ".join(f"{sql} AS {name}" for name, sql in replaced.items())
    return of(f"SELECT {listed} FROM range(201) t(i)")


def varint(number: int) -> bytes:
    """Return a number as Thrift's compact protocol writes an i64."""
    number <<= 1
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def lying(rows: int, claimed: int, *, whole: bool) -> bytes:
    """Return a file of some rows whose footer claims another number, for the file or for its one row group."""
    content = parquet(
        f"SELECT 1790000000 AS timestamp, 1 AS input_tokens, 1 AS output_tokens FROM range({rows})",
        f", ROW_GROUP_SIZE {rows}",
    )
    length = int.from_bytes(content[-8:-4], "little")
    start = len(content) - 8 - length
    footer = content[start:-8]
    # The file's own number comes first; each column chunk repeats the row group's, which itself comes last.
    at = footer.index(varint(rows)) if whole else footer.rindex(varint(rows))
    footer = footer[:at] + varint(claimed) + footer[at + len(varint(rows)) :]
    return content[:start] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


PARQUET = [
    taken("a good file", of(SELECT), 200),
    taken("nanoseconds", of(SELECT.replace(TIME, "make_timestamp_ns(1790000000000000000 + i)")), 200, "zone=UTC"),
    taken("doubles that are whole", of(SELECT.replace("i AS input", "CAST(i AS DOUBLE) AS input")), 200),
    taken("decimals", of(SELECT.replace("i AS input", "CAST(i AS DECIMAL(18, 3)) AS input")), 200),
    taken("texts", of(SELECT.replace("i AS input", "CAST(i AS VARCHAR) AS input")), 200),
    taken(
        "lists and structs nobody reads",
        of(SELECT.replace("i AS input", "[i, i] AS a, {'b': {'c': i}} AS d, i AS input")),
        200,
    ),
    refused("the head alone", raw(b"PAR1"), "unreadable_file"),
    refused("head and foot alone", raw(b"PAR1\0\0\0\0PAR1"), "unreadable_file"),
    refused("cut in half", changed(lambda whole: whole[: len(whole) // 2]), "unreadable_file"),
    refused("without its last byte", changed(lambda whole: whole[:-1]), "unreadable_file"),
    refused(
        "a footer longer than the file",
        changed(lambda whole: whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:]),
        "unreadable_file",
    ),
    refused("a footer of noughts", changed(lambda whole: whole[:-200] + bytes(192) + whole[-8:]), "unreadable_file"),
    refused("pages of noughts", changed(lambda whole: whole[:4] + bytes(400) + whole[404:]), "unreadable_file"),
    refused("an encrypted footer", raw(b"PARE" + bytes(64) + b"PARE"), "unsupported_file"),
    refused("no zone", of(SELECT.replace("TIMESTAMPTZ", "TIMESTAMP").replace("00Z'", "00'")), "zone_required"),
    refused("no rows", of(SELECT.replace("200", "0")), "no_rows"),
    refused("lists for numbers", of(SELECT.replace("i AS input", "[i] AS input")), "too_many_rejects"),
    refused("600 columns", of(f"SELECT {', '.join(f'{n} AS c{n}' for n in range(600))}"), "bad_parquet"),
    refused(
        "30 million rows in little",
        of(f"SELECT 1 AS timestamp, 1 AS input_tokens FROM range({BOMB_ROWS})"),
        "too_many_rows",
    ),
    refused("30 million rows, denied by the file", lambda: lying(BOMB_ROWS, 5, whole=True), "too_many_rows"),
    refused("30 million rows, denied by the row group", lambda: lying(BOMB_ROWS, 5, whole=False), "too_many_rows"),
    refused("more rows than there are", lambda: lying(1000, 2000, whole=True), "bad_parquet"),
    refused("a row group with more rows than there are", lambda: lying(1000, 2000, whole=False), "bad_parquet"),
    refused("fewer than no rows", lambda: lying(1000, 2**63 - 1, whole=False), "too_many_rows"),
    refused("other columns", of("SELECT 1 AS a, 2 AS b"), "unrecognised_columns"),
    Hostile("NaN", one("input_tokens", "'nan'::DOUBLE"), rows=(201, 200, 1, 0), reason="not_a_whole_number"),
    Hostile("minus nought", one("input_tokens", "-0.0::DOUBLE"), rows=(201, 200, 1, 0), reason="negative"),
    Hostile("a fraction", one("input_tokens", "0.5::DOUBLE"), rows=(201, 200, 1, 0), reason="not_a_whole_number"),
    Hostile("minus one", one("input_tokens", "-1"), rows=(201, 200, 1, 0), reason="negative"),
    Hostile(
        "beyond 64 bits",
        one("input_tokens", "100000000000000000000::DECIMAL(38, 0)"),
        rows=(201, 200, 1, 0),
        reason="too_large",
    ),
    Hostile("null", one("input_tokens", "NULL"), rows=(201, 200, 1, 0), reason="missing_value"),
    Hostile(
        "infinity for a time", one("timestamp", "'infinity'::TIMESTAMPTZ"), rows=(201, 200, 1, 0), reason="not_a_time"
    ),
]
