"""The heap of the kernels gives entries in the order that Python's own does."""

import heapq
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.replay.heap import new_heap, pop, push
from tests.effort import examples

MOVES = 600


@settings(derandomize=True, max_examples=examples(50))
@given(seed=st.integers(0, 1 << 32), pushed=st.floats(0.3, 0.8), different=st.sampled_from((5, 100, 10**9)))
def test_entries_come_in_the_order_of_their_keys(seed: int, pushed: float, different: int) -> None:
    """Entries are put in and taken out by chance, then all that are left; those with equal keys come in any order."""
    chance = random.Random(seed)
    heap, expected = new_heap(MOVES), list[float]()
    key_of: dict[int, float] = {}
    for number in range(2 * MOVES):
        if number < MOVES and chance.random() < pushed:
            key_of[number] = float(chance.randrange(different))
            push(heap.keys, heap.numbers, len(expected), key_of[number], number)
            heapq.heappush(expected, key_of[number])
        elif expected:
            assert heap.keys[0] == key_of.pop(int(heap.numbers[0])) == expected[0]
            pop(heap.keys, heap.numbers, len(expected))
            heapq.heappop(expected)
    assert not key_of
