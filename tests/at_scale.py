"""Guarantees of evaluations at any size: tests try them small, benchmarks in full, with this code."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import func, select

from service.evaluations import service
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.kit.db.database import Database
from service.kit.jobs.queue import Job
from tests.clients import ApiClient
from tests.evaluating import evaluate, queue, ready
from tests.processes import ROOT, post, start_worker
from tests.waiting import eventually

Json = dict[str, Any]

WORKERS = 2

LOOSE = """
import json, sys
from service.evaluations.engine import answer_of
from service.evaluations.document import Envelope, body_of
from tests.evaluating import Case
policies, threads = json.load(sys.stdin)
cases = [Case(policy=policy) for policy in policies]
answers = [(case, answer_of(case.materials, threads=count)) for count in threads for case in cases]
print(json.dumps([body_of(Envelope(), case.inputs, answer)["digest"] for case, answer in answers]))
"""


def policies(count: int) -> list[Json]:
    """Return different policies of every kind: margins, traffic, latency, isolation, terms, seeds, families."""
    kinds: list[Json] = [
        {},
        {"traffic_factor": "5"},
        {"latency": {"target_ms": 900, "value_per_slow_request": "0.01"}, "traffic_factor": "3"},
        {"isolation": {"preferred": {"version_pinning": True}, "value_per_month": "50"}, "seed": 7},
        {"max_term_months": 0, "traffic_factor": "3", "synthesis": {"cv": 2}},
        {"modes": ["serverless", "hybrid"], "traffic_factor": "4", "horizon": {"growth_per_month": "0.03"}},
    ]
    return [kinds[number % len(kinds)] | {"margin": f"0.{number:04}"} for number in range(count)]


def loose_digests(asked: Sequence[Json], hash_seed: str, threads: Sequence[int]) -> list[str]:
    """Compute every policy's evaluation in a process of its own, without a database; return the digests."""
    done = subprocess.run(
        [sys.executable, "-c", LOOSE],
        input=json.dumps([asked, threads]),
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    digests: list[str] = json.loads(done.stdout)
    return digests


def stored_digests(api: ApiClient, asked: Sequence[Json]) -> list[str]:
    """Have the service evaluate every policy; return the digests."""
    workload_id = ready(api)
    return [evaluate(api, workload_id, policy=policy).json["digest"] for policy in asked]


@dataclass(frozen=True)
class Survived:
    """What became of evaluations whose workers were killed. attempts: of their jobs, one each where nobody died."""

    asked: int
    answered: int
    kills: int
    attempts: int
    seconds: float


def survive_kills(api: ApiClient, database: Database, url: str, evaluations: int, kills: int) -> Survived:
    """Queue evaluations and kill workers with signal 9, at random while both are at work, until all are answered.

    Asserts that each is answered exactly once, under version numbers without a gap.
    """
    workload_id = ready(api)
    ids = [queue(api, workload_id, margin=f"0.{number:04}") for number in range(evaluations)]
    started, done = time.monotonic(), 0
    with _workers(url) as workers:
        chance = random.Random(5)
        while done < kills:
            eventually(lambda: _working(database) == WORKERS or _answered(database) == evaluations)
            if _answered(database) == evaluations:
                break
            # Spread over the whole of the work, each at a random moment.
            eventually(partial(_has_answered, database, evaluations * done // (kills + 1)), seconds=300)
            time.sleep(chance.uniform(0, 0.2))
            victim = chance.randrange(WORKERS)
            workers[victim].kill()
            workers[victim].wait()
            workers[victim] = start_worker(url)
            done += 1
        eventually(lambda: _answered(database) == evaluations, seconds=60 + evaluations)
    seconds = time.monotonic() - started
    with database.reading() as session:
        results = session.execute(select(EvaluationResult.evaluation_id, EvaluationResult.version)).all()
        states = Counter(session.scalars(select(Job.state).where(Job.kind == service.JOB)))
        attempts = session.scalar(select(func.sum(Job.attempt)).where(Job.kind == service.JOB)) or 0
    assert sorted(row[0] for row in results) == sorted(ids)
    assert sorted(row[1] for row in results) == list(range(1, evaluations + 1))
    assert states == {"succeeded": evaluations}
    return Survived(evaluations, len(results), done, attempts, seconds)


@dataclass(frozen=True)
class Repeated:
    """How many identical requests were answered, by status, and by what work."""

    statuses: dict[int, int]
    bodies: int
    evaluations: int
    results: int
    attempts: int


def repeat(api: ApiClient, database: Database, address: str, requests: int) -> Repeated:
    """Send the same request many times at once, every one of them before any is answered; count the work done."""
    url = f"{address}/v1/workloads/{ready(api)}/evaluations"
    together = threading.Barrier(requests)

    def ask(_: int) -> tuple[int, bytes]:
        together.wait()
        return post(url, api.key, {})

    with ThreadPoolExecutor(requests) as callers:
        answers = list(callers.map(ask, range(requests)))
    with database.reading() as session:
        return Repeated(
            statuses=dict(Counter(status for status, _ in answers)),
            bodies=len({content for _, content in answers}),
            evaluations=session.scalar(select(func.count()).select_from(StoredEvaluation)) or 0,
            results=session.scalar(select(func.count()).select_from(EvaluationResult)) or 0,
            attempts=session.scalar(select(func.sum(Job.attempt)).where(Job.kind == service.JOB)) or 0,
        )


@contextmanager
def _workers(url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give running workers; whoever is in the list at the end is ended."""
    running = [start_worker(url) for _ in range(WORKERS)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def _answered(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(EvaluationResult)) or 0


def _has_answered(database: Database, count: int) -> bool:
    return _answered(database) >= count


def _working(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Job.state == "running")) or 0
