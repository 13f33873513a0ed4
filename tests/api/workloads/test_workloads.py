"""The workloads resource over HTTP."""

from tests.clients import ApiClient

CHAT = {"name": "Chat", "model": "m70"}


def test_a_created_workload_is_read_back_with_every_default_written_out(api: ApiClient) -> None:
    created = api.post("/v1/workloads", json=CHAT)
    assert created.status_code == 201
    assert created.headers["ETag"] == '"v1"'
    read = api.get(created.headers["Location"])
    assert read.json == created.json
    assert read.json["isolation"] == {"required": {}, "preferred": {}}
    assert read.json["zone"] == "UTC"
