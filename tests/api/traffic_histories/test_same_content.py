"""The same traffic is the same history, however it is spelled, packed and often it is sent."""

import gzip

import zstandard

from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload
from tests.shared_data import shared_data
from tests.uploading import LOG, send

AZURE = ("requests/AzureLLMInferenceTrace_conv.csv", "zone=UTC")
VIDUR = ("requests/vidur_splitwise_conv.csv", "start=2023-11-16T18:15:46.680590Z")
PROVISIONAL = {"sufficiency": {"allow_provisional": True}}


def test_two_spellings_of_one_trace_are_one_content_and_one_evaluation(api: ApiClient) -> None:
    new_sheet(api)
    digests = []
    for path, query in (AZURE, VIDUR):
        workload_id = new_workload(api)
        uploaded = send(api, workload_id, shared_data(f"traffic/{path}").read_bytes(), query)
        assert uploaded.status_code == 201, uploaded.text
        evaluation = evaluate(api, workload_id, policy=PROVISIONAL)
        assert evaluation.status_code == 201, evaluation.text
        assert evaluation.json["inputs"]["traffic_history"]["digest"] == uploaded.json["digest"]
        digests.append((uploaded.json["digest"], evaluation.json["digest"]))
    assert digests[0] == digests[1]


def test_two_spellings_are_one_history_of_a_workload(api: ApiClient) -> None:
    workload_id = new_workload(api)
    one, other = (
        send(api, workload_id, shared_data(f"traffic/{path}").read_bytes(), query) for path, query in (AZURE, VIDUR)
    )
    assert (one.status_code, other.status_code) == (201, 200)
    assert one.json == other.json, "what was sent first is what is kept"
    assert one.json["source"]["words"]["zone"] == "UTC"


def test_content_sent_again_is_the_history_that_is_there(api: ApiClient) -> None:
    workload_id = new_workload(api)
    first = send(api, workload_id)
    again = [
        send(api, workload_id),
        send(api, workload_id, gzip.compress(LOG)),
        send(api, workload_id, zstandard.compress(LOG)),
        send(api, workload_id, LOG.replace(b",", b";").replace(b"\n", b"\r\n")),
        send(api, workload_id, b"\n".join([LOG.splitlines()[0], *reversed(LOG.splitlines()[1:])])),
    ]
    assert first.status_code == 201
    assert first.headers["Location"] == f"/v1/traffic-histories/{first.json['id']}"
    for answer in again:
        assert (answer.status_code, answer.json) == (200, first.json)
        assert answer.headers["Location"] == first.headers["Location"]
    items = api.get(f"/v1/workloads/{workload_id}/traffic-histories").json["items"]
    assert [item["id"] for item in items] == [first.json["id"]]
    created = [event["action"] for event in api.get("/v1/events").json["items"]].count("traffic_history.created")
    assert created == 1


def test_each_workload_keeps_its_own(api: ApiClient) -> None:
    one, other = (send(api, new_workload(api)) for _ in range(2))
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json["digest"] == other.json["digest"]
    assert one.json["id"] != other.json["id"]


def test_what_is_declared_of_the_observed_time_is_content(api: ApiClient) -> None:
    workload_id = new_workload(api)
    plain = send(api, workload_id)
    longer = send(api, workload_id, query="end=2026-10-05T01:00:00Z")
    assert (plain.status_code, longer.status_code) == (201, 201)
    assert plain.json["digest"] != longer.json["digest"]
    assert (plain.json["end"], longer.json["end"]) == (None, "2026-10-05T01:00:00Z")


def test_a_request_repeated_with_its_key_is_answered_again(api: ApiClient) -> None:
    workload_id, key = new_workload(api), {"Idempotency-Key": "upload-1"}
    first = send(api, workload_id, headers=key)
    again = send(api, workload_id, headers=key)
    other = send(api, workload_id, LOG.replace(b",7", b",6"), headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422), other.text
    assert first.data == again.data
    assert len(api.get(f"/v1/workloads/{workload_id}/traffic-histories").json["items"]) == 1
