"""A receiver of webhooks: a real HTTP server in a thread, that takes, refuses or redirects as it is told."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.processes import in_background


class Receiver(ThreadingHTTPServer):
    """Remembers every message. failing: share of the messages answered with 503, at random. status: of the others."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, failing: float = 0.0, status: int = 204, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failing, self.status, self.headers = failing, status, dict(headers or {})
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.taken: Counter[str] = Counter()
        self.refused = 0
        self._chance = random.Random(1)
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def judge(self, headers: dict[str, str], body: bytes) -> int:
        """Remember a message; return the status to answer with."""
        with self._lock:
            self.messages.append((headers, body))
            if self._chance.random() < self.failing:
                self.refused += 1
                return 503
            if 200 <= self.status < 300:
                self.taken[headers["webhook-id"]] += 1
            return self.status


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender was killed in the middle of it
        status = self.server.judge({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextmanager
def receiving(
    *, failing: float = 0.0, status: int = 204, headers: Mapping[str, str] | None = None
) -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(failing=failing, status=status, headers=headers)
    with in_background(receiver):
        yield receiver
