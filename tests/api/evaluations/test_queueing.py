"""Evaluations that are not waited for: 202, progress, cancelling, taking up again."""

import pytest

from service.evaluations import awaiting
from service.kit.db import Database
from service.kit.worker import Worker
from service.resources import JOBS
from tests.clients import Answer, ApiClient
from tests.evaluating import evaluate, ready

ASYNC = {"Prefer": "respond-async"}


def queued(api: ApiClient, workload_id: str) -> Answer:
    answer = evaluate(api, workload_id, ASYNC)
    assert answer.status_code == 202, answer.text
    return answer


def test_an_evaluation_can_be_queued_and_computed_by_a_worker(api: ApiClient, database: Database) -> None:
    answer = queued(api, ready(api))
    path = answer.headers["Location"]
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.headers["Retry-After"] == "1"
    waiting = api.get(path)
    assert waiting.json["state"] == "queued"
    assert waiting.json["version"] is None
    assert waiting.json["progress"]["share"] == 0
    assert waiting.json["progress"]["seconds_left"] > 0
    assert waiting.headers["Retry-After"] == "1"
    assert Worker(database, JOBS).run_one()
    done = api.get(path)
    assert (done.json["state"], done.json["version"]) == ("completed", 1)
    assert "Retry-After" not in done.headers


def test_asking_again_joins_what_is_queued(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    first, second = queued(api, workload_id), queued(api, workload_id)
    assert first.headers["Location"] == second.headers["Location"]
    worker = Worker(database, JOBS)
    assert [worker.run_one(), worker.run_one()] == [True, False]


def test_who_asks_again_and_waits_gets_the_answer(api: ApiClient) -> None:
    workload_id = ready(api)
    path = queued(api, workload_id).headers["Location"]
    answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.headers["Location"]) == (201, path)
    assert answer.json["state"] == "completed"


def test_large_work_is_not_waited_for(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaiting, "INLINE_SECONDS", 0.0)
    workload_id = ready(api)
    assert evaluate(api, workload_id).status_code == 202
    answer = evaluate(api, workload_id, {"Prefer": "wait=1"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "wait=1")


def test_a_repeated_key_gets_the_same_answer(api: ApiClient) -> None:
    workload_id = ready(api)
    headers = {"Idempotency-Key": "once"}
    first, second = (evaluate(api, workload_id, headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert evaluate(api, workload_id, headers, preset="batch").status_code == 422


def test_a_queued_evaluation_can_be_cancelled_and_asked_for_again(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    path = queued(api, workload_id).headers["Location"]
    assert api.delete(path).status_code == 204
    assert api.get(path).json["state"] == "cancelled"
    assert not Worker(database, JOBS).run_one()
    assert api.delete(path).status_code == 409
    answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.headers["Location"], answer.json["version"]) == (201, path, 1)


def test_a_completed_evaluation_cannot_be_cancelled(api: ApiClient) -> None:
    path = evaluate(api, ready(api)).headers["Location"]
    assert api.delete(path).status_code == 409
    assert api.get(path).json["state"] == "completed"
