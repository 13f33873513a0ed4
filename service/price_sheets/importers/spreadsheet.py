"""The open CSV template: a price sheet as a table of one offer a row, to be filled in a spreadsheet and read back.

A column is the path of a field (`limits.requests_per_minute`); lists that have a natural key use it in the path
(`prices.output_tokens.amount`, `rates.12.hourly`, `capacity.axes.1.per_minute`); other lists share a cell (`eu; us`,
`1: 90; 16: 70`). The sheet's own fields stand in every row. A text cell that a spreadsheet could take for a formula
is written with an apostrophe before it (OWASP, "CSV Injection") and read without it.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from service.price_sheets.importers.base import Imported, SourceError
from service.price_sheets.importers.csv_cells import flatten, read_cell, unflatten, write_cell
from service.price_sheets.offer_values import Json
from service.price_sheets.sheet_schema import MAX_OFFERS
from service.workflow.metered_prices import METERS

SHEET_COLUMNS = (
    "provider",
    "name",
    "currency",
    "effective_from",
    "source.as_of",
    "source.url",
    "source.name",
    "source.version",
)
FIRST = ("sku", "mode", "model", "region", "gpu", "quantization", "prices", "unit", "rates", "units", "capacity")
"""What a reader looks for first; other columns follow by name."""

DELIMITERS = ",;\t"
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def write(document: Json) -> str:
    """Return a document as CSV (RFC 4180, CRLF), one offer a row; what names and prices an offer comes first."""
    sheet = flatten({name: value for name, value in document.items() if name != "offers"})
    rows = [sheet | flatten(offer) for offer in document["offers"]]
    appearing = dict.fromkeys(column for row in rows for column in row)
    columns = [*SHEET_COLUMNS, *sorted(appearing.keys() - {*SHEET_COLUMNS}, key=_rank)]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([write_cell(row.get(column, "")) for column in columns] for row in rows)
    return file.getvalue()


def read(content: bytes) -> Imported:
    """Return the one sheet of a CSV file in UTF-8, delimited by comma, semicolon or tab.

    Raises SourceError for what is no such table; what its cells say is checked like any uploaded sheet.
    """
    try:
        text = content.decode().removeprefix(BOM)
    except UnicodeDecodeError as error:
        raise SourceError(f"The file is not UTF-8 (byte {error.start}); save it as CSV UTF-8.") from error
    try:
        # The header, the offers, and one row more to tell that there are too many.
        table = list(islice(_table(text), MAX_OFFERS + 2))
    except csv.Error as error:
        raise SourceError(f"The file is not CSV: {error}.") from error
    if len(table) < 2:
        raise SourceError("The file has no row below its header.")
    if len(table) > MAX_OFFERS + 1:
        raise SourceError(f"The file has more than {MAX_OFFERS} offers.")
    sheet: dict[str, str] = {}
    for line, row in table[1:]:
        _agree(sheet, {column: cell for column, cell in row.items() if column in SHEET_COLUMNS}, line)
    offers = [unflatten({c: cell for c, cell in row.items() if c not in SHEET_COLUMNS}) for _, row in table[1:]]
    return Imported(({**unflatten(sheet), "offers": offers},), lines=tuple(line for line, _ in table[1:]))


def _rank(column: str) -> tuple[int, list[tuple[float, str]]]:
    """Sort columns as in `FIRST`, then by name; meters in the order they are billed, terms and axes by number."""
    first = column.partition(".")[0]
    return FIRST.index(first) if first in FIRST else len(FIRST), [_step(part) for part in column.split(".")]


def _step(part: str) -> tuple[float, str]:
    if part in METERS:
        return METERS.index(part), part
    number, _, again = part.partition("#")
    return float(f"{number}.{again:0>3}") if number.isdecimal() else 0, part


def _table(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, filled cells by column) of the header and of every row that is not blank."""
    header_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=header_line.count), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if len(header) > MAX_COLUMNS:
        raise SourceError(f"The file has more than {MAX_COLUMNS} columns.")
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise SourceError(f"The column {twice!r} is there twice.")
    yield 1, {name: name for name in header}
    for row in reader:
        cells = [read_cell(cell) for cell in row]
        if any(cells[len(header) :]) or any(cell and not name for name, cell in zip(header, cells, strict=False)):
            raise SourceError(f"Line {reader.line_num} has a cell without a column name.")
        if reader.line_num > MAX_ROWS:
            raise SourceError(f"The file is longer than {MAX_ROWS} lines.")
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        if filled:
            yield reader.line_num, filled


def _agree(sheet: dict[str, str], row: dict[str, str], line: int) -> None:
    for column, cell in row.items():
        if sheet.setdefault(column, cell) != cell:
            raise SourceError(
                f"Line {line} says {column} is {cell!r}, an earlier line {sheet[column]!r}: one file is one sheet."
            )
