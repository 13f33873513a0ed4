"""A real server: gunicorn with its processes, on a database and a port of its own."""

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from service.cli.demo.server import running
from service.kit.db.database import Database
from tests.clients import new_organization
from tests.processes import free_port
from tests.waiting import eventually

TIMEOUT_SECONDS = 300

JSON = {"Content-Type": "application/json"}

Body = bytes | str | BinaryIO | None


@dataclass(frozen=True)
class Server:
    """A server that is up. pid: of gunicorn's master. key: of the owner of an organization."""

    port: int
    key: str
    pid: int

    def call(
        self, method: str, path: str, body: Body = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Call the API; return the status and the JSON of the answer, None where it has none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            authorized = {"Authorization": f"Bearer {self.key}", **(headers or {})}
            connection.request(method, path, body, authorized)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        finally:
            connection.close()

    def workload(self, name: str = "uploads", model: str = "m") -> str:
        """Create a workload; return its id."""
        status, workload = self.call("POST", "/v1/workloads", json.dumps({"name": name, "model": model}), JSON)
        assert status == 201, workload
        return str(workload["id"])

    def evaluated(self, workload_id: str, traffic: bytes, policy: Mapping[str, Any], query: str = "") -> dict[str, Any]:
        """Upload CSV traffic, of which `query` says how it is read, and evaluate it; return the completed body."""
        address = f"/v1/workloads/{workload_id}"
        status, told = self.call("POST", f"{address}/traffic-histories?{query}", traffic, {"Content-Type": "text/csv"})
        assert status == 201, told
        status, made = self.call("POST", f"{address}/evaluations", json.dumps({"policy": policy}), JSON)
        assert status in (201, 202), made
        where = f"/v1/evaluations/{made['id']}"
        eventually(lambda: self.call("GET", where)[1]["state"] == "completed")
        return dict(self.call("GET", where)[1])

    def workers(self) -> set[int]:
        """Return the process ids of the server's workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return {int(pid) for pid in children.split()}


@contextmanager
def serving(database_url: str, folder: Path, **settings: str) -> Iterator[Server]:
    """Start a server on a migrated database; its uploads and its log go to `folder`."""
    database = Database(database_url)
    _, key = new_organization(database, "Served")
    database.dispose()
    port = free_port()
    environment = {"DATABASE_URL": database_url, "WORK_FOLDER": str(folder / "work"), **settings}
    with ExitStack() as stack:
        # Only while the server starts: other tests may run in this process for as long as it is up.
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setitem(os.environ, f"CROSSOVER_{name}", value)
            patch.setattr("service.cli.demo.server.READY_SECONDS", TIMEOUT_SECONDS)  # a busy machine starts slowly
            started = running(f"http://127.0.0.1:{port}", "127.0.0.1", port, folder / "server.log")
            process = stack.enter_context(started)
        yield Server(port, key, process.pid)
