"""Columns of integers as compressed chunks, exact, and back. A chunk is decoded by itself.

A chunk is a zstd frame of: the number of rows (uint32), then for each column its base (int64) and width (uint8),
then the columns one after the other. The first column, the sorted times, holds differences between neighbours and
its base is the first time; the others hold differences to their base, the chunk's smallest value. Differences
are unsigned little-endian integers of `width` bytes.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import zstandard

from service.workflow.traffic import Int64s

ROWS = 262_144
"""Rows of a full chunk."""

_HEAD = struct.Struct("<I")
_COLUMN = struct.Struct("<qB")
_WIDTHS = (1, 2, 4, 8)
_LEVEL = 1


def encode(columns: Sequence[Int64s]) -> Iterator[tuple[int, bytes]]:
    """Yield (rows, chunk) over columns of one length, the first of them never falling."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    for first in range(0, len(columns[0]), ROWS):
        part = [column[first : first + ROWS] for column in columns]
        yield len(part[0]), compressor.compress(_pack(part))


def decode(chunks: Iterable[bytes], columns: int, rows: int) -> list[Int64s]:
    """Return `columns` columns of `rows` rows. Raises ValueError where the chunks do not hold them."""
    found = [np.empty(rows, dtype=np.int64) for _ in range(columns)]
    decompressor = zstandard.ZstdDecompressor()
    at = 0
    largest = _HEAD.size + columns * (_COLUMN.size + 8 * ROWS)
    for chunk in chunks:
        at += _unpack(decompressor.decompress(chunk, max_output_size=largest), [column[at:] for column in found])
    if at != rows:
        raise ValueError(f"chunks hold {at} rows, not {rows}")
    return found


def _pack(columns: list[Int64s]) -> bytes:
    heads, bodies = [_HEAD.pack(len(columns[0]))], []
    for place, column in enumerate(columns):
        base = int(column[0]) if place == 0 else int(column.min())
        apart = np.diff(column, prepend=column[:1]) if place == 0 else column - base
        width = next(width for width in _WIDTHS if int(apart.max()) < 1 << 8 * width)
        heads.append(_COLUMN.pack(base, width))
        bodies.append(apart.astype(f"<u{width}").tobytes())
    return b"".join(heads + bodies)


def _unpack(data: bytes, targets: list[Int64s]) -> int:
    (rows,) = _HEAD.unpack_from(data)
    at = _HEAD.size + len(targets) * _COLUMN.size
    for place, target in enumerate(targets):
        base, width = _COLUMN.unpack_from(data, _HEAD.size + place * _COLUMN.size)
        apart = np.frombuffer(data, dtype=f"<u{width}", count=rows, offset=at).astype(np.int64)
        at += rows * width
        target[:rows] = (np.cumsum(apart) if place == 0 else apart) + base
    return int(rows)
