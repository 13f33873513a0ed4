"""The report on an evaluation over HTTP: for its own organization, once there is an answer."""

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
