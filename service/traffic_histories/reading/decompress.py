"""From what was sent to one plain file: formats told by their first bytes, bombs stopped while they unpack."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

import zstandard

from .errors import RefusedError
from .normalize_text import UTF8_BOM, settle
from .options import ReadLimits

Format = Literal["csv", "json", "parquet"]

CHUNK = 1024 * 1024
WINDOW = 128 * CHUNK
LAYERS = 2

END_MARK = b"\0end of file\0"
"""What the frame of our own behind a zstd file holds."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"

FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "archive", "a zip archive or a spreadsheet; send the file inside it, spreadsheets saved as CSV"),
    (b"PK\x05\x06", "archive", "an empty zip archive"),
    (b"BZh", "compression", "compressed with bzip2; send it plain, gzip or zstd"),
    (b"\xfd7zXZ", "compression", "compressed with xz; send it plain, gzip or zstd"),
    (b"7z\xbc\xaf", "archive", "a 7z archive; send the file inside it"),
    (b"ARROW1", "arrow", "an Arrow IPC or Feather file; send Parquet or CSV"),
    (b"FEA1", "arrow", "a Feather file; send Parquet or CSV"),
    (b"\xff\xff\xff\xff", "arrow", "an Arrow IPC stream; send Parquet or CSV"),
    (b"\x80\x02", "pickle", "a Python pickle, which is never read; send Parquet or CSV"),
    (b"\x80\x03", "pickle", "a Python pickle, which is never read; send Parquet or CSV"),
    (b"\x80\x04", "pickle", "a Python pickle, which is never read; send Parquet or CSV"),
    (b"\x80\x05", "pickle", "a Python pickle, which is never read; send Parquet or CSV"),
    (b"\xff\xfe", "encoding", "UTF-16 or UTF-32 text; save it as UTF-8"),
    (b"\xfe\xff", "encoding", "UTF-16 text; save it as UTF-8"),
    (b"SQLite format 3", "database", "an SQLite database; export the table as CSV"),
    (b"%PDF", "document", "a PDF; export the table as CSV"),
    (b"<", "markup", "HTML or XML; export the table as CSV"),
)
"""First bytes of what is not read, a word for it, and the mend."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain file.

    size: as unpacked. quoted: whether it is CSV with a double quote in it. replaced: whether bytes that were no UTF-8
    were replaced in it.
    """

    path: Path
    format: Format
    compression: tuple[str, ...]
    size: int
    quoted: bool = False
    replaced: bool = False


def unpack(path: Path, workdir: Path, encodings: tuple[str, ...], limits: ReadLimits) -> Plain:
    """Undo transfer codings and compression, refuse what is no table, settle newlines to line feeds.

    Raises RefusedError: `empty_file`, `unsupported_file`, `bad_compression`, `too_large_unpacked`.
    """
    compression: list[str] = []
    for encoding in encodings:
        path = _inflate(path, workdir / f"layer{len(compression)}", encoding, limits)
        compression.append(encoding)
    while (layer := _compression(path)) is not None:
        if len(compression) >= LAYERS:
            raise RefusedError("bad_compression", f"the file is compressed more than {LAYERS} times")
        path = _inflate(path, workdir / f"layer{len(compression)}", layer, limits)
        compression.append(layer)
    form = _format(path, limits)
    if form == "parquet":
        return Plain(path, form, tuple(compression), path.stat().st_size)
    text = settle(path, workdir / "text", limits, is_csv=form == "csv")
    return Plain(text.path, form, tuple(compression), path.stat().st_size, text.quoted, text.replaced)


def head(path: Path, size: int = 64 * 1024) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def _compression(path: Path) -> str | None:
    start = head(path, 4)
    if start.startswith(GZIP):
        return "gzip"
    # 0x184D2A50..5F open a skippable frame, which may come before the first real one.
    skippable = len(start) == 4 and start[1:] == b"\x2a\x4d\x18" and 0x50 <= start[0] <= 0x5F
    return "zstd" if start == ZSTD or skippable else None


def _inflate(path: Path, target: Path, encoding: str, limits: ReadLimits) -> Path:
    allowed = min(limits.unpacked_bytes, max(limits.ratio_free_bytes, limits.ratio * path.stat().st_size))
    written = 0
    with path.open("rb") as packed, target.open("wb") as plain:
        for piece in _pieces(packed, encoding):
            written += len(piece)
            if written > allowed:
                raise RefusedError(
                    "too_large_unpacked",
                    f"the file unpacks to more than {allowed} bytes (at most {limits.unpacked_bytes}, and at most "
                    f"{limits.ratio} times its compressed size); send it in parts",
                )
            plain.write(piece)
    return target


def _pieces(packed: BinaryIO, encoding: str) -> Iterator[bytes]:
    try:
        yield from _gzip_pieces(packed) if encoding == "gzip" else _zstd_pieces(packed)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise RefusedError(
            "bad_compression",
            f"the {encoding} data is damaged or cut short ({error}): pack the file again and send all of it",
        ) from error


def _gzip_pieces(packed: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=packed) as stream:
        while piece := stream.read(CHUNK):
            yield piece


def _zstd_pieces(packed: BinaryIO) -> Iterator[bytes]:
    """Yield what zstd frames hold. A frame cut short does not show by itself, so one of our own must come out last."""
    end = zstandard.compress(END_MARK)
    source = cast("BinaryIO", _Joined(packed, io.BytesIO(end)))
    stream = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(source, read_across_frames=True)
    held = b""
    while piece := stream.read(CHUNK):
        held += piece
        yield held[: -len(END_MARK)]
        held = held[-len(END_MARK) :]
    if held != END_MARK:
        raise EOFError("the last frame is not whole")


class _Joined(io.RawIOBase):
    """Two files read as one."""

    def __init__(self, *files: BinaryIO) -> None:
        """Read `files` in turn."""
        self._files = list(files)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end of the last file."""
        while self._files:
            if piece := self._files[0].read(size):
                return piece
            self._files.pop(0)
        return b""


def _format(path: Path, limits: ReadLimits) -> Format:
    if path.stat().st_size > limits.unpacked_bytes:
        raise RefusedError("too_large_unpacked", f"the file is larger than {limits.unpacked_bytes} bytes")
    start = head(path)
    if start.startswith(b"PAR1"):
        return "parquet"
    for magic, word, mend in FOREIGN:
        if start.startswith(magic):
            raise RefusedError("unsupported_file", f"this looks like {mend} ({word})")
    if start.startswith(b"PARE"):
        raise RefusedError("unsupported_file", "this is an encrypted Parquet file; send it unencrypted")
    if b"\0" in start:
        mend = "UTF-16 text or a binary file; send CSV, JSON Lines, JSON or Parquet, text in UTF-8"
        raise RefusedError("unsupported_file", f"this looks like {mend} (it holds NUL bytes)")
    text = start.removeprefix(UTF8_BOM).lstrip()
    if not text:
        raise RefusedError(
            "empty_file", "the file is empty: export it again, with its line of column names and its rows"
        )
    return "json" if text[:1] in b"{[" else "csv"
