"""Stored traffic read back: the Parquet file of its columns beside the packed chunks of before: sizes, processor."""

import resource
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import zstandard

from bench._scenarios import week_log
from service.traffic_histories.reading.columns_file import Facts, columns_of, facts_of
from service.traffic_histories.reading.stored_columns import ROWS, encode
from service.traffic_histories.reading.stored_history import history_of
from service.workflow.traffic import Int64s, TrafficHistory

SIZES = (1_000, 60_000, 5_000_000)
RUNS = 7


@dataclass(frozen=True, slots=True)
class _Form:
    """A stored form: its chunks, and the seconds that making them took."""

    chunks: list[bytes]
    seconds: float

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))


def main() -> None:
    """Print the figures, the two forms in turns."""
    for rows in SIZES:
        history = week_log(rows)
        forms = {"packed": _made(_packed, history), "parquet": _made(_file, history)}
        facts = facts_of(history)
        read = _in_turns({name: partial(history_of, facts, form.chunks) for name, form in forms.items()})
        proven = _in_turns({name: partial(_digest, facts, form.chunks) for name, form in forms.items()})
        print(f"  {rows:,} requests: {'size':>20} {'made':>10} {'read':>10} {'read, and its digest taken':>28}")
        for name, form in forms.items():
            told = f"{form.size / rows:.2f} bytes a row"
            print(f"    {name:12} {told:>26} {_ms(form.seconds)} {_ms(read[name])} {_ms(proven[name]):>28}")
        ratios = [taken["parquet"] / taken["packed"] for taken in (read, proven)]
        print(f"    parquet ÷ packed: read {ratios[0]:.2f}, with its digest {ratios[1]:.2f}")
    print(f"  peak memory of all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:7.1f} ms"


def _digest(facts: Facts, chunks: list[bytes]) -> str:
    return history_of(facts, chunks).digest


def _made(make: Callable[[TrafficHistory], Iterable[bytes]], history: TrafficHistory) -> _Form:
    begun = time.process_time()
    chunks = list(make(history))
    return _Form(chunks, time.process_time() - begun)


def _in_turns(arms: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of processor of each, taking turns: what else the machine does falls on each alike."""
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(RUNS):
        for name, run in arms.items():
            begun = time.process_time()
            run()
            seconds[name].append(time.process_time() - begun)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _file(history: TrafficHistory) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return [chunk for _, chunk in encode(columns_of(history), Path(folder))]


def _packed(history: TrafficHistory) -> Iterator[bytes]:
    """Yield the columns as they were stored before (see reading.packed_chunks)."""
    columns = list(columns_of(history).values())
    for first in range(0, len(columns[0]), ROWS):
        yield zstandard.ZstdCompressor(level=1).compress(_chunk([column[first : first + ROWS] for column in columns]))


def _chunk(columns: list[Int64s]) -> bytes:
    heads, bodies = [struct.pack("<I", len(columns[0]))], []
    for place, column in enumerate(columns):
        base = int(column[0]) if place == 0 else int(column.min())
        apart = np.diff(column, prepend=column[:1]) if place == 0 else column - base
        width = next(width for width in (1, 2, 4, 8) if int(apart.max()) < 1 << 8 * width)
        heads.append(struct.pack("<qB", base, width))
        bodies.append(apart.astype(f"<u{width}").tobytes())
    return b"".join(heads + bodies)
