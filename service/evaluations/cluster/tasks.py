"""What travels to a cluster and what its workers do: the columns of a case once, then probes, each a task of its own.

A task is pure: it gets everything it needs and leaves nothing behind, so that it may be run again, twice, or elsewhere.
"""

import hashlib
import pickle
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from service import ENGINE_VERSION, workflow
from service.workflow.compute.case import Case
from service.workflow.compute.replaying import Runs
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.traffic import Arrivals

MOST_CASES = 2
"""Cases that a worker keeps ready: what an evaluation is about, and its traffic at the factor that is tried."""


class OtherBuildError(Exception):
    """A worker's code would compute something else than the code that asks it."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a case is besides its columns."""

    profile: TrafficProfile
    policy: Policy
    offers: tuple[Offer, ...]

    @classmethod
    def of(cls, case: Case) -> "Rest":
        """Return it without what was worked out of it, which may be large and which a worker works out itself."""
        return cls(replace(case.profile, known={}), case.policy, case.offers)


@cache
def build() -> str:
    """Return what the bytes of an answer depend on besides its inputs: the workflow's sources and its libraries."""
    digest = hashlib.sha256()
    folder = Path(workflow.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    libraries = f"numpy {np.__version__}, numba {version('numba')}, Python {sys.version_info[0]}.{sys.version_info[1]}"
    return f"engine {ENGINE_VERSION} ({digest.hexdigest()[:12]}), {libraries}"


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value as it is pickled, columns included: the name that it travels by."""
    buffers: list[pickle.PickleBuffer] = []
    digest = hashlib.sha256(pickle.dumps(value, protocol=5, buffer_callback=buffers.append))
    for buffer in buffers:
        digest.update(buffer.raw())
    return digest.hexdigest()


def replay(columns: Arrivals, rest: Rest, probe: Runs, names: tuple[str, str], asked_by: str) -> Any:  # noqa: ANN401
    """Return the probe's replay of a case. Raises OtherBuildError where this is not the code of who asks."""
    if build() != asked_by:
        raise OtherBuildError(f"a worker runs {build()}, this is {asked_by}; install the same release on both")
    return probe.run(_case(columns, rest, names))


_cases: OrderedDict[tuple[str, str], Case] = OrderedDict()
_lock = threading.Lock()


def _case(columns: Arrivals, rest: Rest, names: tuple[str, str]) -> Case:
    """Return the case of these names, with all that earlier tasks have worked out of it."""
    with _lock:
        if names not in _cases:
            _cases[names] = Case(rest.profile, columns, rest.policy, rest.offers)
        _cases.move_to_end(names)
        while len(_cases) > MOST_CASES:
            _cases.popitem(last=False)
        return _cases[names]
