"""Columns as they were stored before Parquet: packed chunks, still read because evaluations stand on them.

A chunk is a zstd frame of: the number of rows (uint32), then for each column its base (int64) and width (uint8),
then the columns one after the other. The first column, the sorted times, holds differences between neighbours and
its base is the first time; the others hold differences to their base, the chunk's smallest value. Differences
are unsigned little-endian integers of `width` bytes.
"""

import struct
from collections.abc import Iterable

import numpy as np
import zstandard

from service.workflow.traffic import Int64s

ROWS = 262_144
"""Rows of a full chunk."""

_HEAD = struct.Struct("<I")
_COLUMN = struct.Struct("<qB")


def unpack(chunks: Iterable[bytes], columns: int, rows: int) -> list[Int64s]:
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


def _unpack(data: bytes, targets: list[Int64s]) -> int:
    (rows,) = _HEAD.unpack_from(data)
    at = _HEAD.size + len(targets) * _COLUMN.size
    for place, target in enumerate(targets):
        base, width = _COLUMN.unpack_from(data, _HEAD.size + place * _COLUMN.size)
        apart = np.frombuffer(data, dtype=f"<u{width}", count=rows, offset=at).astype(np.int64)
        at += rows * width
        target[:rows] = (np.cumsum(apart) if place == 0 else apart) + base
    return int(rows)
