"""Callers that keep servers busy: processes of threads, each with its connections kept open.

What is compared takes turns of a quarter of a second, the same for every caller, so that whatever else the machine
does meanwhile falls on all of it alike.
"""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

PROCESSES = 2
THREADS = 4
TURN_SECONDS = 0.25


@dataclass(frozen=True)
class Call:
    """What is asked again and again: an address, headers, and the status that is expected."""

    url: str
    headers: dict[str, str]
    status: int = 200


def rates(calls: Sequence[Call], seconds: float) -> list[float]:
    """Return answers a second of each call, over about `seconds` of each."""
    with ProcessPoolExecutor(PROCESSES) as callers:
        counts = list(callers.map(_processed, [calls] * PROCESSES, [seconds * len(calls)] * PROCESSES))
    return [sum(column) / seconds for column in zip(*counts, strict=True)]


def _processed(calls: Sequence[Call], seconds: float) -> list[int]:
    with ThreadPoolExecutor(THREADS) as threads:
        counts = list(threads.map(lambda _: _counted(calls, seconds), range(THREADS)))
    return [sum(column) for column in zip(*counts, strict=True)]


def _counted(calls: Sequence[Call], seconds: float) -> list[int]:
    connections = [_Connection(call) for call in calls]
    counts, deadline = [0] * len(calls), time.monotonic() + seconds
    while (now := time.monotonic()) < deadline:
        turn = int(now / TURN_SECONDS) % len(calls)
        connections[turn].ask()
        counts[turn] += 1
    for connection in connections:
        connection.http.close()
    return counts


class _Connection:
    """A connection that one call is asked over."""

    def __init__(self, call: Call) -> None:
        parts = urlsplit(call.url)
        self.call, self.path = call, parts.path
        self.http = http.client.HTTPConnection(str(parts.hostname), parts.port)

    def ask(self) -> None:
        """Ask once and read the whole answer; anew where the server closed the connection, as every client does."""
        try:
            answer = self._answer()
        except ConnectionError:
            self.http.close()
            answer = self._answer()
        if answer.status != self.call.status:
            raise RuntimeError(f"{self.call.url} answered {answer.status}")

    def _answer(self) -> http.client.HTTPResponse:
        self.http.request("GET", self.path, headers=self.call.headers)
        answer = self.http.getresponse()
        answer.read()
        return answer
