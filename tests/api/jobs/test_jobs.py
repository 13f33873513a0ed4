"""Jobs as an organization sees its own."""

import pytest

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.clients import ApiClient
from tests.evaluating import queue, ready

pytestmark = pytest.mark.both_engines


def test_jobs_are_listed_filtered_and_paged(api: ApiClient, other_api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    first, second = (queue(api, workload_id, margin=margin) for margin in ("0.2", "0.3"))
    items = api.get("/v1/jobs").json["items"]
    assert [item["resource_id"] for item in items] == [second, first]
    assert {(item["kind"], item["state"], item["attempt"]) for item in items} == {("evaluation", "queued", 0)}
    page = api.get("/v1/jobs?limit=1&state=queued").json
    assert [item["resource_id"] for item in page["items"]] == [second]
    assert [item["resource_id"] for item in api.get(page["next"]).json["items"]] == [first]
    assert Worker(database, JOBS).run_one()
    [done] = api.get("/v1/jobs?kind=evaluation&state=succeeded").json["items"]
    assert (done["resource_id"], done["share"], done["attempt"]) == (first, 1.0, 1)
    assert done["started_at"] <= done["finished_at"]
    assert api.get(f"/v1/jobs?evaluation_id={first}").json["items"] == [done]
    assert api.get("/v1/jobs?state=done").status_code == 422
    assert other_api.get("/v1/jobs").json["items"] == []
    assert other_api.get(f"/v1/jobs/{done['id']}").status_code == 404


def test_a_queued_job_of_an_evaluation_can_be_cancelled(api: ApiClient, database: Database) -> None:
    evaluation_id = queue(api, ready(api), margin="0.2")
    [job] = api.get(f"/v1/jobs?evaluation_id={evaluation_id}").json["items"]
    path = f"/v1/jobs/{job['id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).json["state"] == "cancelled"
    assert api.get(f"/v1/evaluations/{evaluation_id}").json["state"] == "cancelled"
    assert not Worker(database, JOBS).run_one()
    assert [item["id"] for item in api.get("/v1/jobs?state=cancelled").json["items"]] == [job["id"]]
    again = api.delete(path)
    assert (again.status_code, "already cancelled" in again.json["detail"]) == (409, True)


def test_a_job_of_another_kind_ends_by_itself(api: ApiClient, database: Database) -> None:
    queue(api, ready(api), margin="0.2")
    Worker(database, JOBS).run_one()
    [charts] = api.get("/v1/jobs?kind=charts").json["items"]
    answer = api.delete(f"/v1/jobs/{charts['id']}")
    assert (answer.status_code, "ends by itself" in answer.json["detail"]) == (409, True)
