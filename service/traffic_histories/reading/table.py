"""The one shape every format is brought into: a relation of text cells that SQL can cast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .report import ColumnSample

SAMPLE_ROWS = 1000
"""Rows looked at to recognise columns and the form of times."""

MOST_SAMPLED, NAME_CHARACTERS = 200, 200
VALUES_SAMPLED, VALUE_CHARACTERS = 3, 40
"""How many columns are shown to whoever has to name one, and how much of each."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of text.

    relation: SQL to select from, in the file's order. cells: column name → SQL text expression of its cell (NULL
    where there is none). row: SQL expression that differs between rows that differ in any column. sample: the
    first rows as text. broken: SQL condition of rows that are no records, with the reason. more: whether the
    file says that further pages exist. bucketed: whether its rows are parts of buckets, as usage pages are.
    lines: whether records are lines of text. empty_part: SQL condition of rows that stand for a bucket without
    traffic. end_marked: whether the last line is settle.END_MARK. delimiter: between cells, of CSV.
    """

    relation: str
    cells: Mapping[str, str]
    row: str
    sample: Sequence[Mapping[str, str | None]]
    broken: tuple[str, str] | None = None
    more: bool = False
    bucketed: bool = False
    lines: bool = False
    empty_part: str | None = None
    end_marked: bool = False
    delimiter: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the file's order."""
        return tuple(self.cells)

    def samples(self) -> tuple[ColumnSample, ...]:
        """Return the first columns, each with the first values in it: enough to tell which is which."""
        found = []
        for name in self.names[:MOST_SAMPLED]:
            values = dict.fromkeys(text[:VALUE_CHARACTERS] for row in self.sample if (text := row.get(name)))
            found.append(ColumnSample(name[:NAME_CHARACTERS], list(values)[:VALUES_SAMPLED]))
        return tuple(found)
