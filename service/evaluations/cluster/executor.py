"""An executor whose replays run on a Dask cluster, and in this process wherever the cluster cannot or need not.

Columns travel once an evaluation and digest, and from worker to worker after that. A worker that dies is the engine's
affair: it hands its tasks to another. What the engine loses for good, columns among it, is sent again; what it cannot
do after that is replayed here. Answers are the same bytes in every case, so nothing is refused that can be computed.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeGuard

from service.evaluations.cluster.connecting import Unreachable, connect, workers_of
from service.evaluations.cluster.tasks import MOST_CASES, Rest, build, digest_of, replay
from service.workflow.compute.case import Case
from service.workflow.compute.replaying import OnCase, Runs

FEWEST_ENTRIES = 100_000
"""Requests or buckets of a case from which sending its replays away is worth the way."""

ATTEMPTS = 3
"""How often the tasks of a batch are handed to the cluster."""

LOOK_SECONDS = 5.0
"""How long a result is waited for before it is looked whether there is still a worker."""

LOOKS_WITHOUT_WORKERS = 6
"""Looks in a row that find no worker until a batch is given up: who restarts them has half a minute."""

Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A case that is on the cluster: the digests of its columns and of the rest of it, and where both are.

    While it is kept, no other case has its id.
    """

    case: Case
    digests: tuple[str, str]
    parts: tuple[Any, Any]


class Handed:
    """A replay that was handed to the cluster before anybody waits for it."""

    def __init__(self, executor: "ClusterExecutor", case: Case, probe: Runs) -> None:
        """Hand it on; what fails is seen to once it is waited for."""
        self._executor, self._case, self._probe = executor, case, probe
        self._futures: list[Any] = []
        with suppress(Exception):
            self._futures = executor.hand(case, [probe])

    def result(self) -> Any:  # noqa: ANN401 - each probe has a result of its own
        """Return the replay: the cluster knows it by its name, and it is made here where that lost it."""
        (found,) = self._executor.map(OnCase(self._case), [self._probe])
        return found

    def done(self) -> bool:
        """Whether it need not be waited for."""
        return all(future.done() for future in self._futures)

    def cancel(self) -> None:
        """Let go of it."""
        self._futures.clear()


class ClusterExecutor(Executor):
    """Replays the large cases of an evaluation on a cluster, everything else on `local`."""

    def __init__(self, address: str, local: Executor, said: Said, fewest_entries: int = FEWEST_ENTRIES) -> None:
        """Connect to nothing yet: a small evaluation never does. said: hears whatever is done here instead."""
        self._address, self._local, self._said, self._fewest = address, local, said, fewest_entries
        self._client: Any = None
        self._given_up = False
        self._sent: OrderedDict[int, Sent] = OrderedDict()
        self._losses = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Executor
        """Run one call: the replay of a large case on the cluster."""
        if self._takes(fn) and self._is_connected():
            return Handed(self, fn.case, *args)
        return self._local.submit(fn, *args, **kwargs)

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **options: Any) -> Iterator[Any]:  # noqa: ANN401
        """Run a batch: replays of a large case on the cluster."""
        if self._takes(fn):
            (probes,) = iterables
            batch = list(probes)
            if not batch:
                return iter(())
            if self._is_connected():
                return iter(self._replayed(fn.case, batch))
            return self._local.map(fn, batch)
        return self._local.map(fn, *iterables, **options)

    def hand(self, case: Case, probes: Sequence[Runs]) -> list[Any]:
        """Hand probes to the cluster, and return its futures. Raises what the cluster does."""
        sent = self._send(case)
        names = [f"replay-{digest_of((probe, sent.digests, build()))}-{self._losses}" for probe in probes]
        return [
            self._client.submit(replay, *sent.parts, probe, sent.digests, build(), key=name)
            for probe, name in zip(probes, names, strict=True)
        ]

    def _takes(self, fn: Callable[..., Any]) -> TypeGuard[OnCase]:
        """Whether a call is a replay that is worth the way."""
        return isinstance(fn, OnCase) and len(fn.case.arrivals) >= self._fewest and fn.case.cache is None

    def shutdown(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as Executor
        """Let go of the cluster and what it holds for this evaluation. `local` is left to whoever made it."""
        self._sent.clear()
        if self._client is not None:
            with suppress(Exception):  # it went away by itself
                self._client.close(timeout=LOOK_SECONDS)
        self._client = None

    def _is_connected(self) -> bool:
        if self._client is None and not self._given_up:
            try:
                self._client = connect(self._address)
            except Unreachable as error:
                self._give_up(str(error))
        return not self._given_up

    def _give_up(self, why: str) -> None:
        self._given_up = True
        self._said(f"{why}; replays go on in this process, with the same answer")

    def _replayed(self, case: Case, probes: Sequence[Runs]) -> list[Any]:
        """Return the replays in their order, from the cluster as far as it gives them."""
        found: dict[Runs, Any] = {}
        lost = ""
        for _ in range(ATTEMPTS):
            try:
                found |= self._gathered(case, [probe for probe in probes if probe not in found])
            except Exception as error:  # noqa: BLE001 - whatever fails there is tried here, and raises here if it must
                lost = f"the cluster at {self._address} lost replays ({type(error).__name__}: {error})"
                self._sent.clear()  # they may have lived on the machine that died
                self._losses += 1  # part of every name: what was lost is not asked for again
            if len(found) == len(set(probes)):
                return [found[probe] for probe in probes]
            if workers_of(self._client) == 0:
                break
        self._give_up(lost)
        missing = [probe for probe in dict.fromkeys(probes) if probe not in found]
        found |= dict(zip(missing, self._local.map(OnCase(case), missing), strict=True))
        return [found[probe] for probe in probes]

    def _gathered(self, case: Case, probes: Sequence[Runs]) -> dict[Runs, Any]:
        """Hand probes to the cluster and wait for all of them. Raises what the cluster does, or TimeoutError."""
        futures = self.hand(case, probes)
        return {probe: self._result(future) for probe, future in zip(probes, futures, strict=True)}

    def _result(self, future: Any) -> Any:  # noqa: ANN401 - of an extra
        unattended = 0
        while True:
            try:
                return future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                unattended = 0 if workers_of(self._client) else unattended + 1
                if future.status != "pending" or unattended >= LOOKS_WITHOUT_WORKERS:
                    raise

    def _send(self, case: Case) -> Sent:
        """Return a case that is on the cluster; columns that are there for another case are not sent again."""
        if id(case) not in self._sent:
            parts = (case.arrivals, Rest.of(case))
            digests = (digest_of(parts[0]), digest_of(parts[1]))
            there = {
                name: at for sent in self._sent.values() for name, at in zip(sent.digests, sent.parts, strict=True)
            }
            columns, rest = (
                there.get(digest) or self._scatter(f"case-{digest}-{self._losses}", part)
                for digest, part in zip(digests, parts, strict=True)
            )
            self._sent[id(case)] = Sent(case, digests, (columns, rest))
        self._sent.move_to_end(id(case))
        while len(self._sent) > MOST_CASES:
            self._sent.popitem(last=False)
        return self._sent[id(case)]

    def _scatter(self, name: str, part: object) -> Any:  # noqa: ANN401 - of an extra
        return self._client.scatter({name: part})[name]
