"""Large bodies: streamed to disk while they are hashed, in a folder of their own that never outlives the request.

A folder's name holds the id of its process: what a process that has ended left behind is swept, when a server starts
and before the next upload.
"""

import base64
import errno
import hashlib
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import request

from service.kit import metrics
from service.kit.http import json_body
from service.kit.http.problems import BUSY, FULL, FieldError, Problem, invalid
from service.kit.presence import Presence

FLOOR = 256 * 1024 * 1024
"""Bytes that must stay free on the disk; a database on a full one can not even delete."""

ROOM = 4
"""An upload may need this many times its size while it is read: unpacked, rewritten and encoded beside itself."""

DIGESTS = ("sha-256", "sha-512")


@dataclass(frozen=True, slots=True)
class Received:
    """A body on disk. fingerprint: its SHA-256."""

    path: Path
    size: int
    fingerprint: bytes

    @property
    def digest(self) -> str:
        """The fingerprint as `sha256:<hex>`."""
        return f"sha256:{self.fingerprint.hex()}"


class Uploads:
    """Where a process receives large bodies, how large they may be, and how many it receives at once."""

    def __init__(self, folder: Path, max_bytes: int, at_once: int, presence: Presence) -> None:
        """Remember the folder; it is made on first use."""
        self.folder = folder
        self.max_bytes = max_bytes
        self._presence = presence
        self._slots = threading.BoundedSemaphore(at_once)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give a folder for one upload. Raises Problem 503 while all slots are taken, 507 below the free-space floor.

        Slots are fewer than the threads that serve requests, so that uploads never hold up everything else.
        """
        if not self._slots.acquire(blocking=False):
            raise Problem(BUSY, "Too many uploads at once; repeat this one.", headers={"Retry-After": "2"})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.sweep()
            self._require_room(request.content_length or 0)
            prefix = f"upload-{self._presence.id}-"
            with tempfile.TemporaryDirectory(prefix=prefix, dir=self.folder, ignore_cleanup_errors=True) as name:
                yield Path(name)
        finally:
            self._slots.release()

    def _require_room(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < FLOOR + ROOM * size:
            raise full()

    def sweep(self) -> None:
        """Delete what processes that have ended left behind."""
        for left in self.folder.glob("upload-*"):
            if self._presence.is_gone(left.name.split("-")[1]):
                shutil.rmtree(left, ignore_errors=True)
        self._presence.sweep()


def full() -> Problem:
    """Return the 507 for a disk without room."""
    return Problem(FULL, "There is not enough free space to take this upload.", headers={"Retry-After": "300"})


def receive(path: Path) -> Received:
    """Write the body of the present request to `path`.

    Raises Problem: 413 past the limit, 400 where it ends early, 422 where it is not what `Content-Digest` says, 507
    without space.
    """
    promised = _promised(request.headers.get("Content-Digest"))
    hashes = {name: hashlib.new(name.replace("-", "")) for name in {"sha-256", *promised}}
    size = 0
    try:
        with path.open("wb") as file:
            for piece in json_body.chunks():
                for found in hashes.values():
                    found.update(piece)
                size += file.write(piece)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full() from error
        raise  # a disk that fails is told from one that is full
    for name, digest in promised.items():
        if hashes[name].digest() != digest:
            raise _digest_fault("digest_mismatch", f"The body is not what {name} says; send it again.")
    metrics.UPLOAD_BYTES.inc(size)
    return Received(path, size, hashes["sha-256"].digest())


def receive_part(file: IO[bytes], path: Path) -> Received:
    """Write a file that came in a form to `path`. Raises Problem 507 without space."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("wb") as kept:
            while piece := file.read(json_body.CHUNK):
                digest.update(piece)
                size += kept.write(piece)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full() from error
        raise
    metrics.UPLOAD_BYTES.inc(size)
    return Received(path, size, digest.digest())


def _promised(header: str | None) -> dict[str, bytes]:
    """Return what `Content-Digest` (RFC 9530) promises, of the algorithms that are checked here."""
    promised = {}
    for member in (header or "").split(","):
        match = re.fullmatch(r"\s*([a-z0-9*_.-]+)=:([A-Za-z0-9+/]*={0,2}):\s*", member)
        if header and match is None:
            raise _digest_fault("invalid", "Write it as sha-256=:<base64>:, see RFC 9530.")
        if match is not None and match[1] in DIGESTS:
            promised[match[1]] = _decoded(match[2])
    return promised


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise _digest_fault("invalid", "The digest is not base64, see RFC 9530.") from error


def _digest_fault(code: str, detail: str) -> Problem:
    return invalid(FieldError("/Content-Digest", code, detail, "header"))
