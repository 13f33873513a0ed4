"""The same inputs have the same digest: on both databases, without one, with any number of threads and hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import evaluate, ready

ROOT = Path(__file__).resolve().parents[3]

POLICIES: list[dict[str, Any]] = [
    {},
    {"margin": "0.02", "traffic_factor": "7"},
    {"latency": {"target_ms": 900, "value_per_slow_request": "0.01"}, "traffic_factor": "3"},
    {"isolation": {"preferred": {"version_pinning": True}, "value_per_month": "50"}, "seed": 7},
]

LOOSE = """
import json, sys
from service.evaluations.computing import answer_of
from service.evaluations.evaluation_body import Envelope, body_of
from tests.evaluating import Case
policies, threads = json.loads(sys.argv[1])
cases = [Case(policy=policy) for policy in policies]
answers = [(case, answer_of(case.materials, threads=count)) for count in threads for case in cases]
print(json.dumps([body_of(Envelope(), case.inputs, answer)["digest"] for case, answer in answers]))
"""


def loose_digests(hash_seed: str, threads: list[int]) -> list[str]:
    """Compute every case in a process of its own, without a database; return the digests."""
    done = subprocess.run(
        [sys.executable, "-c", LOOSE, json.dumps([POLICIES, threads])],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    digests: list[str] = json.loads(done.stdout)
    return digests


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """Give the digests of one process with one thread."""
    return loose_digests("0", [1])


@pytest.mark.parametrize("hash_seed", ["1", "31337"])
def test_threads_and_hash_seeds_change_nothing(expected: list[str], hash_seed: str) -> None:
    assert loose_digests(hash_seed, [1, 2, 4]) == expected * 3
    assert len(set(expected)) == len(POLICIES)


def test_databases_change_nothing(expected: list[str], api: ApiClient) -> None:
    workload_id = ready(api)
    assert [evaluate(api, workload_id, policy=policy).json["digest"] for policy in POLICIES] == expected
