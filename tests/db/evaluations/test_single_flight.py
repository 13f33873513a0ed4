"""The same request many times at once computes once, whatever process it reaches."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.kit.db import Database
from service.kit.jobs import Job
from tests.clients import ApiClient
from tests.evaluating import ready
from tests.processes import post, serving

REQUESTS = 200

pytestmark = pytest.mark.stress


def test_identical_requests_compute_once(api: ApiClient, database: Database, database_url: str, tmp_path: Path) -> None:
    path = f"/v1/workloads/{ready(api)}/evaluations"
    with serving(database_url, tmp_path) as address, ThreadPoolExecutor(50) as callers:
        answers = list(callers.map(lambda _: post(address + path, api.key, {}), range(REQUESTS)))
    assert {status for status, _ in answers} <= {200, 201}
    assert len({content for _, content in answers}) == 1
    with database.reading() as session:
        assert len(session.scalars(select(StoredEvaluation.id)).all()) == 1
        assert len(session.scalars(select(EvaluationResult.evaluation_id)).all()) == 1
        assert session.execute(select(Job.state, Job.attempt)).all() == [("succeeded", 1)]
