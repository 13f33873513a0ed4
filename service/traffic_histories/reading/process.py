"""Starting the parser process and taking its result. Whatever happens in there, here it is a refusal or an answer."""

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import service
from service.kit import storage

from .columns_file import COLUMNS, ERRORS, REQUEST, RESULT, Facts
from .errors import RefusedError
from .options import ReadLimits, ReadOptions
from .report import ColumnSample, Reject

ROOT = Path(service.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class EncodedHistory:
    """A history as chunks in a file of the work folder.

    key: the value it was split by. chunks: (rows, offset, length) of each.
    """

    key: str | None
    facts: Facts
    path: Path
    chunks: tuple[tuple[int, int, int], ...]

    def blobs(self) -> Iterator[tuple[int, bytes]]:
        """Yield (rows, chunk) one at a time."""
        with self.path.open("rb") as file:
            for rows, offset, length in self.chunks:
                file.seek(offset)
                yield rows, file.read(length)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the parser made of a file: histories, and the report as JSON-ready data."""

    histories: tuple[EncodedHistory, ...]
    report: dict[str, Any]


def parse(path: Path, folder: Path, options: ReadOptions) -> Encoded:
    """Read `path` in a process of its own, working in the empty `folder`.

    Raises RefusedError: as the reader does, and `parser_timeout`, `parser_memory`, `parser_died`.
    """
    (folder / REQUEST).write_text(json.dumps({"path": str(path.absolute()), "options": asdict(options)}))
    died = run("service.traffic_histories.reading.parser", folder, options.limits)
    result = folder / RESULT
    if died is not None or not result.exists():
        raise died or RefusedError("parser_died", "the file stopped the parser; check that it is what it claims to be")
    data = json.loads(result.read_text())
    if refused := data.get("refused"):
        rejects = [Reject(**reject) for reject in refused.pop("rejects")]
        columns = [ColumnSample(**column) for column in refused.pop("columns")]
        error = RefusedError(**refused, rejects=rejects)
        error.columns = tuple(columns)
        raise error
    return Encoded(tuple(_histories(data["histories"], folder / COLUMNS)), data["report"])


def _histories(listed: list[dict[str, Any]], path: Path) -> Iterator[EncodedHistory]:
    offset = 0
    for item in listed:
        chunks = []
        for rows, length in item["chunks"]:
            chunks.append((rows, offset, length))
            offset += length
        facts = Facts(**item["facts"] | {"columns": tuple(item["facts"]["columns"])})
        yield EncodedHistory(item["key"], facts, path, tuple(chunks))


FORK_SERVER = "service.traffic_histories.reading.fork_server"

END_SECONDS = 10.0
"""How long a process that was killed is waited for."""


class ForkServer:
    """The process that forks parsers, one for each process of the service that reads files."""

    def __init__(self) -> None:
        """Start nothing yet: the first file does."""
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def ask(self, module: str, folder: Path, answer: socket.socket) -> None:
        """Have a module run on a folder in a process of its own; the socket tells its end, or has it killed."""
        with self._lock:
            if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
                self._start()
            try:
                self._send(module, folder, answer)
            except ConnectionError:  # it died since it was looked for
                self._start()
                self._send(module, folder, answer)

    def end(self) -> None:
        """Ask no more, which ends the process, and wait for it, if this one started it."""
        if self._requests is not None:
            self._requests.close()
        if self._process is not None and self._owner == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)

    def _send(self, module: str, folder: Path, answer: socket.socket) -> None:
        assert self._requests is not None
        socket.send_fds(self._requests, [f"{module} {folder.absolute()}".encode()], [answer.fileno()])

    def _start(self) -> None:
        self.end()
        # Only what Python needs to find the code: no secret of the service is in reach of what a file may do.
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - a module of our own
                [sys.executable, "-m", FORK_SERVER],
                cwd="/",
                env=environment,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._owner = os.getpid()


_fork_server = ForkServer()
atexit.register(_fork_server.end)


def run(module: str, folder: Path, limits: ReadLimits) -> RefusedError | None:
    """Run a module that reads a file in a process of its own, on a folder; return what it died of, if it did."""
    (folder / ERRORS).touch()
    waiting, answer = socket.socketpair()
    with waiting:
        with answer:
            _fork_server.ask(module, folder, answer)
        waiting.settimeout(limits.seconds)
        try:
            said = waiting.recv(16)
        except TimeoutError:
            _end(waiting)
            return RefusedError("parser_timeout", f"reading the file takes longer than {limits.seconds} s")
        except BaseException:
            _end(waiting)
            raise
    return _death(int(said or -signal.SIGKILL), folder)


def _end(waiting: socket.socket) -> None:
    """Have a process killed and wait for its end: what it wrote is about to be removed."""
    waiting.shutdown(socket.SHUT_WR)
    waiting.settimeout(END_SECONDS)
    with suppress(TimeoutError):
        waiting.recv(16)


NO_MEMORY = (
    b"MemoryError", b"bad_alloc", b"annot allocate memory", b"OutOfMemory", b"failed to map segment",
    b"can't start new thread", b"Resource temporarily unavailable",
)  # fmt: skip
"""What a process says that finds no memory: for values, for code, for the stack of a thread."""


def _death(code: int, folder: Path) -> RefusedError | None:
    if code == 0:
        return None
    if code == -signal.SIGXCPU:
        return RefusedError("parser_timeout", "reading the file takes more processor time than it may have")
    said = (folder / ERRORS).read_bytes()[-4000:]
    for number in map(int, re.findall(rb"OSError: \[Errno (\d+)\]", said)):
        if number in storage.FULL | storage.FAILING:
            raise OSError(number, os.strerror(number))  # the disk's fault, not the file's
    # Libraries that find no memory end the process in their own ways, but say so.
    if any(word in said for word in NO_MEMORY):
        return RefusedError("parser_memory", "reading the file needs more memory than it may have; send it in parts")
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    # Some write to memory that they did not get, or give up, and die without a word or with one of their own.
    cause = "it needs more memory than it may have, or is not what it claims to be; send it in parts"
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        cause = "send it again; check that it is what it claims to be"
    return RefusedError("parser_died", f"the file stopped the parser ({name}): {cause}")
