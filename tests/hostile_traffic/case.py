"""One hostile file of the corpus, and how a file of good rows with bad ones among them is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

Content = Callable[[], bytes]


@dataclass(frozen=True)
class Hostile:
    """A file and what must become of it.

    query: what is said about it. code: of the refusal, None where the file is accepted. status: of the answer.
    rows: (read, accepted, rejected, duplicate) of an accepted one. reason: of its rejects. finding: one it must
    have. headers: of the request.
    """

    name: str
    content: Content
    code: str | None = None
    query: str = ""
    status: int = 422
    rows: tuple[int, int, int, int] | None = None
    reason: str | None = None
    finding: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


HEADER = "timestamp,input_tokens,output_tokens"


def csv(*lines: str, header: str = HEADER, newline: str = "\n", end: bool = True) -> Content:
    """Return CSV of a header and lines."""
    content = (newline.join([header, *lines]) + (newline if end else "")).encode()
    return raw(content)


def good(rows: int, first: int = 0) -> list[str]:
    """Return good rows, a second apart."""
    return [f"2026-10-05T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z,{n},1" for n in range(first, first + rows)]


def among(*bad: str, rows: int = 200, header: str = HEADER) -> Content:
    """Return CSV with the bad lines in the middle of `rows` good ones."""
    lines = good(rows)
    return csv(*lines[: rows // 2], *bad, *lines[rows // 2 :], header=header)


def raw(content: bytes) -> Content:
    """Return bytes as they are."""
    return partial(bytes, content)


def one_bad(name: str, line: str, reason: str, rows: int = 200) -> Hostile:
    """Return a file of which one row is rejected, for a reason."""
    return Hostile(name, among(line, rows=rows), rows=(rows + 1, rows, 1, 0), reason=reason)


def refused(name: str, content: Content, code: str, query: str = "") -> Hostile:
    """Return a file that is refused."""
    return Hostile(name, content, code, query)


def taken(name: str, content: Content, rows: int, query: str = "", finding: str | None = None) -> Hostile:
    """Return a file that looks hostile and must be read all the same."""
    return Hostile(name, content, query=query, rows=(rows, rows, 0, 0), finding=finding)


def cells(values: Sequence[tuple[str, str, str]]) -> list[Hostile]:
    """Return files with one bad token count each: (name, cell, reason)."""
    return [one_bad(name, f"2026-10-05T00:00:00Z,{cell},1", reason) for name, cell, reason in values]
