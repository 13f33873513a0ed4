"""The disk under a running server fills up: clear answers, reading goes on, and it writes again once there is space."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.kit.db import schema
from service.kit.db.database import Database
from tests.databases import sqlite_url
from tests.disks import small_disk
from tests.evaluating import csv_of, sheet, week
from tests.processes import ROOT
from tests.server import JSON, Server, serving
from tests.waiting import eventually

CLEAR = {503, 507}
"""What a call may say that finds no space; both are problem documents that say so."""

CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give a small disk for the database and the work folder."""
    with small_disk(tmp_path, 400) as folder:
        yield folder


def fill(place: Path) -> Path:
    """Write a file that takes what is left."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(2**20)):
                pass
        except OSError:
            return ballast
    raise AssertionError


def readiness(server: Server) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health/ready", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def calls(server: Server, own: str) -> Iterator[tuple[str, int, Any]]:
    """Make each kind of writing call once; yield what was answered."""
    told = {**JSON, "Prefer": "respond-async"}
    yield "workload", *server.call("POST", "/v1/workloads", json.dumps({"name": "more", "model": "m70"}), JSON)
    yield "upload", *server.call("POST", f"/v1/workloads/{own}/traffic-histories", csv_of(week(3)), CSV)
    yield "evaluation", *server.call("POST", f"/v1/workloads/{own}/evaluations", json.dumps({}), told)


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(place: Path, tmp_path: Path) -> None:
    url = sqlite_url(place / "crossover.sqlite3")
    database = Database(url)
    schema.upgrade(database)
    with serving(url, tmp_path, WORK_FOLDER=str(place / "work")) as server:
        assert server.call("POST", "/v1/price-sheets", json.dumps(sheet()), JSON)[0] == 201
        own, names = server.workload("first", "m70"), ["first"]
        assert server.call("POST", f"/v1/workloads/{own}/traffic-histories", csv_of(week(1)), CSV)[0] == 201
        ballast = fill(place)
        for number in range(200):  # until nothing fits into pages that were there
            status, answer = server.call(
                "POST", "/v1/workloads", json.dumps({"name": f"w{number}", "model": "m70" * 60}), JSON
            )
            if status != 201:
                break
            names.append(f"w{number}")
        assert status in CLEAR, answer
        for kind, told, answer in calls(server, own):
            assert told in CLEAR, (kind, told, answer)
            assert "space" in answer["detail"] or "disk" in answer["detail"].lower(), (kind, answer)
        assert server.call("GET", f"/v1/workloads/{own}")[0] == 200
        eventually(lambda: readiness(server) == 503)  # what it found a moment ago it need not look up again
        ballast.unlink()
        eventually(lambda: readiness(server) == 200)  # without hands
        for kind, told, answer in calls(server, own):
            assert told in (201, 202), (kind, told, answer)
    with database.reading() as session:
        stored = set(session.execute(text("SELECT name FROM workloads")).scalars())
    database.dispose()
    assert stored == {*names, "more"}
    command = [sys.executable, "-m", "service.cli", "audit", "--organization", "Served"]
    audited = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "CROSSOVER_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert "Traceback" not in (tmp_path / "server.log").read_text()
