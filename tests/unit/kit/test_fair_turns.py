"""Turns go around among lanes, and a wait ends."""

import threading

from service.kit.fair_turns import FairTurns
from tests.waiting import eventually


def waiting(turns: FairTurns) -> int:
    return sum(map(len, turns._waiting.values()))


def test_a_lane_with_many_lets_every_other_in_between() -> None:
    turns, served = FairTurns(), []

    def serve(lane: str) -> None:
        with turns.turn(lane, 60) as held:
            assert held
            served.append(lane)

    threads = []
    with turns.turn("a", 0) as held:
        assert held
        for number, lane in enumerate(["a", "a", "a", "b", "c"], 1):
            threads.append(threading.Thread(target=serve, args=(lane,)))
            threads[-1].start()
            eventually(lambda expected=number: waiting(turns) == expected)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert served == ["a", "b", "c", "a", "a"]  # first come, first served would be a, a, a, b, c


def test_who_comes_back_waits_behind_who_waited() -> None:
    """A table of many evaluations takes a turn for each: who waits comes in after one of them."""
    turns, served = FairTurns(), []
    came = threading.Event()

    def once() -> None:
        with turns.turn("b", 60):
            served.append("b")

    other = threading.Thread(target=once)
    for number in range(3):
        with turns.turn("a", 60):
            served.append("a")
            if number == 0:
                other.start()
                eventually(lambda: waiting(turns) == 1)
                came.set()
    other.join()
    assert served == ["a", "b", "a", "a"]


def test_a_wait_ends_and_leaves_nothing_behind() -> None:
    turns = FairTurns()
    with turns.turn("a", 0), turns.turn("b", 0.01) as held:
        assert not held
    with turns.turn("b", 0) as held:
        assert held
    assert waiting(turns) == 0
