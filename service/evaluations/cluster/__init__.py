"""Replays on the workers of a Dask cluster, which is an extra: `pip install 'crossover[cluster]'`."""

from importlib.util import find_spec


class ExtraMissing(Exception):  # noqa: N818
    """A cluster is wanted and its library is not installed."""


def require_installed(address: str) -> None:
    """Raise ExtraMissing where a cluster is wanted and the extra `cluster` is not installed."""
    if address and find_spec("distributed") is None:
        raise ExtraMissing("a cluster needs the extra cluster: pip install 'crossover[cluster]'")
