"""Policies over HTTP: versions, presets, the organization's default."""

from typing import Any

import pytest

from tests.clients import Answer, ApiClient

CHAT = {"name": "Chat", "preset": "interactive_chat", "policy": {"margin": "0.20"}}


def created(api: ApiClient, body: dict[str, Any] | None = None) -> Answer:
    answer = api.post("/v1/policies", json=body or CHAT)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_policy_lies_on_its_preset(api: ApiClient) -> None:
    answer = created(api)
    policy = answer.json
    assert answer.headers["Location"] == f"/v1/policies/{policy['id']}"
    assert answer.headers["ETag"] == '"v1"'
    assert policy["version"] == 1
    assert policy["policy"]["margin"] == "0.2"
    assert policy["policy"]["latency"]["target_ms"] == 1500
    assert policy["effective"]["hybrid"] == {
        "threshold": 1.0,
        "overhead_per_month": "0",
        "outage_hours_per_month": "0",
    }
    assert api.get(f"/v1/policies/{policy['id']}").json == policy


def test_versions_are_added_never_changed(api: ApiClient) -> None:
    first = created(api).json
    path = f"/v1/policies/{first['id']}"
    second = api.post(f"{path}/versions", json={"name": "Chat 2"}, headers={"If-Match": '"v1"'})
    assert (second.status_code, second.json["version"]) == (201, 2)
    assert second.headers["Location"] == f"{path}/versions/2"
    assert api.get(f"{path}/versions/1").json == first
    assert api.get(path).json == second.json
    assert [item["version"] for item in api.get(f"{path}/versions").json["items"]] == [2, 1]
    assert [item["name"] for item in api.get("/v1/policies").json["items"]] == ["Chat 2"]


def test_two_writers_do_not_overwrite_each_other(api: ApiClient) -> None:
    path = f"/v1/policies/{created(api).json['id']}/versions"
    assert api.post(path, json={"name": "A"}).status_code == 428
    assert api.post(path, json={"name": "A"}, headers={"If-Match": '"v1"'}).status_code == 201
    assert api.post(path, json={"name": "B"}, headers={"If-Match": '"v1"'}).status_code == 412


def test_the_newest_default_is_in_force(api: ApiClient) -> None:
    policy_id = created(api).json["id"]
    assert api.get("/v1/default-policies").json["items"] == []
    assert api.post("/v1/default-policies", json={"policy_id": policy_id}).status_code == 201
    assert api.post("/v1/default-policies", json={"policy_id": None}).status_code == 201
    items = api.get("/v1/default-policies").json["items"]
    assert [item["policy_id"] for item in items] == [None, policy_id]


def test_presets_are_explained(api: ApiClient) -> None:
    presets = api.get("/v1/policy-presets").json["items"]
    assert [preset["name"] for preset in presets] == ["interactive_chat", "batch", "regulated"]
    regulated = api.get("/v1/policy-presets/regulated").json
    assert regulated == presets[2]
    assert regulated["policy"]["isolation"]["required"] == {"tenancy": "dedicated", "version_pinning": True}
    assert regulated["reasons"]["/margin"].endswith(".")
    assert api.get("/v1/policy-presets/frugal").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"policy": {}}, "/name"),
        ({"name": "x", "policy": {"margin": "2"}}, "/policy/margin"),
        ({"name": "x", "policy": {"latency": {"speed": 1}}}, "/policy/latency/speed"),
        ({"name": "x", "policy": []}, "/policy"),
        ({"name": "x", "policy": None}, "/policy"),
        ({"name": "x", "preset": "frugal"}, "/preset"),
        ({"name": "x", "colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_field_is_named(api: ApiClient, body: dict[str, Any], pointer: str) -> None:
    answer = api.post("/v1/policies", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert api.get("/v1/policies").json["items"] == []


def test_a_default_must_exist(api: ApiClient, other_api: ApiClient) -> None:
    theirs = created(other_api).json["id"]
    for body in ({"policy_id": theirs}, {"policy_id": created(api).json["id"], "policy_version": 2}):
        answer = api.post("/v1/default-policies", json=body)
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unknown_policy")


def test_a_version_is_a_version_of_something(api: ApiClient) -> None:
    answer = api.post("/v1/default-policies", json={"policy_id": None, "policy_version": 3})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/policy_version")
    assert api.get("/v1/default-policies").json["items"] == []


def test_another_organization_sees_nothing(api: ApiClient, other_api: ApiClient) -> None:
    path = f"/v1/policies/{created(other_api).json['id']}"
    assert api.get(path).status_code == 404
    assert api.get(f"{path}/versions/1").status_code == 404
    assert api.get(f"{path}/versions").status_code == 404
    assert api.post(f"{path}/versions", json={"name": "x"}, headers={"If-Match": '"v1"'}).status_code == 404
    assert api.get("/v1/policies").json["items"] == []


def test_viewers_read_only(api: ApiClient) -> None:
    viewer = api.as_role("viewer")
    created(api)
    assert viewer.get("/v1/policies").status_code == 200
    assert viewer.post("/v1/policies", json=CHAT).status_code == 403
