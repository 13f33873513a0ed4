"""The cluster of this process, where `CROSSOVER_CLUSTER` or `--cluster` names one. Without it nothing is loaded."""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from service.evaluations.cluster import require_installed
from service.evaluations.cluster.executor import ClusterExecutor
from service.kit import logging

PAUSE_SECONDS = 60.0
"""How long a cluster that was not there, or got lost, is left alone: evaluations should not all wait for it."""


def _log(why: str) -> None:
    logging.get().warning("cluster not used", why=why)


@dataclass
class Chosen:
    """A cluster by its address. said: hears why something is computed here instead. left_alone_until: monotonic s."""

    address: str
    said: Callable[[str], None] = _log
    left_alone_until: float = 0.0

    def spread(self, local: Executor) -> AbstractContextManager[Executor]:
        """Give the executor of one evaluation, `local` while the cluster is left alone."""
        if time.monotonic() < self.left_alone_until:
            return nullcontext(local)
        return ClusterExecutor(self.address, local, self._lost)

    def _lost(self, why: str) -> None:
        self.left_alone_until = time.monotonic() + PAUSE_SECONDS
        self.said(why)


_chosen: list[Chosen] = []
"""At most one, the last that was chosen."""


def choose(address: str, said: Callable[[str], None] = _log) -> None:
    """Replay on the cluster at an address from now on, empty: in this process. Raises ExtraMissing."""
    require_installed(address)
    _chosen[:] = [Chosen(address, said)] if address else []


def spread(local: Executor) -> AbstractContextManager[Executor]:
    """Give what an evaluation replays on: the chosen cluster, or `local`."""
    return _chosen[0].spread(local) if _chosen else nullcontext(local)
