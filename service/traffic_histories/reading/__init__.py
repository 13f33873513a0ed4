"""Reading traffic files: any format of the field in, exact columns and an exact report out.

The file is parsed in a process of its own, under limits (`child`), by DuckDB without access to anything else
(`engine`). `read_history` is the whole of it for one history, `read_histories` for a file that is split.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.workflow.traffic import TrafficHistory

from .errors import RefusedError
from .options import ReadLimits, ReadOptions
from .process import parse
from .stored_history import history_of

__all__ = ["ReadLimits", "ReadOptions", "ReadResult", "RefusedError", "read_histories", "read_history"]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A history and the report of reading it (see `report.Report`), as JSON-ready data."""

    history: TrafficHistory
    report: dict[str, Any]


def read_history(path: Path, options: ReadOptions | None = None) -> ReadResult:
    """Read a file that holds one history. Raises RefusedError."""
    return next(iter(read_histories(path, options).values()))


def read_histories(path: Path, options: ReadOptions | None = None) -> dict[str | None, ReadResult]:
    """Read a file; return split value → history, the value None where the file is not split. Raises RefusedError."""
    with tempfile.TemporaryDirectory(prefix="crossover-read-") as folder:
        encoded = parse(path, Path(folder), options or ReadOptions())
        return {
            found.key: ReadResult(history_of(found.facts, (blob for _, blob in found.blobs())), encoded.report)
            for found in encoded.histories
        }
