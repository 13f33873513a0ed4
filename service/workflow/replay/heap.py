"""An eight-ary heap in two arrays: finishing points in order, and the request that goes with each.

Moves go into a hole instead of swapping, and a removed top sinks to a leaf before the last entry takes its place. The
least of eight children is found without a branch, which costs less than a wrong guess at each level of a binary heap.
Source: Johnson, Priority queues with update and finding minimum spanning trees (1975), in the bottom-up form of Wegener
(1993).
"""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import part
from service.workflow.traffic import Float64s, Int64s

WAYS_BITS = 3

WAYS = 1 << WAYS_BITS
"""Children of an entry."""


class Heap(NamedTuple):
    """Room for a heap: keys (float64) and numbers (int64), both of shape (room,). Its size is kept by the caller."""

    keys: Float64s
    numbers: Int64s


def new_heap(room: int) -> Heap:
    """Return an empty heap with room for as many entries, and one more, so that there is a first to look at."""
    return Heap(np.empty(room + 1), np.empty(room + 1, np.int64))


@part
def _settle(keys: Float64s, numbers: Int64s, hole: int, key: float, number: int) -> None:
    """Fill the hole with an entry, after moving it up to where the entry belongs."""
    while hole > 0:
        parent = (hole - 1) >> WAYS_BITS
        if keys[parent] <= key:
            break
        keys[hole] = keys[parent]
        numbers[hole] = numbers[parent]
        hole = parent
    keys[hole] = key
    numbers[hole] = number


@part
def push(keys: Float64s, numbers: Int64s, size: int, key: float, number: int) -> None:
    """Put an entry into a heap of `size` entries."""
    _settle(keys, numbers, size, key, number)


@part
def pop(keys: Float64s, numbers: Int64s, size: int) -> None:
    """Take the entry with the least key, which lies at 0, out of a heap of `size` ≥ 1 entries."""
    left = size - 1
    hole, child = 0, 1
    while child < left:
        least, key = child, keys[child]
        for other in range(child + 1, min(child + WAYS, left)):
            is_less = keys[other] < key
            least = other if is_less else least
            key = keys[other] if is_less else key
        keys[hole] = key
        numbers[hole] = numbers[least]
        hole, child = least, least * WAYS + 1
    _settle(keys, numbers, hole, keys[left], numbers[left])
