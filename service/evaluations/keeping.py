"""Keeping: bodies of completed evaluations in memory. They never change, so a process reads each once."""

import threading
from collections import OrderedDict
from collections.abc import Callable

Body = tuple[str, bytes]
"""Digest and content of a completed evaluation."""


class Kept:
    """The bodies asked for last, by organization and evaluation, up to `most_bytes` of content. For all threads."""

    def __init__(self, most_bytes: int) -> None:
        """Keep nothing yet."""
        self.most_bytes = most_bytes
        self.bytes = 0
        self._bodies: OrderedDict[tuple[str, str], Body] = OrderedDict()
        self._lock = threading.Lock()

    def body(self, organization_id: str, evaluation_id: str, read: Callable[[], Body | None]) -> Body | None:
        """Return a body, by `read` where it is not kept; one that is not there yet (None) is read again next time."""
        key = organization_id, evaluation_id
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        found = read()
        if found is not None:
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, str], body: Body) -> None:
        with self._lock:
            if key in self._bodies:
                return
            self._bodies[key] = body
            self.bytes += len(body[1])
            while self.bytes > self.most_bytes:
                self.bytes -= len(self._bodies.popitem(last=False)[1][1])
