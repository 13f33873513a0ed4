"""A real cluster of two processes: the bytes are those of one process, whatever dies or is missing."""

# ruff: noqa: ANN401 - a cluster is of an extra without types

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from typing import Any

import pytest

from service.evaluations import cluster
from service.evaluations.cluster import chosen, connecting
from service.evaluations.cluster.connecting import Unreachable, connect
from service.evaluations.cluster.executor import ClusterExecutor
from service.evaluations.cluster.tasks import OtherBuildError, Rest, digest_of, replay
from service.kit import canonical_json
from service.workflow.compute.kinds.serverless import ServerlessProbe
from service.workflow.compute.redecide import case_of
from service.workflow.compute.replaying import OnCase
from service.workflow.document import document
from service.workflow.evaluate import Progress, Spread, evaluate
from service.workflow.offers import Limits
from service.workflow.policy import Policy
from tests.processes import free_port
from tests.scenario_markets import gpu, poisson, requests, tokens

ANY_PORT = "127.0.0.1:0"

HISTORY = requests(poisson(0.5, seed=3))
OFFERS = (tokens(), gpu())
PROBE = ServerlessProbe(None, None, Limits(requests_per_minute=1), 0, 0)


@pytest.fixture(scope="module")
def local_cluster() -> Iterator[Any]:
    """Give a scheduler and two workers, each a process, for however long a slow machine takes."""
    distributed: Any = import_module("distributed")
    with (
        pytest.MonkeyPatch.context() as patch,
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=ANY_PORT) as started,
    ):
        patch.setattr(connecting, "DEADLINE_SECONDS", 120.0)
        yield started


@pytest.fixture(scope="module")
def alone() -> bytes:
    """Give the bytes of one process."""
    return body()


def body(spread: Spread = nullcontext, progress: Progress = lambda _phase, _share: None) -> bytes:
    """Return the bytes of the evaluation, replayed where `spread` leads."""
    return canonical_json.dumps(document(evaluate(HISTORY, OFFERS, Policy(), progress, spread=spread)))


class Unused(Executor):
    """Stands for the threads of this process, which nothing should be left to."""

    def map(self, *_: Any, **__: Any) -> Iterator[Any]:
        raise AssertionError("replayed in this process")


def test_a_cluster_gives_the_bytes_of_one_process(local_cluster: Any, alone: bytes) -> None:
    said: list[str] = []

    def spread(_local: Executor) -> ClusterExecutor:
        return ClusterExecutor(local_cluster.scheduler_address, Unused(), said.append, fewest_entries=0)

    assert body(spread) == alone
    assert said == []


def test_columns_travel_once(local_cluster: Any) -> None:
    case = case_of(HISTORY, Policy())
    with ClusterExecutor(local_cluster.scheduler_address, Unused(), print, fewest_entries=0) as executor:
        first = list(executor.map(OnCase(case), [PROBE]))
        again = case_of(HISTORY, Policy(seed=case.policy.seed))
        kept = executor._send(case)
        assert executor._send(again).parts == kept.parts, "the same columns under another name"
        assert len(local_cluster.scheduler.tasks) <= 4, "two parts of the case, and what was replayed"
    assert (first[0].throttled == PROBE.run(case).throttled).all()


def test_a_replay_that_is_handed_on_ahead_is_made_once(local_cluster: Any) -> None:
    case = case_of(HISTORY, Policy())
    with ClusterExecutor(local_cluster.scheduler_address, Unused(), print, fewest_entries=0) as executor:
        handed = executor.submit(OnCase(case), PROBE)
        assert (handed.result().throttled == PROBE.run(case).throttled).all()
        assert handed.done()
        made = [name for name in local_cluster.scheduler.tasks if str(name).startswith("replay-")]
        assert len(made) == 1, "waiting for it asked for the same task"
        handed.cancel()
        assert handed.done()


def test_a_replay_that_was_handed_to_nobody_is_made_here() -> None:
    case, said = case_of(HISTORY, Policy()), list[str]()
    with ThreadPoolExecutor(1) as local, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClusterExecutor, "_is_connected", lambda executor: not executor._given_up)
        with ClusterExecutor("tcp://nobody", local, said.append, fewest_entries=0) as executor:
            handed = executor.submit(OnCase(case), PROBE)
            executor._give_up("it went away")
            assert (handed.result().throttled == PROBE.run(case).throttled).all()


def test_workers_that_went_away_are_waited_for_and_replaced_by_this_process(alone: bytes) -> None:
    distributed: Any = import_module("distributed")
    said: list[str] = []
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=ANY_PORT) as empty,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(connecting, "DEADLINE_SECONDS", 0.5)
        with pytest.raises(Unreachable, match=r"has no worker; start some with `dask worker tcp://"):
            connect(empty.scheduler_address)
        assert body(lambda local: ClusterExecutor(empty.scheduler_address, local, said.append, 0)) == alone
    assert len(said) == 1
    assert "replays go on in this process, with the same answer" in said[0]


def test_nobody_at_the_address_is_told_once_and_computed_here(alone: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(chosen, "_chosen", [])
    address, said = f"tcp://127.0.0.1:{free_port()}", list[str]()
    chosen.choose(address, said.append)
    monkeypatch.setattr(chosen, "ClusterExecutor", partial(ClusterExecutor, fewest_entries=0))
    assert body(chosen.spread) == alone
    assert [text.split(" within")[0] for text in said] == [f"no scheduler answers at {address}"]
    with ThreadPoolExecutor(1) as local, chosen.spread(local) as left_alone:
        assert left_alone is local, "not asked again for a minute"


def test_small_cases_stay_here() -> None:
    case = case_of(HISTORY, Policy())
    with ThreadPoolExecutor(1) as local, ClusterExecutor("tcp://127.0.0.1:1", local, print) as executor:
        assert len(list(executor.map(OnCase(case), [PROBE]))) == 1


def test_a_worker_of_another_build_replays_nothing() -> None:
    case = case_of(HISTORY, Policy())
    with pytest.raises(OtherBuildError, match="install the same release on both"):
        replay(case.arrivals, Rest.of(case), PROBE, ("a", "b"), "engine 0.0.0")


def test_columns_are_named_by_all_they_hold() -> None:
    case = case_of(HISTORY, Policy())
    name = digest_of(case.arrivals)
    assert digest_of(case_of(HISTORY, Policy()).arrivals) == name
    case.arrivals.output[-1] += 1
    assert digest_of(case.arrivals) != name


def test_a_cluster_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _name: None)
    cluster.require_installed("")
    with pytest.raises(cluster.ExtraMissing, match=r"pip install 'crossover\[cluster\]'"):
        chosen.choose("tcp://scheduler:8786")


def test_without_the_setting_nothing_of_it_is_loaded() -> None:
    program = "import sys; from service.evaluations.cluster import chosen; chosen.choose(''); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "service.evaluations.cluster.executor" in loaded
    assert not {"distributed", "dask", "tornado"} & set(loaded)


@pytest.mark.prove
def test_killed_workers_are_harmless(local_cluster: Any, alone: bytes) -> None:
    said: list[str] = []
    told = 0

    def progress(_phase: str, _share: float) -> None:
        nonlocal told
        told += 1
        if told in (5, 25):
            worker = next(iter(local_cluster.workers.values()))
            os.kill(worker.process.pid, signal.SIGKILL)

    def spread(local: Executor) -> ClusterExecutor:
        return ClusterExecutor(local_cluster.scheduler_address, local, said.append, fewest_entries=0)

    assert body(spread, progress) == alone
    assert told > 25
