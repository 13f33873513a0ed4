"""The report on an evaluation over HTTP: for its own organization, once there is an answer."""

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready


def test_a_completed_evaluation_has_a_report(api: ApiClient) -> None:
    evaluation = evaluate(api, ready(api)).json
    answer = api.get(f"/v1/evaluations/{evaluation['id']}/report")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert evaluation["digest"] in answer.text
    assert evaluation["recommendation"]["option"] in answer.text


def test_one_that_is_not_completed_has_none(api: ApiClient) -> None:
    workload_id = ready(api)
    queued = api.post(f"/v1/workloads/{workload_id}/evaluations", json={}, headers={"Prefer": "respond-async"})
    assert queued.status_code == 202, queued.text
    answer = api.get(f"/v1/evaluations/{queued.json['id']}/report")
    assert answer.status_code == 409
    assert answer.json["detail"] == "The evaluation is queued; only a completed one has a report."


def test_charts_are_drawn_after_the_answer(api: ApiClient, database: Database) -> None:
    evaluation = evaluate(api, ready(api)).json
    address = f"/v1/evaluations/{evaluation['id']}"
    assert "Being drawn" in api.get(f"{address}/report").text
    assert api.get(f"{address}/charts/traffic.svg").status_code == 404
    while Worker(database, JOBS).run_one():
        pass
    assert "Being drawn" not in api.get(f"{address}/report").text
    picture = api.get(f"{address}/charts/traffic.svg")
    assert picture.status_code == 200
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "unsafe-inline" not in picture.headers["Content-Security-Policy"]
    assert sum(api.get(f"{address}/charts/traffic.json").json["data"]["total"]) > 0
    assert api.get(address).json["digest"] == evaluation["digest"], "no part of the answer"


def test_tables_are_files(api: ApiClient) -> None:
    address = f"/v1/evaluations/{evaluate(api, ready(api)).json['id']}/tables"
    found = api.get(f"{address}/options.csv")
    assert found.headers["Content-Disposition"].endswith('-options.csv"')
    assert found.text.startswith("option,mode,")
    assert api.get(f"{address}/lines.xlsx").data[:2] == b"PK"
    refused = api.get(f"{address}/nothing.csv")
    assert refused.status_code == 404
    assert "options.csv" in refused.json["detail"]
