"""Replays over HTTP: the same answer again, or what differs and why."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.evaluations import engine
from service.evaluations.comparisons import replaying
from service.evaluations.engine import answer_of
from service.kit import canonical_json
from service.kit.db.database import Database
from service.traffic_histories.reading.columns_file import columns_of
from service.traffic_histories.reading.stored_columns import encode
from service.workflow.document import Answer
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready, reprice, sheet, upload, week

PACKED = Path(__file__).parents[3] / "unit" / "traffic_histories" / "reading" / "packed" / "week.bin"
"""The columns of `week` as they were stored before they were a Parquet file."""


def test_a_replay_is_identical(api: ApiClient) -> None:
    body = evaluate(api, ready(api)).json
    path = f"/v1/evaluations/{body['id']}/replays"
    answer = api.post(path)
    assert answer.status_code == 201, answer.text
    replay = answer.json
    assert (replay["identical"], replay["intact"], replay["differences"]) == (True, True, [])
    assert replay["digest"] == body["digest"]
    assert replay["explanation"] == "The same inputs gave the same answer."
    assert api.get(path).json["items"] == [replay]


def test_prices_and_traffic_that_came_later_do_not_matter(api: ApiClient) -> None:
    workload_id = ready(api)
    body = evaluate(api, workload_id).json
    upload(api, workload_id, scale=5)
    reprice(api, gpu="0.10")
    assert api.post(f"/v1/evaluations/{body['id']}/replays").json["digest"] == body["digest"]
    assert evaluate(api, workload_id).json["digest"] != body["digest"]


def test_a_new_engine_explains_its_differences(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = evaluate(api, ready(api)).json
    monkeypatch.setattr(replaying, "ENGINE_VERSION", "99.0.0")

    def other(*asked: Any) -> Answer:  # noqa: ANN401 - as answer_of
        said = answer_of(*asked)
        return replace(said, measurement=replace(said.measurement, hour_of_week=(1.5,) * 168))

    monkeypatch.setattr(engine, "answer_of", other)
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert replay["identical"] is False
    assert replay["engine_version"] == "99.0.0"
    assert "the differences are the engine's" in replay["explanation"]
    assert replay["differences"][0]["pointer"].startswith("/measurement/")
    assert len(replay["differences"]) == replaying.SHOWN
    assert api.get(f"/v1/evaluations/{body['id']}").json == body


def damage(database: Database, table: str, column: str, value: object) -> None:
    """Change a column of every row behind the service's back, past the database's own protection."""
    with database.writer.connect() as connection:
        on_table = "" if database.is_sqlite else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER {table}_refuse_update{on_table}"))
        connection.execute(text(f"UPDATE {table} SET {column} = :value"), {"value": value})
        connection.commit()


@pytest.mark.parametrize(
    ("column", "old", "new", "identical"),
    [
        ("content", b'"amount":"3', b'"amount":"4', False),
        ("content", b'"version":1,"workload_id"', b'"version":2,"workload_id"', True),
        ("content", b'{"comparison"', b'{ "comparison"', True),
        ("digest", b"", b"sha256:0", True),
    ],
    ids=["an amount", "the version", "a space", "the digest"],
)
def test_damage_to_the_answer_is_told(
    api: ApiClient, database: Database, column: str, old: bytes, new: bytes, identical: bool
) -> None:
    body = evaluate(api, ready(api)).json
    content = api.get(f"/v1/evaluations/{body['id']}").data
    assert old in content
    value = content.replace(old, new, 1) if column == "content" else new.decode()
    damage(database, "evaluation_results", column, value)
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert (replay["intact"], replay["identical"]) == (False, identical)
    assert replay["explanation"].startswith("The evaluation is damaged.")


def test_damage_to_the_traffic_is_told_and_nothing_else_is_computed_on_it(
    api: ApiClient, database: Database, tmp_path: Path
) -> None:
    workload_id = ready(api)
    body = evaluate(api, workload_id).json
    [(_, chunk)] = encode(columns_of(week(scale=2)), tmp_path)
    damage(database, "traffic_history_chunks", "data", chunk)
    path = f"/v1/evaluations/{body['id']}"
    replay = api.post(f"{path}/replays").json
    assert (replay["intact"], replay["identical"]) == (False, False)
    assert replay["differences"][0] == {
        "pointer": "/inputs/traffic_history/digest",
        "before": week().digest,
        "after": week(scale=2).digest,
    }
    assert "/inputs/traffic_history/digest" in replay["explanation"]
    answer = evaluate(api, workload_id, policy={"margin": "0.3"})
    assert (answer.status_code, week().digest in answer.json["detail"]) == (422, True)
    answer = api.post(f"{path}/scenarios", json={})
    assert (answer.status_code, answer.json["title"]) == (409, "Stored evidence is damaged")


def test_traffic_stored_before_it_was_parquet_gives_the_same_answer(api: ApiClient, database: Database) -> None:
    body = evaluate(api, ready(api)).json
    history = f"/v1/traffic-histories/{body['inputs']['traffic_history']['id']}"
    profile = api.get(f"{history}/profile").data
    chunk = PACKED.read_bytes()
    damage(database, "traffic_history_chunks", "data", chunk)
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert (replay["intact"], replay["identical"], replay["digest"]) == (True, True, body["digest"])
    assert api.get(f"{history}/profile").data == profile


def test_damage_to_a_price_sheet_is_told(api: ApiClient, database: Database) -> None:
    workload_id = ready(api)
    body = evaluate(api, workload_id).json
    document = canonical_json.dumps(sheet(token="0.10"))
    damage(database, "price_sheet_versions", "document", document)
    path = f"/v1/evaluations/{body['id']}"
    replay = api.post(f"{path}/replays").json
    assert (replay["intact"], replay["identical"]) == (False, False)
    assert replay["differences"][0] == {
        "pointer": "/inputs/price_sheets/0/digest",
        "before": body["inputs"]["price_sheets"][0]["digest"],
        "after": canonical_json.digest(document),
    }
    for answer in (
        evaluate(api, workload_id, policy={"margin": "0.3"}),
        api.get(f"{path}/diff?against={body['id']}"),
        api.post(f"{path}/scenarios", json={}),
    ):
        assert (answer.status_code, answer.json["title"]) == (409, "Stored evidence is damaged")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("traffic_history_chunks", "data", b"noise"),
        ("price_sheet_versions", "document", b"{"),
        ("price_sheet_versions", "document", b"{}"),
        ("evaluation_results", "content", b"noise"),
        ("evaluation_results", "content", b"[1]"),
    ],
)
def test_what_cannot_be_read_any_more_is_said(
    api: ApiClient, database: Database, table: str, column: str, value: bytes
) -> None:
    body = evaluate(api, ready(api)).json
    damage(database, table, column, value)
    answer = api.post(f"/v1/evaluations/{body['id']}/replays")
    assert (answer.status_code, answer.json["title"]) == (409, "Stored evidence is damaged"), answer.text


def test_damage_to_the_pinned_inputs_is_told(api: ApiClient, database: Database) -> None:
    body = evaluate(api, ready(api)).json
    inputs = body["inputs"] | {"policy": body["inputs"]["policy"] | {"review_days": 1}}
    damage(database, "evaluations", "inputs", json.dumps(inputs))
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert (replay["intact"], replay["identical"]) == (False, False)


def test_only_a_completed_evaluation_is_replayed(api: ApiClient, other_api: ApiClient) -> None:
    path = evaluate(api, ready(api), {"Prefer": "respond-async"}).headers["Location"]
    assert api.post(f"{path}/replays").status_code == 409
    assert other_api.post(f"{path}/replays").status_code == 404
    assert other_api.get(f"{path}/replays").status_code == 404
