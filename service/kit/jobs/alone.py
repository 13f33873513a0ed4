"""A process to itself for a job that lost its workers: others are safe from it, and its death tells whose fault it was.

A job that was merely there when somebody killed its workers must end completed; one that kills them must be parked
before it has taken the server down many times. From outside both look alike. So after a few lost attempts a worker
stays outside and watches: a crash is the job's fault, and so is the kernel ending it for want of memory; signal 9
from anybody else is not.
"""

import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.1
"""How often is asked whether the process must stop."""

COUNTERS = Path("/proc/vmstat")
"""Where Linux counts what it ended for want of memory, in every container too."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a process died. reason: a signal's name or an exit code. is_own_fault: of what it ran."""

    reason: str
    is_own_fault: bool


def run(command: list[str], must_stop: Callable[[], bool]) -> Death | None:
    """Run a command until it ends, asking it by SIGTERM to where it must stop; return its death, None in good order.

    Raises OSError where it cannot be started.
    """
    before = _ended_for_memory()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:  # noqa: S603 - a module of our own
        while True:
            try:
                code = process.wait(LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if must_stop():
                    process.terminate()
    if code in (0, -signal.SIGTERM):  # the end it was asked for
        return None
    if code > 0:
        return Death(f"exit code {code}", is_own_fault=True)
    was_killed = code == -signal.SIGKILL and before is not None and _ended_for_memory() == before
    return Death(signal.Signals(-code).name, is_own_fault=not was_killed)


def be_the_first_to_go() -> None:
    """Have the kernel choose this process first where memory runs out."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        return  # not on this system


def _ended_for_memory() -> int | None:
    """Return how many processes this machine ended for want of memory, None where that cannot be told."""
    try:
        found = re.search(r"^oom_kill (\d+)$", COUNTERS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
