"""Which history of a workload is decided on: chosen, retired, declared to span more, all without a new upload."""

from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import csv_of, evaluate, new_sheet, new_workload, upload, week
from tests.uploading import send

HEAD = b"timestamp,input_tokens,output_tokens\n"
LOG = HEAD + b"2026-11-02T00:00:02Z,1000,100\n2026-11-05T12:00:00Z,1000,100\n2026-11-08T23:00:00Z,1000,100\n"


def decided_on(api: ApiClient, workload_id: str) -> str:
    """Return the history that an evaluation stands on where none is named."""
    answer = evaluate(api, workload_id, policy={"sufficiency": {"allow_provisional": True}})
    assert answer.status_code in (200, 201), answer.text[:500]
    return str(answer.json["inputs"]["traffic_history"]["id"])


def change(api: ApiClient, history_id: str, **words: bool) -> Any:  # noqa: ANN401 - an answer's JSON
    """Change how a history stands."""
    path = f"/v1/traffic-histories/{history_id}"
    answer = api.patch(path, json=words, headers={"If-Match": api.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_history_is_chosen_retired_and_taken_back(api: ApiClient) -> None:
    new_sheet(api)
    workload_id = new_workload(api)
    first, second = upload(api, workload_id), upload(api, workload_id, scale=2)
    assert decided_on(api, workload_id) == second
    assert change(api, first, current=True)["chosen_at"] is not None
    assert decided_on(api, workload_id) == first
    third = upload(api, workload_id, scale=3)
    assert decided_on(api, workload_id) == first, "a choice stays until it is taken back"
    change(api, third, current=True)
    assert api.get(f"/v1/traffic-histories/{first}").json["chosen_at"] is None, "one is current"
    assert change(api, third, retired=True)["chosen_at"] is None
    assert decided_on(api, workload_id) == second, "without a choice the newest that is not retired"
    refused = evaluate(api, workload_id, traffic_history_id=third)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "retired_history")
    assert change(api, third, retired=False)["retired_at"] is None
    assert decided_on(api, workload_id) == third
    for history_id in (first, second, third):
        change(api, history_id, retired=True)
    assert evaluate(api, workload_id).status_code == 409
    actions = [event["action"] for event in api.get("/v1/events?limit=100").json["items"]]
    assert actions.count("traffic_history.changed") == 7


def test_the_tag_of_a_history_changes_with_its_standing(api: ApiClient) -> None:
    path = f"/v1/traffic-histories/{upload(api, new_workload(api))}"
    tag = api.get(path).headers["ETag"]
    assert api.patch(path, json={"retired": True}, headers={"If-Match": tag}).status_code == 200
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert api.patch(path, json={"retired": False}, headers={"If-Match": tag}).status_code == 412
    both = {"retired": True, "current": True}
    assert api.patch(path, json=both, headers={"If-Match": "*"}).status_code == 409
    assert api.delete(path, headers={"If-Match": "*"}).status_code == 204


def test_the_span_of_a_log_is_declared_later(api: ApiClient) -> None:
    new_sheet(api)
    workload_id = new_workload(api)
    short = send(api, workload_id, LOG).json
    spans = f"/v1/traffic-histories/{short['id']}/spans"
    words = {"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00+00:00"}
    longer = api.post(spans, json=words)
    assert longer.status_code == 201, longer.text
    declared = send(api, new_workload(api), LOG, "start=2026-11-02T00:00:00Z&end=2026-11-09T00:00:00Z").json
    assert longer.json["digest"] == declared["digest"], "as if it had been said with the file"
    assert api.get(f"/v1/traffic-histories/{longer.json['id']}/profile").json["measurement"]["hours_observed"] == 168
    assert api.post(spans, json=words).status_code == 200
    assert decided_on(api, workload_id) == longer.json["id"]
    assert api.get(f"/v1/traffic-histories/{short['id']}").json["digest"] == short["digest"]


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        ({"start": "2026-11-02T00:00:03Z"}, "/start"),
        ({"end": "2026-11-08T23:00:00Z"}, "/end"),
        ({"end": "2046-11-08T23:00:00Z"}, "/end"),
        ({"absent": "idle"}, "/absent"),
    ],
)
def test_a_span_that_the_rows_contradict_is_refused(api: ApiClient, words: dict[str, str], pointer: str) -> None:
    history = send(api, new_workload(api), LOG).json["id"]
    refused = api.post(f"/v1/traffic-histories/{history}/spans", json=words)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_what_absent_buckets_mean_is_declared_later(api: ApiClient) -> None:
    lines = csv_of(week()).splitlines(keepends=True)
    holed = b"".join(line for place, line in enumerate(lines) if place == 0 or place % 7)
    history = send(api, new_workload(api), holed).json["id"]
    spans = f"/v1/traffic-histories/{history}/spans"
    idle = api.post(spans, json={"absent": "idle"})
    assert (idle.status_code, idle.json["absent"]) == (201, "idle")
    refused = api.post(spans, json={"start": "2026-11-01T00:00:00Z"})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "not_of_series")


def test_a_retired_price_sheet_is_in_force_no_more(api: ApiClient) -> None:
    sheet_id = new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    path = f"/v1/price-sheets/{sheet_id}"
    tag = api.get(path).headers["ETag"]
    retired = api.patch(path, json={"retired": True}, headers={"If-Match": tag})
    assert retired.status_code == 200, retired.text
    assert (retired.json["version"], retired.json["retired_at"] is not None) == (1, True)
    assert evaluate(api, workload_id).status_code == 422
    assert api.get(f"{path}/versions/in-force").status_code == 404
    pinned = evaluate(api, workload_id, price_sheet_versions=[{"id": sheet_id, "version": 1}])
    assert pinned.status_code == 201, "whoever names it still gets it"
    assert api.patch(path, json={"retired": False}, headers={"If-Match": tag}).status_code == 412
    again = api.patch(path, json={"retired": False}, headers={"If-Match": retired.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (200, tag)
    assert evaluate(api, workload_id).status_code == 200, "the same answer as before"
