"""Text made uniform before it is parsed, so that what the parser reads does not depend on how it is asked."""

import codecs
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import RefusedError
from .options import ReadLimits

CHUNK = 1024 * 1024
LINE_FEED = 10
UTF8_BOM = b"\xef\xbb\xbf"

END_MARK = "end-of-file"
"""Last line of settled CSV with quotes. A quote that never closes swallows it, which the parser would not tell."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Uniform text: UTF-8 without mark, line feeds alone, the last line of JSON ended too.

    quoted: it is CSV with quotes, and ends with END_MARK.
    """

    path: Path
    quoted: bool
    replaced: bool


@dataclass(slots=True)
class _Seen:
    """What a pass over the bytes has found."""

    lines: int = 0
    marked: bool = False
    quote: bool = False
    carriage: bool = False
    ended: bool = True
    invalid: bool = False


def settle(path: Path, target: Path, limits: ReadLimits, *, is_csv: bool) -> Settled:
    """Return the text as it is where it is uniform, else rewritten to `target`.

    Bytes that are no UTF-8 are replaced, so that they spoil only the cells they are in. Raises RefusedError:
    `unsupported_file` for NUL bytes, `too_many_rows`.
    """
    seen = _look(path)
    if seen.lines > limits.rows + 1:
        detail = f"the file has {seen.lines} lines, at most {limits.rows} rows are read; send it in parts"
        raise RefusedError("too_many_rows", detail)
    quoted = is_csv and seen.quote
    if not (seen.marked or seen.carriage or seen.invalid or quoted):
        if seen.ended or is_csv:
            return Settled(path, quoted=False, replaced=False)
        # DuckDB 2.0 with threads gives a last line of JSON that is not ended before all others.
        shutil.copyfile(path, target)
        with target.open("ab") as file:
            file.write(b"\n")
        return Settled(target, quoted=False, replaced=False)
    _rewrite(path, target, end_mark=quoted)
    return Settled(target, quoted, seen.invalid)


def _look(path: Path) -> _Seen:
    seen = _Seen()
    decoder = codecs.getincrementaldecoder("utf-8")()
    ascii_so_far = True
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            if b"\0" in piece:
                raise RefusedError("unsupported_file", "the file holds NUL bytes; send text in UTF-8")
            seen.quote = seen.quote or b'"' in piece
            seen.ended = piece.endswith(b"\n")
            seen.carriage = seen.carriage or b"\r" in piece
            seen.lines += int(np.count_nonzero(np.frombuffer(piece, dtype=np.uint8) == LINE_FEED))
            ascii_so_far = ascii_so_far and piece.isascii()
            if not (ascii_so_far or seen.invalid):
                seen.invalid = not _decodes(decoder, piece)
        seen.invalid = seen.invalid or not _decodes(decoder, b"", final=True)
        file.seek(0)
        seen.marked = file.read(len(UTF8_BOM)) == UTF8_BOM
    return seen


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        decoder.reset()
        return False
    return True


def _rewrite(path: Path, target: Path, *, end_mark: bool) -> None:
    with (
        path.open(encoding="utf-8-sig", errors="replace", newline=None) as text,
        target.open("w", encoding="utf-8", newline="") as uniform,
    ):
        last = "\n"
        while piece := text.read(CHUNK):
            uniform.write(piece)
            last = piece
        if not last.endswith("\n"):
            uniform.write("\n")
        if end_mark:
            uniform.write(f"{END_MARK}\n")
