"""The replay cache: what replays of one case answered, kept for deciding again where nothing else is to be replayed.

Replays depend on the traffic, the capacity and the goals of a case, not on margins, terms, needs or values. Cases that
differ in nothing else may share a cache: the search then runs as it would without one, budget and all, so that it says
the same to the last digit, and only looks up what it would have replayed.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any


class NotReplayedError(Exception):
    """What was asked takes a replay that was not made, and none may be."""


@dataclass
class ReplayCache:
    """Answers of replays by what was replayed. bounds: lower limits that rest on the same traffic, once they are known.

    may_replay: whether what is missing is replayed; otherwise asking for it raises NotReplayedError.
    is_over: asked before each replay; once it says so, the next one raises NotReplayedError too.
    """

    answers: dict[Hashable, Any] = field(default_factory=dict)
    bounds: dict[str, Any] = field(default_factory=dict)
    may_replay: bool = True
    is_over: Callable[[], bool] | None = None

    def only(self, *, may_replay: bool, is_over: Callable[[], bool] | None = None) -> "ReplayCache":
        """Return the same cache, which replays what is missing, until it is over, or does not."""
        return replace(self, may_replay=may_replay, is_over=is_over)

    def answer(self, key: Hashable, run: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the replay answers
        """Return the answer kept under a key; replay and keep it where there is none."""
        if key not in self.answers:
            if not self.may_replay or (self.is_over is not None and self.is_over()):
                raise NotReplayedError
            self.answers[key] = run()
        return self.answers[key]
