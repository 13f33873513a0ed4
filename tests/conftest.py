"""Fixtures that every test may use, the profile of property tests, and which tests a run leaves to a longer one."""

import gc
import signal
from collections.abc import Iterator
from zlib import crc32

import pytest
from hypothesis import settings

from service.evaluations import waiting
from tests.effort import EFFORT

pytest_plugins = ["tests.databases", "tests.clients", "tests.javascript_receiver"]

SWEEPS = (
    "/api/evaluations/comparisons/",
    "/api/evaluations/scenarios/",
    "/api/evaluations/test_guide.py",
    "/api/evaluations/test_paper.py",
    "/api/evaluations/test_report.py",
    "/api/events/test_verification.py",
    "/api/kit/http/test_proxies.py",
    "/api/kit/http/test_unit_of_work.py",
    "/api/kit/test_",
    "/api/pools/",
    "/api/portfolios/",
    "/api/traffic_histories/test_hostile_files.py",
    "/api/traffic_histories/test_public_files.py",
    "/unit/evaluations/cluster/",
)
"""What `make quick` leaves to `make test`: all operations or a corpus of files, servers, many workloads at once."""

# Laws are never about time; runs of CI are the same every time, long proofs look elsewhere each time.
settings.register_profile("test", deadline=None, derandomize=EFFORT != "prove", print_blob=True)
settings.load_profile("test")

# A shell that starts the tests in the background has them ignore SIGINT, and all they start with them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Have requests wait for their evaluations however long kernels take to compile: a slow machine is no fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "WAIT_SECONDS", 600)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run need not prove: docs/testing.md."""
    kept = [item for item in items if _belongs(item)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not _belongs(item)])
        items[:] = kept


def pytest_collection_finish() -> None:
    """Have the garbage collector never walk again what importing the service and the tests has left: it is for good."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let it be walked at the end: libraries count what they made."""
    gc.unfreeze()


def _belongs(item: pytest.Item) -> bool:
    if EFFORT == "prove":
        return True
    if item.get_closest_marker("prove"):
        return False
    if EFFORT == "quick" and any(sweep in str(item.path) for sweep in SWEEPS):
        return False
    return not _on_postgresql(item) or _differs(item)


def _on_postgresql(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and "postgresql" in (
        parameters.params.get("database_url"),
        parameters.params.get("empty_database_url"),
    )


def _differs(item: pytest.Item) -> bool:
    """Whether a test runs on PostgreSQL too: where SQL, locks or errors may differ, and a sixth of the rest."""
    if EFFORT == "quick":
        return False
    return (
        "/db/" in str(item.path) or bool(item.get_closest_marker("both_engines")) or crc32(item.name.encode()) % 6 == 0
    )
