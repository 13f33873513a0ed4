"""How often a key may call: a bucket of calls that fills steadily, told in the headers of every answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. Each server process counts for itself.
"""

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from service.kit.http.problems import TOO_MANY, Problem

WINDOW_SECONDS = 60
KEPT = 10_000
"""Keys counted at once; of more, the one that called longest ago begins anew."""


@dataclass(slots=True)
class _Bucket:
    """calls: how many are left. at: when that was so, monotonic seconds."""

    calls: float
    at: float


class RateLimit:
    """A number of calls a minute for each key; 0 is no limit. For all threads of a process."""

    def __init__(self, per_minute: int) -> None:
        """Begin with every bucket full."""
        self._most = per_minute
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> dict[str, str]:
        """Take a call; return the headers that tell what is left. Raises Problem 429 where nothing is."""
        if not self._most:
            return {}
        left = self._left(key)
        policy = {"RateLimit-Policy": f'"key";q={self._most};w={WINDOW_SECONDS}'}
        if left < 0:
            wait = math.ceil(-left * WINDOW_SECONDS / self._most)
            headers = {**policy, "RateLimit": f'"key";r=0;t={wait}', "Retry-After": str(wait)}
            raise Problem(TOO_MANY, f"This key may call {self._most} times a minute; wait {wait} s.", headers=headers)
        full = math.ceil((self._most - left) * WINDOW_SECONDS / self._most)
        return {**policy, "RateLimit": f'"key";r={int(left)};t={full}'}

    def _left(self, key: str) -> float:
        """Take a call if there is one; return how many are left then, or by how much of one it fell short, negative."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(self._most, now)
            self._buckets[key] = bucket
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
            bucket.calls = min(self._most, bucket.calls + (now - bucket.at) * self._most / WINDOW_SECONDS)
            bucket.at = now
            if bucket.calls < 1:
                return bucket.calls - 1
            bucket.calls -= 1
            return bucket.calls
