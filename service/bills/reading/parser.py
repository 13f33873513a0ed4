"""The process that reads one bill under limits it sets itself, and leaves its result in the work folder."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from service.bills.reading.columns import columns_of, is_focus
from service.bills.reading.lines import Words, charges
from service.traffic_histories.reading.columns_file import REQUEST, RESULT
from service.traffic_histories.reading.confinement import confine, end_with_parent
from service.traffic_histories.reading.decompress import unpack
from service.traffic_histories.reading.duckdb_connection import connect, refusal
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.formats.parquet import open_parquet
from service.traffic_histories.reading.normalize_text import END_MARK
from service.traffic_histories.reading.options import ReadLimits


def run(folder: Path) -> None:
    """Read the bill that `request.json` names; write `result.json`. Limits this process for good."""
    end_with_parent()
    request = json.loads((folder / REQUEST).read_text())
    limits = ReadLimits(**request["limits"])
    confine(limits)
    try:
        result = _read(Path(request["path"]), folder, request, limits)
    except RefusedError as error:
        rejects = [asdict(reject) for reject in error.rejects]
        result = {"refused": {"code": error.code, "detail": error.detail, "parameter": None, "rejects": rejects}}
    (folder / RESULT).write_text(json.dumps(result))


def _read(path: Path, folder: Path, request: dict[str, Any], limits: ReadLimits) -> dict[str, Any]:
    plain = unpack(path, folder, tuple(request["codings"]), limits)
    if plain.replaced:
        raise RefusedError("not_utf8", "the file holds bytes that are no UTF-8; save it as UTF-8")
    reader = {"csv": _csv, "json": _json, "parquet": _parquet}[plain.format]
    header, rows = reader(plain, folder, limits)
    if len(header) > limits.columns:
        raise RefusedError("too_many_columns", f"the file has {len(header)} columns, at most {limits.columns}")
    found = charges(rows, columns_of(header), Words(request["currency"], request["provider"]))
    return {"format": "focus" if is_focus(header) else "plain", "charges": found}


def _csv(plain: Any, folder: Path, limits: ReadLimits) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:  # noqa: ANN401, ARG001
    csv.field_size_limit(1024 * 1024)
    text = plain.path.read_text(encoding="utf-8")
    if plain.quoted:
        if not text.rstrip("\n").endswith(f"\n{END_MARK}"):
            raise RefusedError("bad_csv", "a quote opens in the file and never closes")
        text = text.rstrip("\n").removesuffix(END_MARK)
    first = text[:65536].split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
    except (csv.Error, StopIteration) as error:
        raise RefusedError("bad_csv", "the file's first line is no header") from error
    return header, _csv_rows(reader, header)


def _csv_rows(reader: Any, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:  # noqa: ANN401 - csv's reader
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                told = f"line {reader.line_num} has {len(row)} cells, the header {len(header)}; quote cells that hold "
                raise RefusedError("bad_csv", told + "the separator")
            yield reader.line_num, dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise RefusedError("bad_csv", f"line {reader.line_num} is no CSV: {error}") from error


def _json(plain: Any, folder: Path, limits: ReadLimits) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:  # noqa: ANN401, ARG001
    text = plain.path.read_text(encoding="utf-8")
    try:
        if text.lstrip().startswith("["):
            found = json.loads(text, parse_float=str, parse_int=str)
        else:
            found = [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad_json", f"the file is neither a JSON array nor JSON Lines: {error}"[:300]) from error
    if not all(isinstance(row, dict) for row in found):
        raise RefusedError("bad_json", "every entry of the file must be an object, one charge each")
    header = list(dict.fromkeys(name for row in found for name in row))
    rows = ({name: _text(value) for name, value in row.items()} for row in found)
    return header, enumerate(rows, 1)


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _parquet(plain: Any, folder: Path, limits: ReadLimits) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:  # noqa: ANN401
    connection = connect(plain.path, folder, limits)
    try:
        table = open_parquet(connection, plain, limits)
        cells = ", ".join(table.cells.values())
        found = connection.execute(f"SELECT {cells} FROM {table.relation}").fetchall()  # noqa: S608 - see formats.parquet
    except duckdb.Error as error:
        raise refusal(error, plain.path) from error
    header = list(table.cells)
    rows = ({name: "" if v is None else str(v) for name, v in zip(header, row, strict=True)} for row in found)
    return header, enumerate(rows, 1)
