"""From a request's body to encoded histories, before any transaction opens."""

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from flask import request

from service.kit.app_context import runtime
from service.kit.http.problems import BUSY, UNSUPPORTED_MEDIA_TYPE, Problem
from service.kit.http.uploads import Received, receive, receive_part
from service.traffic_histories.problems import problem_of
from service.traffic_histories.reading import ReadOptions, RefusedError
from service.traffic_histories.reading.process import Encoded, parse
from service.traffic_histories.upload_query import reading_options, spoken

MEDIA_TYPES = (
    "text/csv",
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    "application/gzip",
    "application/zstd",
    "application/octet-stream",
)
"""What a body may be said to be. What it is, its first bytes tell."""

CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}

PARSERS = 1
"""Files parsed at once on a machine: each takes every core it can, and memory."""

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was received and read. words: what was said about it."""

    received: Received
    encoded: Encoded
    words: dict[str, Any]

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the body as sent."""
        return self.received.fingerprint

    @property
    def source(self) -> dict[str, Any]:
        """What is kept of what was sent."""
        return {"digest": self.received.digest, "bytes": self.received.size, "words": self.words}


@contextmanager
def uploaded(words: Mapping[str, Any], asked: Sequence[str] = ()) -> Iterator[Upload]:
    """Receive the body of the present request and read it as `words` say; its chunks stay on disk until the end.

    model: of the workload, which chooses among several models in a file.

    Raises Problem: as kit.uploads, 415 for a coding or media type that is not read, 422 for a refused file, 503 where
    too many files wait to be parsed.
    """
    options = reading_options(words, codings(), asked)
    with _read(receive, options, words) as upload:
        yield upload


@contextmanager
def filed(file: IO[bytes], words: Mapping[str, Any], asked: Sequence[str] = ()) -> Iterator[Upload]:
    """Read a file that came in a form; as `uploaded` in everything else."""
    with _read(partial(receive_part, file), reading_options(words, (), asked), words) as upload:
        yield upload


@contextmanager
def fetched(keep: Callable[[Path], Received], words: Mapping[str, Any], asked: Sequence[str] = ()) -> Iterator[Upload]:
    """Read a file that `keep` fetches to a path; as `uploaded` in everything else."""
    with _read(keep, reading_options(words, (), asked), words) as upload:
        yield upload


@contextmanager
def _read(keep: Callable[[Path], Received], options: ReadOptions, words: Mapping[str, Any]) -> Iterator[Upload]:
    """Have a file written to disk by `keep`, and read it."""
    uploads = runtime().uploads
    with uploads.workspace() as folder:
        received = keep(folder / "body")
        try:
            with turn(uploads.folder):
                encoded = parse(received.path, folder, options)
        except RefusedError as error:
            raise problem_of(error) from error
        yield Upload(received, encoded, spoken(words))


def codings() -> tuple[str, ...]:
    """Return the codings of the body in the order they are undone. Raises Problem 415."""
    if request.mimetype.startswith("multipart/"):
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send the file itself as the body, not a form.")
    named = [name.strip().lower() for name in request.headers.get("Content-Encoding", "").split(",")]
    codings = [name for name in named if name not in ("", "identity")]
    if any(name not in CODINGS for name in codings) or len(codings) > 1:
        headers = {"Accept-Encoding": "gzip, zstd"}
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "Content-Encoding may be gzip or zstd, once.", headers=headers)
    return tuple(CODINGS[name] for name in codings)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait for a parser slot, which all server processes on this folder share. Raises Problem 503."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        slots = [stack.enter_context((folder / f"parser-{slot}.lock").open("wb")) for slot in range(PARSERS)]
        while not any(_taken(slot.fileno()) for slot in slots):
            if time.monotonic() > deadline:
                raise Problem(BUSY, "Too many files wait to be read; repeat this one.", headers={"Retry-After": "30"})
            time.sleep(POLL_SECONDS)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
