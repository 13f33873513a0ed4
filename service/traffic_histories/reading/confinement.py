"""A process that reads a file of others: the limits it sets itself, and its end when nobody waits for it any more."""

import os
import resource
import sys
import threading

from .options import MIB, ReadLimits


def confine(limits: ReadLimits) -> None:
    """Limit this process for good: address space, processor time, open files, size of a file; no core dumps."""
    cpu = limits.seconds * limits.threads
    for what, most in (
        (resource.RLIMIT_AS, limits.address_mib * MIB),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, limits.unpacked_bytes + MIB),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def end_with_parent() -> None:
    """Leave no reader behind: the pipe on standard input ends when the process that asked does."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)
