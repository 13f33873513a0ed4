"""The corpus of hostile files against a real server: each has its outcome, none takes a process down."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import sqlite_url
from tests.hostile_traffic import CORPUS
from tests.hostile_traffic.case import Hostile
from tests.server import Server, serving
from tests.waiting import eventually

PROCESSES = 2
"""Server processes that a server has unless told otherwise."""


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server whose workers are the same when all files have been sent."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    with serving(sqlite_url(folder / "test.sqlite3"), folder, EMBEDDED_WORKER="false") as server:
        eventually(lambda: len(server.workers()) == PROCESSES)  # the server is ready once one of them is
        workers = server.workers()
        yield server
        assert server.workers() == workers
        assert not list((folder / "work").glob("upload-*"))
        assert '"level": "error"' not in (folder / "server.log").read_text()


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_has_its_outcome(name: str, server: Server) -> None:
    case = CORPUS[name]
    workload = server.workload()
    path = f"/v1/workloads/{workload}/traffic-histories"
    status, answer = server.call("POST", f"{path}?{case.query}", case.content(), case.headers)
    if case.rows is None:
        code = answer["errors"][0]["code"] if answer["errors"] else answer["type"].rpartition("/")[2]
        assert (status, code) == (case.status, case.code), answer["detail"]
        assert server.call("GET", path)[1]["items"] == []
    else:
        assert status == 201, answer
        assert_read(case, server.call("GET", f"/v1/traffic-histories/{answer['id']}/quality")[1]["report"])
    assert server.call("GET", "/health/live")[0] == 200


def assert_read(case: Hostile, report: dict[str, object]) -> None:
    """Assert that the report of an accepted file says what it must."""
    rows, rejected, findings = report["rows"], report["rejected_by"], report["findings"]
    assert isinstance(rows, dict)
    assert isinstance(rejected, list)
    assert isinstance(findings, list)
    assert tuple(rows[name] for name in ("read", "accepted", "rejected", "duplicate")) == case.rows
    assert [count["reason"] for count in rejected] == ([case.reason] if case.reason else [])
    assert case.finding is None or case.finding in [finding["code"] for finding in findings]
