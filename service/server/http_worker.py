"""gunicorn's threaded worker, made so that whoever takes their time keeps no thread from anybody else.

gthread reads the head of a request on a thread, waits there for a body that nobody reads, and says goodbye in the loop
that accepts connections: a few dozen clients who send a byte a second, or do not hang up, stop a server. Here that loop
reads heads and says goodbye beside everything else, without waiting, and a thread is taken once a head is whole.

Calls that may take long, uploads and computations, have threads of their own, shared fairly among keys: however many
of them wait, health checks and reading calls are served beside them.
"""

import io
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from service.kit.http import problems, strict_json
from service.kit.http.problems import Problem
from service.kit.http.unit_of_work import Call
from service.server.fair_pool import FairPool

HEAD_BYTES = 65_536
"""Most bytes of a head."""

DRAIN_SECONDS = 0.1
"""How long a thread waits for what is left of a body that was refused; a connection with more to come is ended."""

QUEUED_SECONDS = 20.0
"""How long a request waits for a thread: after that its client is told to come again, which costs next to nothing."""

_KEY = re.compile(rb"\r\nauthorization:[ \t]*bearer[ \t]+([^\r\n]{1,512})", re.IGNORECASE)

_KINDS = {
    errors.LimitRequestLine: problems.ADDRESS_TOO_LONG,
    errors.LimitRequestHeaders: problems.HEADERS_TOO_LARGE,
}
"""Kinds of what gunicorn's parser refuses; everything else is malformed."""


class HttpWorker(ThreadWorker):  # type: ignore[misc]
    """Hands requests to threads when their heads are whole; answers what is no request with a problem document."""

    patience: float = 30.0
    """Seconds in which a head must have come and an answer must have been taken; set by gunicorn_conf.py."""

    slow: re.Pattern[bytes] | None = None
    """Beginnings of requests that may take long; set by gunicorn_conf.py."""

    slow_pool: FairPool
    """Threads for those; set by gunicorn_conf.py with `slow`."""

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn's connection
        """Serve the next request of a connection on a thread, or wait for the rest of its head. Runs in the loop."""
        conn.init()
        conn.sock.setblocking(False)
        buffer: io.BytesIO = conn.parser.unreader.buf
        ended = _receive(conn.sock, buffer)
        head = buffer.getvalue()
        if ended or _can_be_read(head):
            conn.due = None
            self._queue(conn, head)
        elif len(head) > HEAD_BYTES:
            self.handle_error(None, conn.sock, conn.client, errors.LimitRequestHeaders("the head does not end"))
            self._hang_up(conn)
        else:
            self._wait(conn, self.on_pending_socket_readable)

    def handle_request(self, req: Any, conn: Any) -> Any:  # noqa: ANN401
        """Serve a request whose head is whole."""
        conn.sock.settimeout(self.patience)
        waited, conn.queued_at = time.monotonic() - conn.queued_at, float("inf")  # the next one on it does not wait
        if waited > QUEUED_SECONDS:
            with suppress(OSError):  # the sender is gone
                conn.sock.sendall(_refusal(Problem(problems.BUSY, "Too many requests wait; repeat this one."), 2))
            return False
        return super().handle_request(req, conn)

    def _queue(self, conn: Any, head: bytes) -> None:  # noqa: ANN401
        """Hand a request to the threads of its kind."""
        conn.queued_at = time.monotonic()
        if self.slow is None or self.slow.match(head) is None:
            super().enqueue_req(conn)
            return
        key = _KEY.search(head)
        future = self.slow_pool.submit(key[1].decode("latin-1") if key else "", self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401
        """Answer what cannot be read as a request."""
        if not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("unreadable request: %s", type(exc).__name__)  # its text may hold a key
        with suppress(OSError):  # the sender is gone
            util.write_nonblock(client, _answer(exc))

    def finish_request(self, conn: Any, fs: Any) -> None:  # noqa: ANN401
        """Keep a connection for its next request, or end it. Runs in the loop."""
        if self.alive and not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self._hang_up(conn)
        else:
            super().finish_request(conn, fs)

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:  # noqa: ANN401
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + DRAIN_SECONDS))

    def _hang_up(self, conn: Any) -> None:  # noqa: ANN401
        """Say that nothing more comes and wait for the other side to say so: closing at once could cut the answer."""
        conn.sock.setblocking(False)
        conn.due = None
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self._wait(conn, self._on_goodbye)

    def _on_goodbye(self, conn: Any, _sock: Any) -> None:  # noqa: ANN401
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        if _receive(conn.sock, io.BytesIO()):
            self.nr_conns -= 1
            conn.close()
        else:
            self._wait(conn, self._on_goodbye)

    def _wait(self, conn: Any, then: Callable[[Any, Any], None]) -> None:  # noqa: ANN401
        """Come back when more has come; gunicorn closes what waits past its time."""
        if getattr(conn, "due", None) is None:
            conn.due = time.monotonic() + self.patience
        conn.timeout = conn.due
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(then, conn))


def _receive(sock: socket.socket, buffer: io.BytesIO) -> bool:
    """Append to `buffer` what has come; return whether nothing more will."""
    try:
        piece = sock.recv(HEAD_BYTES)
    except BlockingIOError:
        return False
    except OSError:
        return True
    buffer.seek(0, io.SEEK_END)
    buffer.write(piece)
    return not piece


def _can_be_read(head: bytes) -> bool:
    """Tell whether gunicorn's parser can read or refuse these bytes without waiting; a lone newline it refuses."""
    return b"\r\n\r\n" in head or head.count(b"\n") != head.count(b"\r\n")


def beginnings(calls: Iterable[Call]) -> re.Pattern[bytes]:
    """Return what the requests of the calls that work outside their transaction begin with."""
    slow = [call for call in calls if call.prepare is not None]
    found = (f"{call.method} \\S*?{re.sub('<[^>]*>', '[^/? ]+', call.rule)}[? ]" for call in slow)
    return re.compile("|".join(found).encode())


def _answer(error: errors.ParseException) -> bytes:
    kind = _KINDS.get(type(error), problems.MALFORMED)
    return _refusal(Problem(kind, f"This is not a request that can be read: {error}."))


def _refusal(problem: Problem, retry_after: int | None = None) -> bytes:
    """Return the whole answer of a request that never reached the application."""
    again = "" if retry_after is None else f"Retry-After: {retry_after}\r\n"
    body = strict_json.dumps(problem.document("", secrets.token_hex(16))).encode()
    head = (
        f"HTTP/1.1 {problem.kind.status} {problem.kind.title}\r\nConnection: close\r\n"
        f"Content-Type: {problems.CONTENT_TYPE}\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        f"{again}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
