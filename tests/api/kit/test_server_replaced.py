"""A server whose processes are killed, replaced (HUP) and handed on (USR2): it serves, and what it measured stays."""

import os
import re
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.killing import children
from tests.server import Server, serving
from tests.waiting import eventually

TOKEN = "told"
CALLS = 25

pytestmark = pytest.mark.stress


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """Give a server that tells what it measured; end whoever it handed its work to."""
    with serving(database_url, tmp_path, METRICS_TOKEN=TOKEN) as started:
        try:
            yield started
        finally:
            successors = {pid for pid in children(started.pid) if b"gunicorn" in _command(pid)}
            for pid in successors:
                os.kill(pid, signal.SIGTERM)
            eventually(lambda: not any(_command(pid) for pid in successors))


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def measured(server: Server) -> int:
    """Return how many looks at liveness were counted, by all processes that there ever were."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        told = answer.read().decode()
    found = re.search(r'request_seconds_count\{operation="health.live",status="200"\} (\S+)', told)
    return int(float(found[1])) if found else 0


def files(server: Server) -> set[str]:
    return {path.name for path in Path(f"/dev/shm/crossover-metrics-{os.getuid()}-{server.port}").glob("histogram_*")}


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="looks into the folder that Linux has for this")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_was_measured_is_lost_or_piles_up(server: Server) -> None:
    counted = 0

    def look() -> None:
        nonlocal counted
        for _ in range(CALLS):
            assert server.call("GET", "/health/live")[0] == 200
        counted += CALLS
        assert measured(server) == counted

    def replaced(act: Callable[[], None]) -> None:
        before = server.workers()
        act()
        eventually(lambda: len(server.workers() - before) > 0 and len(server.workers()) == 2)
        look()
        gone = {f"histogram_{pid}.db" for pid in before - server.workers()}
        eventually(lambda: not gone & files(server))

    look()
    for _ in range(2):
        replaced(lambda: os.kill(min(server.workers()), signal.SIGKILL))
    replaced(lambda: os.kill(server.pid, signal.SIGHUP))
    assert "histogram_ended.db" in files(server)
    before = server.workers()
    os.kill(server.pid, signal.SIGUSR2)
    eventually(lambda: any(len(children(pid)) == 2 for pid in server.workers() - before))
    look()  # old and new answer side by side until the old one is ended
