"""Waiting for what another thread or process does, without guessing how long it takes."""

import threading
import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as `holds()` is true; fail when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        threading.Event().wait(0.02)
