"""CSV as a table of text: the header is read here, so that nothing about the file is guessed by the engine."""

import csv
import io
from collections import Counter

from service.traffic_histories.reading.decompress import Plain, head
from service.traffic_histories.reading.duckdb_connection import literal
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.normalize_text import END_MARK
from service.traffic_histories.reading.options import ReadLimits
from service.traffic_histories.reading.table import SAMPLE_ROWS, Table

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 256 * 1024
LINE_BYTES = 1024 * 1024


def open_csv(plain: Plain, limits: ReadLimits) -> Table:
    """Describe a CSV file. Raises RefusedError: `bad_header`."""
    text = _head_text(plain)
    blank = len(text) - len(text.lstrip("\n"))
    delimiter, names = _header(text[blank:])
    _check(names, limits)
    reader = _reader(plain, delimiter, len(names), blank)
    cells = {name: f"c{index}" for index, name in enumerate(names)}
    row = "hash(" + ", ".join(cells.values()) + ")"
    sample = _sample(text[blank:], delimiter, names)
    return Table(reader, cells, row, sample, lines=True, end_marked=plain.quoted, delimiter=delimiter)


def _head_text(plain: Plain) -> str:
    raw = head(plain.path, HEAD_BYTES)
    if len(raw) == HEAD_BYTES:
        raw = raw[: raw.rfind(b"\n") + 1]
        if not raw:
            raise RefusedError("bad_header", f"the first line is longer than {HEAD_BYTES} bytes")
    return raw.decode(errors="replace")


def _header(text: str) -> tuple[str, list[str]]:
    found: list[tuple[str, list[str]]] = []
    for delimiter in DELIMITERS:
        try:
            found.append((delimiter, next(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))))
        except (csv.Error, StopIteration):
            continue
    if not found:
        raise RefusedError("bad_header", "the first line is not a row of column names: its quotes do not close")
    delimiter, names = max(found, key=lambda candidate: len(candidate[1]))
    return delimiter, [name.strip() for name in names]


def _check(names: list[str], limits: ReadLimits) -> None:
    if len(names) > limits.columns:
        raise RefusedError("bad_header", f"the file has {len(names)} columns, at most {limits.columns} are read")
    repeated = [name for name, times in Counter(name.casefold() for name in names).items() if times > 1]
    if repeated:
        listed = ", ".join(repr(name[:40]) for name in repeated[:5])
        raise RefusedError(
            "bad_header",
            f"column names must differ, these are repeated: {listed}; rename all but one of each, or leave them out",
        )
    if all(name == "" or name[:1] in "0123456789+-" for name in names):
        raise RefusedError("bad_header", "the first line holds values; put a line of column names before it")


def _reader(plain: Plain, delimiter: str, columns: int, blank: int) -> str:
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(columns))
    options = [
        f"columns = {{{types}}}",
        "auto_detect = false",
        "header = true",
        f"skip = {blank}",
        f"delim = {literal(delimiter)}",
        "quote = '\"'",
        "escape = '\"'",
        "new_line = '\\n'",
        "store_rejects = true",
        f"max_line_size = {LINE_BYTES}",
        # A line break inside quotes can be told from the end of a row only by reading from the start.
        f"parallel = {'false' if plain.quoted else 'true'}",
    ]
    return f"read_csv({literal(str(plain.path))}, {', '.join(options)})"


def _sample(text: str, delimiter: str, names: list[str]) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            rows.append(dict(zip(names, row, strict=False)))
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # The engine says which rows are at fault.
    # A short file's mark of its end is no row of it.
    return [row for row in rows[1:] if list(row.values()) != [END_MARK]]
