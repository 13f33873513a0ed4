"""The replay cache: replays are made once, and none after it is over."""

from collections.abc import Iterator

import pytest

from service.workflow.compute.replay_cache import NotReplayedError, ReplayCache


def test_nothing_is_replayed_after_it_is_over_and_what_was_before_is_kept() -> None:
    cache, told = ReplayCache(), iter((False, True))
    bounded = cache.only(may_replay=True, is_over=lambda: next(told))
    assert bounded.answer("one", lambda: 1) == 1
    with pytest.raises(NotReplayedError):
        bounded.answer("two", lambda: 2)
    assert bounded.answer("one", lambda: 3) == 1, "what is kept asks nothing"
    assert cache.answers == {"one": 1}


def test_where_none_may_be_replayed_only_what_is_kept_is_answered() -> None:
    cache = ReplayCache()
    numbers: Iterator[int] = iter((1, 2))
    assert [cache.answer("one", lambda: next(numbers)) for _ in range(2)] == [1, 1]
    kept = cache.only(may_replay=False)
    assert kept.answer("one", lambda: next(numbers)) == 1
    with pytest.raises(NotReplayedError):
        kept.answer("two", lambda: next(numbers))
