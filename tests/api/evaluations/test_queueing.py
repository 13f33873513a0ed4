"""Evaluations that are not waited for: 202, progress, cancelling, taking up again."""

import threading

import pytest

from service.evaluations import inline, jobs, waiting
from service.evaluations.engine import Materials, answer_of
from service.kit import clock
from service.kit.db.database import Database, DatabaseBusy
from service.kit.jobs import queue as kit_jobs
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from service.workflow.document import Answer as Said
from service.workflow.evaluate import Progress
from tests.clients import Answer, ApiClient
from tests.evaluating import evaluate, queue, ready
from tests.waiting import eventually

pytestmark = pytest.mark.both_engines

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
    ran = [worker.run_one(), worker.run_one(), worker.run_one()]
    assert ran == [True, True, False], "the answer once, and what its charts need"


def test_who_asks_again_and_waits_gets_the_answer(api: ApiClient) -> None:
    workload_id = ready(api)
    path = queued(api, workload_id).headers["Location"]
    answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.headers["Location"]) == (201, path)
    assert answer.json["state"] == "completed"


def test_large_work_is_not_waited_for(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "INLINE_SECONDS", 0.0)
    workload_id = ready(api)
    assert evaluate(api, workload_id).status_code == 202
    answer = evaluate(api, workload_id, {"Prefer": "wait=1"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "wait=1")


def test_who_waits_longer_than_was_promised_is_told_to_come_back_and_the_work_goes_on(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload_id = ready(api)
    answered = threading.Event()

    def slow(materials: Materials, progress: Progress) -> Said:
        assert answered.wait(60), "the request never came back"
        return answer_of(materials, progress)

    monkeypatch.setattr(jobs, "answer_of", slow)
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 0.5)
    answer = evaluate(api, workload_id)
    path = answer.headers["Location"]
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    assert api.get(path).json["state"] == "running"
    answered.set()
    eventually(lambda: api.get(path).json["state"] == "completed")


def test_what_goes_on_without_its_request_is_given_back_when_the_process_ends(
    api: ApiClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload_id = ready(api)
    ending = threading.Event()

    def slow(materials: Materials, progress: Progress) -> Said:
        assert ending.wait(60), "the process never ended"
        return answer_of(materials, progress)

    monkeypatch.setattr(jobs, "answer_of", slow)
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 0.5)
    path = evaluate(api, workload_id).headers["Location"]
    inline.stop()
    ending.set()
    eventually(lambda: api.get(path).json["state"] == "queued")
    assert Worker(database, JOBS).run_one()
    assert api.get(path).json["state"] == "completed"


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


def test_what_cannot_be_computed_is_a_problem_that_names_the_field(api: ApiClient) -> None:
    workload_id = ready(api)
    for _ in range(2):  # asking again tries again
        answer = evaluate(api, workload_id, policy={"incumbent": "dedicated:acme/none@0x1"})
        assert (answer.status_code, answer.json["title"]) == (422, "Evaluation failed")
        assert answer.json["detail"].startswith("/policy/incumbent: dedicated:acme/none@0x1 names no option")
    [failed] = api.get("/v1/evaluations?limit=5").json["items"]
    assert (failed["state"], failed["version"]) == ("failed", None)
    assert "/policy/incumbent" in api.get(f"/v1/evaluations/{failed['id']}").json["error"]


def test_what_was_accepted_stays_so_when_waiting_for_it_fails(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    workload_id = ready(api)

    def busy(*_: object) -> None:
        raise DatabaseBusy("every connection is in use")

    with monkeypatch.context() as patch:
        patch.setattr(waiting, "_compute", busy)
        answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    assert evaluate(api, workload_id).headers["Location"] == answer.headers["Location"]


@pytest.fixture
def cancelled_midway(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancel every evaluation while it is computed, too late for its worker to notice."""

    def cancel(materials: Materials, progress: Progress) -> Said:
        [item] = api.get("/v1/evaluations").json["items"]
        assert api.delete(f"/v1/evaluations/{item['id']}").status_code == 204
        return answer_of(materials, progress)

    monkeypatch.setattr(jobs, "answer_of", cancel)


@pytest.mark.usefixtures("cancelled_midway")
def test_what_was_cancelled_while_it_ran_is_never_written(
    api: ApiClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload_id = ready(api)
    path = queued(api, workload_id).headers["Location"]
    assert Worker(database, JOBS).run_one()
    assert api.get(path).json["state"] == "cancelled"
    assert api.delete(path).status_code == 409
    monkeypatch.setattr(jobs, "answer_of", answer_of)
    answer = evaluate(api, workload_id)
    assert (answer.status_code, answer.headers["Location"], answer.json["version"]) == (201, path, 1)
    assert [event["action"] for event in api.get(f"/v1/events?resource_id={answer.json['id']}").json["items"]] == [
        "evaluation.completed",
        "evaluation.cancelled",
        "evaluation.requested",
    ]


@pytest.mark.usefixtures("cancelled_midway")
def test_who_waits_for_what_is_cancelled_is_told(api: ApiClient) -> None:
    answer = evaluate(api, ready(api))
    assert (answer.status_code, "cancelled meanwhile" in answer.json["detail"]) == (409, True)


def test_asking_again_does_not_join_what_is_being_stopped(
    api: ApiClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload_id = ready(api)
    path = queued(api, workload_id).headers["Location"]

    def overtaken(materials: Materials, progress: Progress) -> Said:
        monkeypatch.setattr(jobs, "answer_of", answer_of)
        assert api.delete(path).status_code == 204
        assert api.get(path).json["state"] == "cancelled"
        assert evaluate(api, workload_id).status_code == 201
        return answer_of(materials, progress)

    monkeypatch.setattr(jobs, "answer_of", overtaken)
    assert Worker(database, JOBS).run_one()
    assert api.get(path).json["version"] == 1
    assert len(api.get("/v1/evaluations").json["items"]) == 1


def test_evaluations_show_the_same_when_their_jobs_are_purged(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    path = evaluate(api, workload_id).headers["Location"]
    evaluate(api, workload_id, policy={"incumbent": "dedicated:acme/none@0x1"})
    cancelled = queue(api, workload_id, margin="0.2")
    api.delete(f"/v1/evaluations/{cancelled}")
    round_ = api.post("/v1/portfolio-evaluations", json={}).headers["Location"]
    while Worker(database, JOBS).run_one():
        pass
    addresses = ["/v1/evaluations", path, round_]
    addresses += [f"/v1/evaluations/{item['id']}" for item in api.get("/v1/evaluations").json["items"]]
    before = [api.get(address).json for address in addresses]
    assert {item["state"] for item in before[0]["items"]} == {"completed", "failed", "cancelled"}
    assert database.write(lambda session: kit_jobs.purge(session, clock.now())) == 2
    assert [api.get(address).json for address in addresses] == before
    assert evaluate(api, workload_id).headers["Location"] == path
