"""Replaying: the probes of one case on whatever executes them, telling between two batches how far the work is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Protocol

from service.workflow.compute.case import Case


class Runs(Protocol):
    """What is replayed on a case: equal ones give equal results, on whichever machine and however often."""

    def run(self, case: Case) -> Any:  # noqa: ANN401 - each probe has a result of its own
        """Replay the case."""


@dataclass(frozen=True, slots=True)
class OnCase:
    """Runs a probe on a case: what an executor is given, the same for all probes of the case."""

    case: Case

    def __call__(self, probe: Runs) -> Any:  # noqa: ANN401 - as above
        """Return the probe's replay."""
        return probe.run(self.case)


def replayed(executor: Executor, case: Case, probes: Sequence[Runs]) -> Iterator[Any]:
    """Yield the replays of probes on a case, in their order."""
    return executor.map(OnCase(case), probes)


class Beside(Executor):
    """Runs work in the calling thread as long as what was begun before keeps the threads of an executor busy."""

    def __init__(self, executor: Executor, begun: Mapping[Any, Future[Any]]) -> None:
        """Run on `executor` once everything begun is done."""
        self._executor, self._begun = executor, begun

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **options: Any) -> Iterator[Any]:  # noqa: ANN401
        """Run a batch."""
        if all(future.done() for future in self._begun.values()):
            return self._executor.map(fn, *iterables, **options)
        self._executor.map(fn, ())  # nothing to do for it, but whoever attends it hears of this batch too
        return map(fn, *iterables)


class Attended(Executor):
    """An executor whose work is followed: before every batch, it tells again where the work stands.

    So whoever hears it can end the work by raising, between any two batches and wherever they are asked for.
    """

    def __init__(self, executor: Executor, heard: Callable[[str, float], None]) -> None:
        """Hand all work on to `executor`; `heard` hears (phase, share of the phase done)."""
        self._executor = executor
        self._heard = heard
        self._reached = ("", 0.0)

    def progress(self, phase: str, share: float) -> None:
        """Tell how far a phase is; the whole of it is told by the phase that follows."""
        if share < 1:
            self._reached = (phase, share)
            self._heard(phase, share)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Executor
        """Hand one call on."""
        self._heard(*self._reached)
        return self._executor.submit(fn, *args, **kwargs)

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **options: Any) -> Iterator[Any]:  # noqa: ANN401
        """Hand a batch on."""
        self._heard(*self._reached)
        return self._executor.map(fn, *iterables, **options)
