"""A version is upgraded under traffic, and gone back to: an older one serves on while the database moves on.

The old version is the repository as it was then, started from a folder of its own, on a database that an ordinary role
owns. `UPGRADE_FROM` names another commit to start from.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from service.kit.db import schema
from service.kit.db.database import Database
from tests.clients import new_organization
from tests.databases import postgres_url
from tests.evaluating import csv_of, sheet, week
from tests.guards.sources import ROOT
from tests.processes import free_port
from tests.waiting import eventually

pytestmark = [pytest.mark.prove, pytest.mark.stress]

OWNER = "crossover_upgraded"
CLIENTS = 4
SECONDS = 3
"""How long traffic goes on before and after each step."""


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def version_before() -> str:
    """Return the last commit with an older schema, all of one line; or the one that `UPGRADE_FROM` names."""
    if chosen := os.environ.get("UPGRADE_FROM"):
        return chosen
    for commit in git("log", "--format=%H", "--", "migrations/versions").decode().split():
        listed = git("ls-tree", "--name-only", commit, "migrations/versions/").decode().split()
        numbers = [Path(name).name[:4] for name in listed if name.endswith(".py")]
        if len(set(numbers)) == len(numbers) and max(numbers) < schema.newest()[:4]:
            return commit
    raise LookupError


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the version with the schema before, in a folder."""
    try:
        archive = git("archive", version_before())
    except (subprocess.CalledProcessError, OSError, LookupError):
        pytest.skip("no history of git says what the version before was")
    folder = tmp_path_factory.mktemp("old")
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder


LATER = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999_later", "{newest}"
def upgrade():
    op.add_column("workloads", sa.Column("later", sa.Text()))
"""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a version after this one, in a folder: the same with one more migration."""
    folder = tmp_path_factory.mktemp("later")
    for name in ("service", "migrations"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations/versions/9999_later.py").write_text(LATER.format(newest=schema.newest()))
    return folder


@pytest.fixture
def url(postgres_server: str, postgres_database: Callable[..., str]) -> str:
    """Give the URL of an empty database of an ordinary role."""
    name = postgres_database()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        if connection.execute("SELECT to_regrole(%s)", (OWNER,)).fetchone() == (None,):
            connection.execute(f"CREATE ROLE {OWNER} LOGIN")
        connection.execute(f'ALTER DATABASE "{name}" OWNER TO {OWNER}')
    return postgres_url(postgres_server, name).replace("postgres@", f"{OWNER}@")


def command(folder: Path, url: str, *words: str, **settings: str) -> subprocess.Popen[bytes]:
    """Start a command of the version in a folder."""
    chosen = {"CROSSOVER_DATABASE_URL": url, "CROSSOVER_WORK_FOLDER": str(folder / "var"), **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "service.cli", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **chosen},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def serving(folder: Path, url: str, **settings: str) -> Iterator[int]:
    """Run a server of the version in a folder; give its port."""
    port = free_port()
    process = command(folder, url, "serve", "--port", str(port), CROSSOVER_WORKERS="1", **settings)
    try:
        eventually(lambda: process.poll() is not None or call(port, "GET", "/health/live", "")[0] == 200)
        assert process.poll() is None, "the server did not start"
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def call(port: int, method: str, path: str, key: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    """Call the server at a port; return status and body, (0, b"") where there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
    try:
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def stored(port: int, key: str, path: str, body: object, **headers: str) -> str:
    status, content = call(port, "POST", path, key, body, **headers)
    assert status in (201, 202), content
    return str(json.loads(content)["id"])


def evaluated(port: int, key: str) -> str:
    """Store a sheet and a week of traffic, evaluate it; return the evaluation's id."""
    stored(port, key, "/v1/price-sheets", sheet())
    workload = stored(port, key, "/v1/workloads", {"name": "Chat", "model": "m70"})
    history = f"/v1/workloads/{workload}/traffic-histories"
    stored(port, key, history, csv_of(week()), **{"Content-Type": "text/csv"})
    evaluation = stored(port, key, f"/v1/workloads/{workload}/evaluations", {})
    eventually(lambda: digest(port, key, evaluation) is not None)
    return evaluation


def digest(port: int, key: str, evaluation: str) -> str | None:
    status, content = call(port, "GET", f"/v1/evaluations/{evaluation}", key)
    return json.loads(content).get("digest") if status == 200 else None


@dataclass
class Traffic:
    """Clients that write and read, at whichever ports there are, and repeat what they are told to repeat."""

    key: str
    ports: list[int]
    acknowledged: list[str] = field(default_factory=list)
    told: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, client: int) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            self._until_it_is_done(f"{client}-{number}")

    def _until_it_is_done(self, name: str) -> None:
        begun, tries = time.monotonic(), 0
        while not self._is_done(name, tries):
            tries += 1
            assert time.monotonic() - begun < 60, f"{name} is never acknowledged: {self.told}"
            threading.Event().wait(0.02)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.acknowledged.append(name)

    def _is_done(self, name: str, tries: int) -> bool:
        ports = tuple(self.ports)
        port = ports[(tries + len(self.acknowledged)) % len(ports)]
        body = {"name": name, "model": "m"}
        status, content = call(port, "POST", "/v1/workloads", self.key, body, **{"Idempotency-Key": name})
        self.told[status] += 1
        if status != 201:
            return False
        status, _ = call(port, "GET", f"/v1/workloads/{json.loads(content)['id']}", self.key)
        self.told[status] += 1
        return status == 200


@contextmanager
def under(traffic: Traffic) -> Iterator[None]:
    """Have clients call while the block runs."""
    threads = [threading.Thread(target=traffic.run, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        traffic.over.set()
        for thread in threads:
            thread.join()


def served(traffic: Traffic) -> None:
    """Let traffic go on for a while, and see that it does."""
    before = len(traffic.acknowledged)
    time.sleep(SECONDS)
    eventually(lambda: len(traffic.acknowledged) > before)


def migrated(folder: Path, url: str) -> None:
    """Bring the database to the newest revision of the version in a folder; where a lock was not to be had, again."""
    for _ in range(5):
        with suppress(AssertionError):
            assert command(folder, url, "migrate").wait() == 0
            return
    pytest.fail("the migration never got its locks")


def test_an_upgrade_under_traffic_fails_nothing_and_changes_no_answer(old: Path, url: str) -> None:
    migrated(old, url)
    database = Database(url)
    _, key = new_organization(database, "Upgraded")
    with serving(old, url) as before, ExitStack() as servers:
        evaluation = evaluated(before, key)
        expected = digest(before, key, evaluation)
        traffic = Traffic(key, [before])
        with under(traffic):
            served(traffic)
            migrated(ROOT, url)
            served(traffic)  # the old version on the new schema
            assert digest(before, key, evaluation) == expected
            after = servers.enter_context(serving(ROOT, url))
            traffic.ports.append(after)
            served(traffic)  # both
            traffic.ports.remove(before)
            served(traffic)  # the new one alone
        assert digest(after, key, evaluation) == expected
        assert call(after, "POST", f"/v1/evaluations/{evaluation}/replays", key, {})[0] in (200, 201, 202)
    require_kept(database, traffic)


def test_going_back_under_traffic_fails_nothing_and_changes_no_answer(later: Path, url: str) -> None:
    migrated(ROOT, url)
    database = Database(url)
    _, key = new_organization(database, "Upgraded")
    with ExitStack() as servers, ExitStack() as replaced:
        before = replaced.enter_context(serving(ROOT, url))
        evaluation = evaluated(before, key)
        expected = digest(before, key, evaluation)
        traffic = Traffic(key, [before])
        with under(traffic):
            migrated(later, url)
            served(traffic)
            after = servers.enter_context(serving(later, url))
            traffic.ports.append(after)
            traffic.ports.remove(before)
            served(traffic)  # the later one alone
            replaced.close()
            assert digest(after, key, evaluation) == expected
            with suppress(AssertionError), serving(ROOT, url):
                pytest.fail("the control: it must not start there unless it is told to")
            back = servers.enter_context(serving(ROOT, url, CROSSOVER_NEWER_SCHEMA="true"))
            traffic.ports.append(back)
            served(traffic)  # both
            traffic.ports.remove(after)
            served(traffic)  # this one alone, on the later schema
        assert digest(back, key, evaluation) == expected
        assert call(back, "POST", f"/v1/evaluations/{evaluation}/replays", key, {})[0] in (200, 201, 202)
    require_kept(database, traffic)


def require_kept(database: Database, traffic: Traffic) -> None:
    """What was acknowledged is there once, and nothing was told that a client could not repeat."""
    with database.reading() as session:
        names = Counter(session.execute(text("SELECT name FROM workloads WHERE name <> 'Chat'")).scalars())
    database.dispose()
    assert names == Counter(traffic.acknowledged)
    assert set(traffic.told) <= {0, 200, 201, 409, 503}, traffic.told
    assert traffic.slowest < 30
    print(f"{len(names)} writes, answers {dict(traffic.told)}, slowest {traffic.slowest:.1f} s")  # noqa: T201
