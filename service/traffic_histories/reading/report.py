"""The reading report: exactly what was accepted, what was not, and why. Stored with the history and shown."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejected row. line: in the unpacked file, from 1 (a Parquet or JSON file: the record's number).

    column: as named in the file, None where the row as a whole is at fault. value: the offending text, cut short.
    """

    line: int | None
    column: str | None
    reason: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column of a file by its name, with the first few different values in it, cut short."""

    name: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class RejectCount:
    """How many rows were rejected for one reason in one column."""

    column: str | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a careful reader of the file would mention, with its number where it has one.

    can_move_the_answer: whether an answer that stands on the file may be another one for it.
    """

    code: str
    detail: str
    count: int | None = None
    can_move_the_answer: bool = False


@dataclass
class RowCounts:
    """Rows of the file: `read` = `accepted` + `rejected` + `duplicate`.

    Of the accepted, `failed` and `cache_hits` were recognised as such, and `filtered` are not of the traffic that was
    chosen; `excluded` of them are left out of the history as told, and `stored` went into it.
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicate: int = 0
    failed: int = 0
    cache_hits: int = 0
    filtered: int = 0
    excluded: int = 0
    stored: int = 0


@dataclass
class Report:
    """What reading a file found.

    columns: field → the file's column it was read from. quantities: field → its sum over the rows that were stored, for
    what is told apart of input and output. first, last: RFC 3339 instants of the history.
    """

    format: str
    compression: list[str] = field(default_factory=list)
    dialect: str | None = None
    kind: str = "log"
    bucket_seconds: int | None = None
    unpacked_bytes: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    quantities: dict[str, int] = field(default_factory=dict)
    time: dict[str, Any] = field(default_factory=dict)
    rows: RowCounts = field(default_factory=RowCounts)
    rejected_by: list[RejectCount] = field(default_factory=list)
    first_rejects: list[Reject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    first: str | None = None
    last: str | None = None

    def find(self, code: str, detail: str, count: int | None = None, *, can_move: bool = False) -> None:
        """Add a finding."""
        self.findings.append(Finding(code, detail, count, can_move))

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        return asdict(self)
