"""Real servers and workers in processes of their own, to be spoken to and killed, and small ones in a thread."""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer

from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[1]

POLL_SECONDS = 0.01
"""How long the end of a server in a thread may take to be seen."""

SHORT_LEASE = """
import datetime, sys
from service.kit.jobs import queue, worker
queue.LEASE = datetime.timedelta(seconds=float(sys.argv[1]))
worker.BEAT_SECONDS = float(sys.argv[1]) / 5
from service.settings import Settings
from service.worker import run
run(Settings.from_environment())
"""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_worker(database_url: str, lease_seconds: float = 2.0) -> subprocess.Popen[bytes]:
    """Start a worker whose claims lapse after `lease_seconds` without a sign of life, so that tests need not wait."""
    return subprocess.Popen(
        [sys.executable, "-c", SHORT_LEASE, str(lease_seconds)],
        env=_environment(database_url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def serving(database_url: str, folder: Path, *, workers: int = 2, threads: int = 8) -> Iterator[str]:
    """Run a server with embedded workers; give its address."""
    port = free_port()
    more = {"CROSSOVER_WORKERS": str(workers), "CROSSOVER_THREADS": str(threads), "CROSSOVER_WORK_FOLDER": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve", "--port", str(port)],
        env=_environment(database_url) | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: process.poll() is not None or _answers(f"{address}/health/live"))
        assert process.poll() is None, "the server did not start"
        yield address
    finally:
        process.terminate()
        process.wait()


def _environment(database_url: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "CROSSOVER_DATABASE_URL": database_url}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def post(url: str, key: str, body: object) -> tuple[int, bytes]:
    """Post JSON with an API key; return status and body, of an error too."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def in_background(server: BaseServer) -> Iterator[None]:
    """Have a server of the standard library, or one made of it, serve in a thread for as long as the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
