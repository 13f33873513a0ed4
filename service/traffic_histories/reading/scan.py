"""Running the casts: one pass over the file into columns of integers."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from service.workflow.traffic import Int64s

from .casts import CACHE_HIT, FAILED, FILTERED, Casts, casts
from .columns import Columns
from .options import ReadOptions
from .table import Table
from .times import TimeForm

Column = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scan:
    """A file about to be scanned: its table, what its columns mean, how its times are written, how it is split.

    left_out: SQL condition of rows that are not of the chosen traffic. fractional: whether counts of a series are no
    whole numbers.
    """

    connection: duckdb.DuckDBPyConnection
    table: Table
    columns: Columns
    form: TimeForm
    options: ReadOptions
    parts: tuple[str, ...] | None
    left_out: str | None = None
    fractional: bool = False

    @cached_property
    def casts(self) -> Casts:
        """The SQL of the scan."""
        return casts(self.table, self.columns, self.form, self.options, self.parts, self.left_out)

    @property
    def skipped(self) -> tuple[int, ...]:
        """Values of `skip` that leave a row out of the history."""
        failed = () if self.options.include_failed else (FAILED,)
        hits = () if self.options.include_cache_hits else (CACHE_HIT,)
        return (FILTERED, *failed, *hits)


@dataclass
class Frame:
    """The file's rows in its order, as columns of one length.

    values: typed columns by name; what could not be read is 0. missing: by name, which entries could not be read,
    for columns that have such. skip: FAILED, CACHE_HIT or 0 a row. row: hash of the whole row. leap: whether the
    time has a second 60.
    """

    values: dict[str, Column]
    missing: dict[str, Mask]
    skip: Column | None
    row: Column | None
    leap: Mask | None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values["arrival"])

    def kept(self, keep: Mask | Int64s | slice) -> "Frame":
        """Return the rows `keep` selects."""
        return Frame(
            {name: column[keep] for name, column in self.values.items()},
            {name: column[keep] for name, column in self.missing.items()},
            None if self.skip is None else self.skip[keep],
            None if self.row is None else self.row[keep],
            None if self.leap is None else self.leap[keep],
        )


def fetch(scan: Scan) -> Frame:
    """Read the whole file: once where it is spelled in the commonest way throughout, else once more in full."""
    frame = _run(scan, {value.name: value.fast for value in scan.casts.values})
    if _clean(scan, frame) and not scan.fractional:
        return frame
    selected = {value.name: value.full for value in scan.casts.values}
    if scan.form.unit is None:
        selected["leap"] = f"contains({scan.table.cells[scan.columns.names['arrival']]}, ':60')"
    frame = _run(scan, selected)
    return _carried(scan, frame) if scan.fractional else frame


def _carried(scan: Scan, frame: Frame) -> Frame:
    """Return the frame with fractions rounded so that no total drifts: what a row loses, the next ones get."""
    counts = [value for value in scan.casts.values if value.exact is not None]
    listed = ", ".join(f"coalesce({value.exact}, 0) AS {value.name}" for value in counts)
    raw = scan.connection.execute(f"SELECT {listed} FROM {scan.table.relation}").fetchnumpy()
    for value in counts:
        wanted = np.rint(np.cumsum(np.asarray(np.ma.filled(raw[value.name], 0.0)))).astype(np.int64)
        frame.values[value.name] = np.maximum(np.diff(wanted, prepend=0), 0)
    if "cached" in frame.values and "input" in frame.values:
        frame.values["cached"] = np.minimum(frame.values["cached"], frame.values["input"])
    return frame


def _clean(scan: Scan, frame: Frame) -> bool:
    if any(value.required and value.name in frame.missing for value in scan.casts.values):
        return False
    return not len(frame) or all(
        value.bounds is None
        or (value.bounds[0] <= frame.values[value.name].min() and frame.values[value.name].max() <= value.bounds[1])
        for value in scan.casts.values
    )


def _run(scan: Scan, selected: dict[str, str]) -> Frame:
    if scan.casts.skip != "0":
        selected["skip"] = f"CAST({scan.casts.skip} AS TINYINT)"
    if scan.columns.kind == "series":
        selected["row"] = scan.table.row
    listed = ", ".join(f"{sql} AS {name}" for name, sql in selected.items())
    raw = scan.connection.execute(f"SELECT {listed} FROM {scan.table.relation}").fetchnumpy()
    missing = {name: np.asarray(column.mask) for name, column in raw.items() if isinstance(column, np.ma.MaskedArray)}
    values = {name: np.asarray(np.ma.filled(column, 0)) for name, column in raw.items()}
    skip, row, leap = (values.pop(name, None) for name in ("skip", "row", "leap"))
    return Frame(values, missing, skip, row, leap)
