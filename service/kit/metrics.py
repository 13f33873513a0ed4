"""What is measured while the service runs, for Prometheus.

Several processes share their numbers where `PROMETHEUS_MULTIPROC_DIR` names a folder, which `crossover serve` sees to.
Labels are of small, known sets: an operation's name, a status, a kind of job. No id, key or address is one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.mmap_dict import MmapedDict

REGISTRY = CollectorRegistry()

REQUEST_SECONDS = Histogram(
    "crossover_request_seconds",
    "Time from a request's head to its answer, by operation and status; its count is the number of requests.",
    ("operation", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
UPLOAD_BYTES = Counter("crossover_upload_bytes", "Bytes of uploads received whole.", registry=REGISTRY)
REPEATED_UNITS = Counter(
    "crossover_database_repeated_units", "Units of work run again because they lost a race.", registry=REGISTRY
)
JOBS_ENDED = Counter(
    "crossover_jobs_ended", "Attempts at jobs that ended, by kind and how.", ("kind", "outcome"), registry=REGISTRY
)

_left: set[int] = set()


def absorb(pid: int) -> None:
    """Add what a process that ended has measured to one file of all that ended: theirs would pile up in memory.

    For the process that starts the others. While somebody reads the numbers, it waits for the next that ends.
    """
    _left.add(pid)
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    with suppress(OSError), steady(fcntl.LOCK_EX | fcntl.LOCK_NB):
        for gone in [folder / f"{kind}_{each}.db" for each in _left for kind in ("counter", "histogram")]:
            if gone.exists():
                _add(gone, folder / f"{gone.name.partition('_')[0]}_ended.db")
                gone.unlink()
        _left.clear()


def _add(gone: Path, ended: Path) -> None:
    kept = MmapedDict(str(ended))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(gone)):  # type: ignore[no-untyped-call]
        sum_so_far, _ = kept.read_value(key)  # type: ignore[no-untyped-call]
        kept.write_value(key, sum_so_far + value, 0.0)  # type: ignore[no-untyped-call]
    kept.close()  # type: ignore[no-untyped-call]


@contextmanager
def steady(how: int = fcntl.LOCK_SH) -> Iterator[None]:
    """Keep the numbers of processes in their files meanwhile: a sum that falls would look like a server's start.

    how: of `fcntl.flock`. Raises BlockingIOError where it must not wait and others hold it.
    """
    lock = os.open(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)
