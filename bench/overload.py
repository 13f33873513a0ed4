"""Twice what a server sustains: rates, times and memory of reads, uploads and evaluations, and how it recovers after.

OVERLOAD_SECONDS says for how long, by default 60; 300 is the whole proof. Times count from when a request
was due, not from when a caller came to it, so that waiting is not left out.
"""

import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench._places import Place, places
from tests.evaluating import csv_of, new_sheet, new_workload, upload, week
from tests.killing import children
from tests.server import JSON, Server, serving

SECONDS = float(os.environ.get("OVERLOAD_SECONDS", "60"))
CALM_SECONDS = 15.0
CALLERS, MOST_WAITING = 8, 256
MIX = {"read": 94, "upload": 3, "evaluation": 3}
"""Of a hundred requests."""

QUICK_SECONDS, IN_A_ROW = 0.5, 20
"""Recovered is a server that answers so many reads in a row each within this time."""


@dataclass
class Seen:
    """What came of the requests of one kind. seconds: of each answer, since it was due."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def line(self, kind: str, took: float) -> str:
        """Say it in a line."""
        good = sum(count for status, count in self.statuses.items() if status < 300)
        middle, late = np.percentile(self.seconds or [0.0], [50, 99])
        told = ", ".join(f"{status or 'lost'}: {count}" for status, count in sorted(self.statuses.items()))
        return f"  {kind:10} {good / took:7.1f} good/s   p50 {middle:6.2f} s   p99 {late:6.2f} s   {told}"


class Load:
    """Requests of the mix to one workload."""

    def __init__(self, server: Server, workload_id: str) -> None:
        """Begin with nothing sent."""
        self.seen = {kind: Seen() for kind in MIX}
        self._server, self._workload = server, f"/v1/workloads/{workload_id}"
        self._chance, self._numbers, self._lock = random.Random(1), itertools.count(1), threading.Lock()

    def one(self, due: float) -> None:
        """Send one request and note what came of it."""
        with self._lock:
            (kind,) = self._chance.choices(list(MIX), list(MIX.values()))
            number = next(self._numbers)
        status = 0
        with suppress(OSError):
            status, _ = self._send(kind, number)
        with self._lock:
            self.seen[kind].statuses[status] += 1
            self.seen[kind].seconds.append(time.monotonic() - due)

    def _send(self, kind: str, number: int) -> tuple[int, object]:
        if kind == "read":
            return self._server.call("GET", self._workload)
        if kind == "upload":
            body = csv_of(week(1 + number))
            return self._server.call("POST", f"{self._workload}/traffic-histories", body, {"Content-Type": "text/csv"})
        asked = json.dumps({"policy": {"margin": f"0.{100_000 + number}"}})
        wait = {**JSON, "Prefer": "respond-async"}
        return self._server.call("POST", f"{self._workload}/evaluations", asked, wait)

    def sustained(self) -> float:
        """Return the answers a second that callers get who send the next request when one is answered."""
        until = time.monotonic() + CALM_SECONDS

        def call(_: int) -> None:
            while (now := time.monotonic()) < until:
                self.one(now)

        with ThreadPoolExecutor(CALLERS) as callers:
            list(callers.map(call, range(CALLERS)))
        return sum(seen.statuses.total() for seen in self.seen.values()) / CALM_SECONDS

    def steady(self, rate: float) -> None:
        """Send `rate` requests a second, whatever is answered."""
        begun = time.monotonic()
        with ThreadPoolExecutor(MOST_WAITING) as callers:
            for number in range(int(rate * SECONDS)):
                due = begun + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                callers.submit(self.one, due)


def main() -> None:
    """Print what a server of two processes sustains, and what becomes of twice as much."""
    with places() as found:
        for place in found:
            _measure(place)


def _measure(place: Place) -> None:
    new_sheet(place.api)
    workload_id = new_workload(place.api)
    upload(place.api, workload_id)
    with serving(place.url, place.folder, REQUESTS_PER_MINUTE="1000000") as server:
        mine = Server(server.port, place.api.key, server.pid)
        rate = Load(mine, workload_id).sustained()
        print(
            f"{place.name}: {rate:.0f} requests/s sustained by {CALLERS} callers; {2 * rate:.0f}/s for {SECONDS:.0f} s"
        )
        load, memory, over = Load(mine, workload_id), [0], threading.Event()
        watching = threading.Thread(target=_watch, args=(server.pid, memory, over))
        watching.start()
        begun = time.monotonic()
        load.steady(2 * rate)
        took = time.monotonic() - begun
        over.set()
        watching.join()
        for kind, seen in load.seen.items():
            print(seen.line(kind, took))
        print(
            f"  memory {memory[0] / 1024:.0f} MiB at most; all answered {took - SECONDS:.1f} s after the last was due"
        )
        print(f"  reads are quick again {_recovery(mine):.1f} s later")


def _watch(pid: int, most: list[int], over: threading.Event) -> None:
    """Keep the most KiB that the server and its children held resident at once."""
    while not over.wait(1):
        held = 0
        for each in (pid, *children(pid)):
            with suppress(OSError, StopIteration):
                lines = Path(f"/proc/{each}/status").read_text().splitlines()
                held += int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
        most[0] = max(most[0], held)


def _recovery(server: Server) -> float:
    begun, quick = time.monotonic(), 0
    while quick < IN_A_ROW:
        asked = time.monotonic()
        status, _ = server.call("GET", "/v1/workloads")
        quick = quick + 1 if status == 200 and time.monotonic() - asked < QUICK_SECONDS else 0
    return time.monotonic() - begun
