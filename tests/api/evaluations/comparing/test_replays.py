"""Replays over HTTP: the same answer again, or what differs and why."""

import pytest
from sqlalchemy import text

from service.evaluations.comparing import replaying
from service.evaluations.computing import answer_of
from service.kit.db import Database
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready, reprice, upload


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
    monkeypatch.setattr(replaying, "answer_of", lambda found: answer_of(found) | {"measurement": {"hours_observed": 1}})
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert replay["identical"] is False
    assert replay["engine_version"] == "99.0.0"
    assert "the differences are the engine's" in replay["explanation"]
    assert replay["differences"][0]["pointer"].startswith("/measurement/")
    assert len(replay["differences"]) == replaying.SHOWN
    assert api.get(f"/v1/evaluations/{body['id']}").json == body


def test_damage_to_the_stored_bytes_is_told(api: ApiClient, database: Database) -> None:
    body = evaluate(api, ready(api)).json
    content = api.get(f"/v1/evaluations/{body['id']}").data.replace(b'"amount":"3', b'"amount":"4', 1)
    with database.writer.connect() as connection:
        on_table = "" if database.is_sqlite else " ON evaluation_results"
        connection.execute(text(f"DROP TRIGGER evaluation_results_refuse_update{on_table}"))
        damaged = text("UPDATE evaluation_results SET content = :content WHERE evaluation_id = :id")
        connection.execute(damaged, {"content": content, "id": body["id"]})
        connection.commit()
    replay = api.post(f"/v1/evaluations/{body['id']}/replays").json
    assert (replay["intact"], replay["identical"]) == (False, False)
    assert "damaged" in replay["explanation"]


def test_only_a_completed_evaluation_is_replayed(api: ApiClient, other_api: ApiClient) -> None:
    path = evaluate(api, ready(api), {"Prefer": "respond-async"}).headers["Location"]
    assert api.post(f"{path}/replays").status_code == 409
    assert other_api.post(f"{path}/replays").status_code == 404
    assert other_api.get(f"{path}/replays").status_code == 404
