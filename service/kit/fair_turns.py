"""Turns: one at a time, and who was served longest ago comes first, however many others of one lane wait."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class FairTurns:
    """A lock for a process's threads; waiters are ordered by lane, such as an organization, then by arrival."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._changed = threading.Condition()
        self._taken = False
        self._waiting: OrderedDict[str, deque[object]] = OrderedDict()
        """Lanes in the order in which they were last served, never before first."""

    @contextmanager
    def turn(self, lane: str, patience: float) -> Iterator[bool]:
        """Hold the turn; give whether it came within `patience` seconds."""
        held = self._acquire(lane, patience)
        try:
            yield held
        finally:
            if held:
                self._release()

    def _acquire(self, lane: str, patience: float) -> bool:
        ticket = object()
        deadline = time.monotonic() + patience
        with self._changed:
            self._waiting.setdefault(lane, deque()).append(ticket)
            while self._taken or self._next() is not ticket:
                left = deadline - time.monotonic()
                if left <= 0:
                    self._leave(lane, ticket)
                    return False
                self._changed.wait(left)
            self._waiting.move_to_end(lane)  # served now: every other lane comes first
            self._leave(lane, ticket)
            self._taken = True
            return True

    def _next(self) -> object:
        return next(iter(self._waiting.values()))[0]

    def _leave(self, lane: str, ticket: object) -> None:
        self._waiting[lane].remove(ticket)
        if not self._waiting[lane]:
            del self._waiting[lane]
        self._changed.notify_all()

    def _release(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()
