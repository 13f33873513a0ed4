"""Uploads by address: read out of a store that speaks as S3 does, as if the object were the body."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from flask import Flask

from service.settings import Settings
from service.traffic_sources import object_stores
from service.traffic_sources.object_stores import ObjectStore, object_stores_of
from tests.clients import Answer, ApiClient
from tests.evaluating import csv_of, new_workload, upload, week
from tests.object_server import Bucket, serving

PREFIX = "s3://bucket/traffic/"


@pytest.fixture
def bucket(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Give a bucket, opened to everybody below one prefix."""
    with serving(Bucket()) as bucket:
        options = {"endpoint": bucket.address, "region": "eu", "access_key_id": "reader", "secret_access_key": "x"}
        monkeypatch.setenv("TESTS_STORE", json.dumps(options | {"allow_http": True}))
        app.extensions["object_stores"] = {"lake": ObjectStore("lake", PREFIX, "TESTS_STORE", ("*",))}
        yield bucket
        app.extensions["object_stores"] = {}


def read(api: ApiClient, address: str, workload_id: str | None = None, **words: str) -> Answer:
    body = {"address": address, "words": words}
    return api.post(f"/v1/workloads/{workload_id or new_workload(api)}/traffic-objects", json=body)


def fault(answer: Answer) -> tuple[int, str, str]:
    error: dict[str, Any] = answer.json["errors"][0]
    return answer.status_code, error["pointer"], error["code"]


def test_an_object_is_the_history_that_its_bytes_are(api: ApiClient, bucket: Bucket) -> None:
    bucket.objects["traffic/2026/october.csv"] = csv_of(week())
    workload_id = new_workload(api)
    sent = api.get(f"/v1/traffic-histories/{upload(api, workload_id)}").json
    other = new_workload(api)
    answer = read(api, f"{PREFIX}2026/october.csv", other)
    assert answer.status_code == 201, answer.text
    assert (answer.json["digest"], answer.json["workload_id"]) == (sent["digest"], other)
    assert answer.json["source"]["digest"] == sent["source"]["digest"]
    assert answer.json["source"]["object"] == {"address": f"{PREFIX}2026/october.csv", "tag": '"tag"'}
    assert read(api, f"{PREFIX}2026/october.csv", other).status_code == 200
    [(path, signed), *_] = bucket.asked
    assert path == "/bucket/traffic/2026/october.csv"
    assert "reader/" in signed
    assert "reader" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["s3://bucket/secrets/a.csv", f"{PREFIX}../secrets/a.csv", f"{PREFIX}a/%2e%2e/b", f"{PREFIX}a?x", f"{PREFIX}a//b",
     PREFIX, "s3://other/traffic/a.csv", "file:///etc/passwd", "http://127.0.0.1/a.csv", f"{PREFIX}a/./b", "S3://bucket/traffic/a"],
)  # fmt: skip
def test_only_paths_under_an_opened_prefix_are_asked_for(api: ApiClient, bucket: Bucket, address: str) -> None:
    bucket.objects["secrets/a.csv"] = csv_of(week())
    assert fault(read(api, address)) == (422, "/address", "unknown")
    assert bucket.asked == []


def test_a_store_of_others_is_not_there(api: ApiClient, other_api: ApiClient, app: Flask, bucket: Bucket) -> None:
    bucket.objects["traffic/a.csv"] = csv_of(week())
    app.extensions["object_stores"] = {"lake": ObjectStore("lake", PREFIX, "TESTS_STORE", (api.organization_id,))}
    refused = read(other_api, f"{PREFIX}a.csv")
    assert fault(refused) == (422, "/address", "unknown")
    assert PREFIX not in refused.text
    assert read(api, f"{PREFIX}a.csv").status_code == 201


def test_what_cannot_be_read_says_why(api: ApiClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault(read(api, f"{PREFIX}nothing.csv")) == (422, "/address", "not_found")
    bucket.objects["traffic/a.csv"] = b"a,b\n1,2\n"
    assert fault(read(api, f"{PREFIX}a.csv"))[2] == "unrecognised_columns"
    assert fault(read(api, f"{PREFIX}a.csv", zone="Mars"))[1] == "/words/zone"
    bucket.objects["traffic/a.csv"] = csv_of(week())
    uploads = api.app.extensions["crossover"].uploads
    monkeypatch.setattr(uploads, "max_bytes", len(csv_of(week())) - 1)
    assert read(api, f"{PREFIX}a.csv").status_code == 413
    monkeypatch.undo()
    monkeypatch.setattr(object_stores, "find_spec", lambda name: None if name == "obstore" else find_spec(name))
    missing = read(api, f"{PREFIX}a.csv")
    assert (missing.status_code, "pip install 'crossover[objects]'" in missing.json["detail"]) == (501, True)


def test_a_store_that_is_away_is_told_without_its_address(
    api: ApiClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = {"endpoint": "http://127.0.0.1:9", "region": "eu", "access_key_id": "a", "secret_access_key": "b"}
    monkeypatch.setenv("TESTS_STORE", json.dumps(away | {"allow_http": True}))
    answer = read(api, f"{PREFIX}a.csv")
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (502, "object-store-unreachable")
    assert "127.0.0.1" not in answer.text


def test_half_an_object_is_none(api: ApiClient, bucket: Bucket) -> None:
    bucket.objects["traffic/a.csv"] = csv_of(week())
    bucket.cut = True
    assert read(api, f"{PREFIX}a.csv").status_code == 502


@pytest.mark.parametrize(
    "facts",
    [
        {"prefix": "file:///etc/", "options_env": "", "organizations": ["*"]},
        {"prefix": "s3://bucket/traffic", "options_env": "", "organizations": ["*"]},
        {"prefix": PREFIX, "options_env": 1, "organizations": ["*"]},
        {"prefix": PREFIX, "options_env": "", "organizations": []},
        {"prefix": PREFIX},
    ],
)
def test_a_setting_that_does_not_hold_stops_the_start(facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSOVER_OBJECT_STORES", json.dumps({"lake": facts}))
    with pytest.raises(Exception, match="CROSSOVER_OBJECT_STORES"):
        Settings.from_environment()
    good = {"lake": {"prefix": PREFIX, "options_env": "", "organizations": ["*"]}}
    monkeypatch.setenv("CROSSOVER_OBJECT_STORES", json.dumps(good))
    assert object_stores_of(Settings.from_environment().object_stores)["lake"].options == {}
