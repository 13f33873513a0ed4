"""Schedules: what is due is asked for once, on what is newest then."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import CHORES, JOBS
from tests.clients import Answer, ApiClient
from tests.evaluating import new_workload, ready, reprice

pytestmark = pytest.mark.both_engines

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, 0, 1, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 12, 7, 6, 0, 1, tzinfo=UTC)


def new(api: ApiClient, workload_id: str, **said: object) -> Answer:
    with time_machine.travel(FRIDAY, tick=False):
        return api.post("/v1/schedules", json={"workload_id": workload_id, **said})


def later(api: ApiClient, database: Database, path: str, now: datetime) -> dict[str, Any]:
    """Let workers do what is due at a time; return the schedule then."""
    with time_machine.travel(now, tick=False):
        workers = [Worker(database, JOBS, chores=CHORES) for _ in range(2)]
        for worker in workers:
            worker.do_chores()
        while workers[0].run_one() or workers[1].run_one():
            pass
        return dict(api.get(path).json)


def test_what_is_due_is_evaluated_once_and_again_when_something_is_new(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    made = new(api, workload_id)
    path = made.headers["Location"]
    assert made.json["next_at"] == "2026-11-30T06:00:00Z"
    assert made.json["last_run"] is None
    assert later(api, database, path, FRIDAY)["last_run"] is None
    first = later(api, database, path, MONDAY)
    assert first["next_at"] == "2026-12-07T06:00:00Z"
    run = first["last_run"]
    assert (run["due_at"], run["state"], run["error"]) == ("2026-11-30T06:00:00Z", "succeeded", None)
    assert api.get(f"/v1/evaluations/{run['evaluation_id']}").json["state"] == "completed"
    assert len(api.get("/v1/evaluations").json["items"]) == 1
    same = later(api, database, path, NEXT_MONDAY)["last_run"]
    assert (same["due_at"], same["evaluation_id"]) == ("2026-12-07T06:00:00Z", run["evaluation_id"])
    reprice(api, token="0.10")
    # Weeks in which nothing ran are not made up for.
    other = later(api, database, path, NEXT_MONDAY.replace(month=12, day=29))
    assert other["last_run"]["evaluation_id"] != run["evaluation_id"]
    assert len(api.get("/v1/evaluations").json["items"]) == 2
    assert other["next_at"] == "2027-01-04T06:00:00Z"


def test_what_cannot_be_evaluated_says_why_and_is_tried_again(api: ApiClient, database: Database) -> None:
    path = new(api, new_workload(api)).headers["Location"]
    run = later(api, database, path, MONDAY)["last_run"]
    assert (run["state"], run["evaluation_id"]) == ("failed", None)
    assert "no traffic history" in run["error"]
    assert later(api, database, path, NEXT_MONDAY)["last_run"]["due_at"] == "2026-12-07T06:00:00Z"


def test_a_paused_or_deleted_schedule_asks_for_nothing(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    path = new(api, workload_id).headers["Location"]
    with time_machine.travel(FRIDAY, tick=False):
        paused = api.patch(path, json={"paused": True}, headers={"If-Match": "*"})
    assert paused.json["next_at"] is None
    assert later(api, database, path, MONDAY)["last_run"] is None
    with time_machine.travel(MONDAY, tick=False):
        again = api.patch(path, json={"paused": False, "at": "07:00", "zone": "Europe/Berlin", "day": 2})
        assert again.status_code == 428, "what changes is named"
        again = api.patch(
            path, json={"paused": False, "at": "07:00", "zone": "Europe/Berlin", "day": 2}, headers={"If-Match": "*"}
        )
    assert again.json["next_at"] == "2026-12-01T06:00:00Z"
    assert api.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert api.get(path).status_code == 404
    later(api, database, "/v1/schedules", NEXT_MONDAY)
    assert api.get("/v1/evaluations").json["items"] == []


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"every": "day"}, "/every"),
        ({"day": 8}, "/day"),
        ({"every": "month", "day": 32}, "/day"),
        ({"at": "24:00"}, "/at"),
        ({"at": "6:00"}, "/at"),
        ({"zone": "Berlin"}, "/zone"),
        ({"policy": {"margin": "x"}}, "/policy/margin"),
        ({"policy_id": "po_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/policy_id"),
    ],
)
def test_a_wrong_schedule_names_the_field(api: ApiClient, said: dict[str, object], pointer: str) -> None:
    answer = new(api, new_workload(api), **said)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_a_change_must_leave_a_day_there_is(api: ApiClient) -> None:
    path = new(api, new_workload(api), every="month", day=15).headers["Location"]
    answer = api.patch(path, json={"every": "week"}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/day")
    assert api.get(path).json["every"] == "month"
