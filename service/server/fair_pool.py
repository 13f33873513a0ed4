"""Threads for requests that may take long, shared fairly: nobody's many keep them from somebody else's few."""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

Work = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class FairPool:
    """`threads` threads for all lanes, of which one lane never holds more than `most_of_one`.

    The lane with the fewest running comes first, then the one that was served longest ago, then who came first.
    """

    def __init__(self, threads: int, most_of_one: int) -> None:
        """Start the threads. They end with the process."""
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[Work]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._most_of_one = most_of_one
        for number in range(threads):
            threading.Thread(target=self._serve, name=f"slow-{number}", daemon=True).start()

    def submit(self, lane: str, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":  # noqa: ANN401
        """Have `call(*arguments)` run when it is the lane's turn."""
        future: Future[Any] = Future()
        with self._changed:
            self._waiting.setdefault(lane, deque()).append((future, call, arguments))
            self._changed.notify()
        return future

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def _serve(self) -> None:
        while True:
            with self._changed:
                while (lane := self._next()) is None:
                    self._changed.wait()
                future, call, arguments = self._waiting[lane].popleft()
                self._waiting.move_to_end(lane)
                if not self._waiting[lane]:
                    del self._waiting[lane]
                self._running[lane] += 1
            try:
                future.set_result(call(*arguments))
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
                future.set_exception(error)
            with self._changed:
                self._running[lane] -= 1
                if not self._running[lane]:
                    del self._running[lane]
                self._changed.notify_all()

    def _next(self) -> str | None:
        free = [lane for lane in self._waiting if self._running[lane] < self._most_of_one]
        return min(free, key=lambda lane: self._running[lane], default=None)
