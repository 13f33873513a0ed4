"""The example's server: a `crossover serve` of our own, stopped when we stop."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.cli.exits import Refused

READY_SECONDS = 60
POLL_SECONDS = 0.05
STOP_SECONDS = 30


@contextmanager
def running(url: str, host: str, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server that writes to `log` and wait until it is ready; stop it at the end."""
    command = [sys.executable, "-m", "service.cli", "serve", "--host", host, "--port", str(port)]
    with log.open("ab") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603 - our own program
    try:
        _wait_until_ready(server, url, log)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            last = log.read_text(errors="replace").splitlines()[-5:]
            raise Refused(f"the server ended at once with status {server.returncode}; the end of {log}:", *last)
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2):  # noqa: S310 - our own server
                return
        except OSError:  # refused or not ready yet
            time.sleep(POLL_SECONDS)
    raise Refused(f"the server was not ready within {READY_SECONDS} seconds")
