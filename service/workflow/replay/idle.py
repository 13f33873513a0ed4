"""Idle instances: since when each has been idle; the most recently idle is used first, the oldest goes down first."""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.traffic import Float64s, Int64s


class IdleStack(NamedTuple):
    """A ring of idle times: `since` (µs, shape (a power of two,)) between `ends` (oldest, one past the latest)."""

    since: Float64s
    ends: Int64s


def new_idle_stack(room: int) -> IdleStack:
    """Return an empty stack with room for as many idle instances."""
    return IdleStack(np.empty(1 << room.bit_length()), np.zeros(2, np.int64))


@kernel
def set_idle(stack: IdleStack, count: int, now: float) -> None:
    """Let `count` instances be idle: more of them from now on, or the most recently idle put to use."""
    since, ends = stack
    while ends[1] - ends[0] < count:  # one more falls idle
        since[ends[1] & (len(since) - 1)] = now
        ends[1] += 1
    ends[1] = ends[0] + count  # or the most recently idle are put to use


@kernel
def next_down(stack: IdleStack, idle_us: float) -> float:
    """Return when the longest idle instance will have been idle for `idle_us`; never is infinite."""
    since, ends = stack
    if ends[0] == ends[1]:
        return np.inf
    return float(since[ends[0] & (len(since) - 1)] + idle_us)


@kernel
def take_down(stack: IdleStack) -> None:
    """Take the longest idle instance down."""
    stack.ends[0] += 1
