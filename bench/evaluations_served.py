"""A stored evaluation served, against a bare Flask route that returns the same bytes, in one run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._calling import Call, rates
from bench._places import Place, places
from tests.evaluating import evaluate, ready
from tests.processes import ROOT, free_port, serving
from tests.waiting import eventually

SECONDS = 8.0


def main() -> None:
    """Print requests a second of the route, of the stored evaluation and of its 304."""
    with places() as found:
        for place in found:
            _measure(place)


def _measure(place: Place) -> None:
    stored = evaluate(place.api, ready(place.api))
    content = place.folder / "content.json"
    content.write_bytes(stored.data)
    key = {"Authorization": f"Bearer {place.api.key}"}
    with serving(place.url, place.folder / "work") as address, _bare(content) as bare:
        url = address + stored.headers["Location"]
        calls = {
            "bare Flask route": Call(f"{bare}/answer", {}),
            "stored evaluation": Call(url, key),
            "304": Call(url, key | {"If-None-Match": stored.headers["ETag"]}, 304),
        }
        measured = dict(zip(calls, rates(list(calls.values()), SECONDS), strict=True))
    print(f"{place.name}, {len(stored.data):,} bytes")
    for name, found in measured.items():
        print(f"  {name:18} {found:8,.0f} requests/s   ratio {found / measured['bare Flask route']:.2f}")


@contextmanager
def _bare(content: Path) -> Iterator[str]:
    """Run the bare application the way the service is run; give its address."""
    port = free_port()
    options = ["-k", "gthread", "-w", "2", "--threads", "8", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "bench._bare:app"],
        env={**os.environ, "BARE_CONTENT": str(content), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        return bool(rates([Call(f"http://127.0.0.1:{port}/answer", {})], 0.01))
    except ConnectionError:
        return False
