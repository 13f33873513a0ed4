"""Reaching a Dask cluster: whether its scheduler answers, and whether its workers run this code."""

from importlib import import_module
from typing import Any

from service.evaluations.cluster.tasks import build

DEADLINE_SECONDS = 10.0
"""How long the scheduler, and then its first worker, may take to be there."""


class Unreachable(Exception):  # noqa: N818
    """No cluster that could compute the same is at the address; says why and what to do."""


def connect(address: str) -> Any:  # noqa: ANN401 - a client of an extra
    """Return a client of the cluster at an address such as `tcp://scheduler:8786`, which has workers of this build.

    Raises Unreachable within three times DEADLINE_SECONDS.
    """
    distributed: Any = import_module("distributed")  # an extra, whose client is untyped

    try:
        client = distributed.Client(address, timeout=DEADLINE_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise Unreachable(
            f"no scheduler answers at {address} within {DEADLINE_SECONDS:.0f} s: {_first(error)}"
        ) from error
    try:
        _require_workers(client, address)
    except Unreachable:
        client.close(timeout=DEADLINE_SECONDS)
        raise
    return client


def workers_of(client: Any) -> int:  # noqa: ANN401 - as above
    """Return how many workers the scheduler knows, 0 where it does not answer any more."""
    try:
        return len(client.scheduler_info(n_workers=-1)["workers"])
    except Exception:  # noqa: BLE001 - gone, in whichever way
        return 0


def _require_workers(client: Any, address: str) -> None:  # noqa: ANN401
    try:
        client.wait_for_workers(1, timeout=DEADLINE_SECONDS)
    except TimeoutError as error:
        told = f"the scheduler at {address} has no worker; start some with `dask worker {address}`"
        raise Unreachable(told) from error
    try:
        builds = set(client.run(build).values())
    except Exception as error:
        told = f"the workers of {address} cannot load this release of Crossover ({_first(error)}); install it on them"
        raise Unreachable(told) from error
    if others := builds - {build()}:
        told = f"workers of {address} run {', '.join(sorted(others))}, this is {build()}"
        raise Unreachable(f"{told}: install the same release on both")


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
