"""Values that are computed once never wait for each other in a circle.

Python 3.11 computes a cached property under a lock of its class: two threads that compute two of them, each of which
asks for the other, would wait forever. The thread that searches and those that replay compute them at the same time.
"""

from collections import defaultdict
from typing import Any

ASKED: defaultdict[Any, set[Any]] = defaultdict(set)
