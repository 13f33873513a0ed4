"""The workloads resource over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.clients import Answer, ApiClient

CHAT = {"name": "Chat", "model": "m70"}

WHOLE = {
    "name": "Chat",
    "description": "Support chat,\nGerman and English",
    "model": "m70",
    "zone": "Europe/Berlin",
    "latency": {"metric": "end_to_end", "percentile": 99.5, "target_ms": 1500, "strict": True},
    "isolation": {
        "required": {"residency": ["eu"], "tenancy": "dedicated"},
        "preferred": {"version_pinning": True, "gpu": "8xH100", "certifications": ["SOC 2"], "quantization": "fp8"},
    },
    "incumbent": "serverless:m70-token",
    "labels": {"team": "support", "cost/center": "42"},
}


def created(api: ApiClient, **facts: object) -> Answer:
    answer = api.post("/v1/workloads", json=CHAT | facts)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_created_workload_is_read_back_with_every_default_written_out(api: ApiClient) -> None:
    answer = created(api)
    read = api.get(answer.headers["Location"])
    assert read.data == answer.data
    assert read.headers["ETag"] == answer.headers["ETag"] == '"v1"'
    assert read.json["isolation"] == {"required": {}, "preferred": {}}
    assert (read.json["zone"], read.json["latency"], read.json["labels"]) == ("UTC", None, {})
    assert next(iter(read.json)) == "id"


def test_everything_said_about_a_workload_is_kept(api: ApiClient) -> None:
    answer = api.post("/v1/workloads", json=WHOLE)
    kept = {name: answer.json[name] for name in WHOLE}
    assert kept == WHOLE


def test_a_change_replaces_what_it_names_and_keeps_the_rest(api: ApiClient) -> None:
    path = api.post("/v1/workloads", json=WHOLE).headers["Location"]
    changed = api.patch(path, json={"latency": None, "labels": {}}, headers={"If-Match": '"v1"'})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"v2"'
    assert {name: changed.json[name] for name in WHOLE} == WHOLE | {"latency": None, "labels": {}}
    assert changed.json["updated_at"] > changed.json["created_at"]
    assert api.get(path).data == changed.data


@pytest.mark.parametrize("tag", ['"v1"', '"other", "v1"', "*"])
def test_a_change_goes_through_with_the_present_version(api: ApiClient, tag: str) -> None:
    path = created(api).headers["Location"]
    assert api.patch(path, json={"name": "Talk"}, headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize("tag", ['"v2"', 'W/"v1"', '"v1', "v1x"])
def test_a_change_of_another_version_is_refused_and_told_the_present_one(api: ApiClient, tag: str) -> None:
    path = created(api).headers["Location"]
    for method in ("PATCH", "DELETE"):
        body: Any = {"json": {"name": "Talk"}} if method == "PATCH" else {}
        answer = api.call(method, path, headers={"If-Match": tag}, **body)
        assert answer.status_code == 412, answer.text
        assert answer.headers["ETag"] == '"v1"'
    assert api.get(path).json["name"] == "Chat"


def test_of_two_changes_at_once_one_is_refused(api: ApiClient) -> None:
    path = created(api).headers["Location"]

    def change(name: str) -> int:
        return api.patch(path, json={"name": name}, headers={"If-Match": '"v1"'}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(change, "abcd"))
    assert statuses == [200, 412, 412, 412]


def test_a_deleted_workload_answers_as_if_it_had_never_been(api: ApiClient) -> None:
    path = created(api).headers["Location"]
    assert api.delete(path, headers={"If-Match": '"v1"'}).status_code == 204
    never = path[:-4] + "0000"
    headers = {"X-Request-Id": "the-same-request"}
    assert api.get(path, headers=headers).text == api.get(never, headers=headers).text.replace(never, path)
    assert api.get("/v1/workloads").json["items"] == []
    assert api.delete(path, headers={"If-Match": '"v2"'}).status_code == 404


def test_a_reader_that_has_the_present_version_gets_no_body(api: ApiClient) -> None:
    path = created(api).headers["Location"]
    fresh = api.get(path, headers={"If-None-Match": '"v1"'})
    assert (fresh.status_code, fresh.data) == (304, b"")
    api.patch(path, json={"name": "Talk"}, headers={"If-Match": '"v1"'})
    assert api.get(path, headers={"If-None-Match": '"v1"'}).status_code == 200


def test_the_order_of_names_is_none_of_a_workload(api: ApiClient) -> None:
    one, other = (
        created(api, isolation={"required": {"residency": places, "certifications": places}})
        for places in (["us", "eu"], ["eu", "us"])
    )
    assert one.json["isolation"] == other.json["isolation"]
    assert one.json["isolation"]["required"]["residency"] == ["eu", "us"]


FAULTS = [
    ({"name": ""}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"name": None}, "/name"),
    ({"model": 5}, "/model"),
    ({"zone": "Mars/Olympus"}, "/zone"),
    ({"zone": "../../etc/passwd"}, "/zone"),
    ({"latency": {}}, "/latency/target_ms"),
    ({"latency": {"target_ms": 0}}, "/latency/target_ms"),
    ({"latency": {"target_ms": "2000"}}, "/latency/target_ms"),
    ({"latency": {"target_ms": 5, "percentile": 100}}, "/latency/percentile"),
    ({"latency": {"target_ms": 5, "metric": "total"}}, "/latency/metric"),
    ({"latency": {"target_ms": 5, "strict": 1}}, "/latency/strict"),
    ({"isolation": {"required": {"tenancy": "none"}}}, "/isolation/required/tenancy"),
    ({"isolation": {"required": {"residency": [""]}}}, "/isolation/required/residency/0"),
    ({"isolation": {"required": {"residency": ["eu", "us", "eu"]}}}, "/isolation/required/residency/2"),
    ({"isolation": {"preferred": {"certifications": ["SOC 2", "SOC 2"]}}}, "/isolation/preferred/certifications/1"),
    ({"isolation": {"wanted": {}}}, "/isolation/wanted"),
    ({"isolation": None}, "/isolation"),
    ({"labels": {"a b": "x"}}, "/labels/a b"),
    ({"labels": {"a/b": 1}}, "/labels/a~1b"),
    ({"id": "wl_1"}, "/id"),
    ({"version": 7}, "/version"),
    ({"organization_id": "org_1"}, "/organization_id"),
    ({"created_at": "2026-01-01T00:00:00Z"}, "/created_at"),
]


@pytest.mark.parametrize(("facts", "pointer"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_named_by_its_pointer_and_nothing_is_stored(
    api: ApiClient, facts: dict[str, object], pointer: str
) -> None:
    path = created(api).headers["Location"]
    answers = [
        api.post("/v1/workloads", json=CHAT | facts),
        api.patch(path, json=facts, headers={"If-Match": '"v1"'}),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert [item["version"] for item in api.get("/v1/workloads").json["items"]] == [1]


def test_what_is_required_is_said(api: ApiClient) -> None:
    errors = api.post("/v1/workloads", json={}).json["errors"]
    assert {(error["pointer"], error["code"]) for error in errors} == {("/name", "required"), ("/model", "required")}
