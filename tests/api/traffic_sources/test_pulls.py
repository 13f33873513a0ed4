"""Sources over connected warehouses: what is pulled is what an upload of the same rows would be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import jobs
from service.settings import Settings
from service.traffic_histories.queries import load_history
from service.traffic_sources.warehouses import warehouses_of
from service.workflow.length_classes import thresholds
from tests.clients import Answer, ApiClient
from tests.evaluating import new_workload
from tests.warehouse_sources import ADDRESS, START, WORDS, filled, open_lake

Json = dict[str, Any]

NOW = START.replace(day=7, minute=30)

SETTING = '{"lake": {"dialect": "%s", "dsn_env": "TESTS_WAREHOUSE", "organizations": ["*"]}}'


def new(api: ApiClient, **said: Any) -> Answer:  # noqa: ANN401
    body = {"workload_id": new_workload(api), "warehouse": "lake", "words": WORDS} | said
    return api.post("/v1/traffic-sources", json=body)


def pulled(api: ApiClient, database: Database, folder: Path, source: str, dialect: str = "duckdb", **said: str) -> Json:
    """Ask for a pull and let a worker run it; return the pull then."""
    with time_machine.travel(NOW, tick=False):
        asked = api.post(f"{source}/pulls", json=said)
        assert asked.status_code == 202, asked.text
        settings = Settings(warehouses=SETTING % dialect, work_folder=str(folder))
        Worker(database, jobs(settings)).run_one()
        return dict(api.get(asked.headers["Location"]).json)


@pytest.mark.both_engines
def test_a_pull_is_the_history_of_its_rows_with_statement_and_time(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lake(app)
    rows = filled(tmp_path / "lake.duckdb", monkeypatch)
    made = new(api)
    assert made.status_code == 201, made.text
    pull = pulled(api, database, tmp_path, made.headers["Location"])
    assert (pull["state"], pull["error"]) == ("succeeded", None)
    assert (pull["end"], pull["counts"]) == ("2026-10-07T00:00:00Z", {"kept": len(rows)})
    history = api.get(f"/v1/traffic-histories/{pull['traffic_history_id']}").json
    lines = "".join(f"{at.isoformat()[:17]}00+00:00,1,{prompt},{answer}\n" for at, prompt, answer in rows)
    content = f"arrival,requests,input_tokens,output_tokens\n{lines}".encode()
    other = new_workload(api)
    told = "kind=series&absent=idle&bucket_seconds=60&start=2026-10-05T00:00:00Z&end=2026-10-07T00:00:00Z"
    uploaded = api.post(
        f"/v1/workloads/{other}/traffic-histories?{told}", data=content, headers={"Content-Type": "text/csv"}
    ).json
    assert history["digest"] == uploaded["digest"]
    assert history["source"]["statement"] == {
        "sql": pull["statement"],
        "digest": history["source"]["statement"]["digest"],
        "at": pull["ran_at"],
    }
    again = pulled(api, database, tmp_path, made.headers["Location"])
    assert again["traffic_history_id"] == pull["traffic_history_id"]
    listed = api.get(f"{made.headers['Location']}/pulls").json["items"]
    assert {item["id"] for item in listed} == {pull["id"], again["id"]}


def test_sums_by_length_are_pulled_and_kept(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lake(app)
    rows = filled(tmp_path / "lake.duckdb", monkeypatch)
    made = new(api, words=WORDS | {"lengths": "103, 104"})
    pull = pulled(api, database, tmp_path, made.headers["Location"])
    assert (pull["state"], pull["error"]) == ("succeeded", None)
    with database.reading() as session:
        series = load_history(session, api.organization_id, pull["traffic_history_id"])
    assert series is not None
    assert thresholds(series) == (103, 104)
    long = int(dict(series.parts)["above_103_requests"].sum())
    assert long == sum(prompt > 103 for _, prompt, _ in rows)


def test_rows_are_pulled_as_a_log_and_grow_with_the_table(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lake(app)
    filled(tmp_path / "lake.duckdb", monkeypatch)
    source = new(api, purpose="rows").headers["Location"]
    first = pulled(api, database, tmp_path, source, end="2026-10-06T00:00:00Z")
    second = pulled(api, database, tmp_path, source)
    histories = [api.get(f"/v1/traffic-histories/{pull['traffic_history_id']}").json for pull in (first, second)]
    assert [(history["kind"], history["rows"]) for history in histories] == [("log", 1440), ("log", 2880)]
    assert [history["end"] for history in histories] == ["2026-10-06T00:00:00Z", "2026-10-07T00:00:00Z"]


def test_postgresql_is_read_and_cannot_be_written(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    postgres_server: str, postgres_database: Callable[..., str],
) -> None:  # fmt: skip
    name = postgres_database()
    address = f"host={postgres_server.partition('?host=')[2]} user=postgres dbname={name}"
    monkeypatch.setenv(ADDRESS, address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE requests (at timestamptz, prompt int, answer int)")
        connection.execute("INSERT INTO requests SELECT timestamptz '2026-10-05 00:00:07+00' + n * interval '1 hour',"
                           " 5, 6 FROM generate_series(0, 23) n")  # fmt: skip
        connection.execute("CREATE FUNCTION bad() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$ BEGIN "
                           "INSERT INTO requests VALUES (now(), 1, 1); RETURN now(); END $$")  # fmt: skip
        connection.execute("CREATE VIEW writing AS SELECT bad() AS at, 1 AS prompt, 1 AS answer")
    open_lake(app, dialect="postgres")
    pull = pulled(api, database, tmp_path, new(api).headers["Location"], "postgres")
    assert pull["state"] == "succeeded", pull["error"]
    assert api.get(f"/v1/traffic-histories/{pull['traffic_history_id']}").json["requests"] == 24
    refused = pulled(
        api, database, tmp_path, new(api, words=WORDS | {"table": "writing"}).headers["Location"], "postgres"
    )
    assert "read-only transaction" in refused["error"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"table": "nowhere"}, "nowhere does not exist"),
        ({"table": "requests.csv"}, "refused the statement"),
        ({"column.input_tokens": "nothing"}, "nothing"),
        ({"start": "2026-10-06T23:00:00Z", "only": "prompt=1"}, "holds no request"),
    ],
)
def test_what_a_warehouse_does_not_have_is_said(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: dict[str, str], said: str,
) -> None:  # fmt: skip
    open_lake(app)
    filled(tmp_path / "lake.duckdb", monkeypatch)
    (tmp_path / "requests.csv").write_text("at,prompt,answer\n")
    pull = pulled(api, database, tmp_path, new(api, words=WORDS | words).headers["Location"])
    assert pull["state"] == "failed"
    assert said in pull["error"]
    assert pull["traffic_history_id"] is None


def test_limits_of_an_upload_hold(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lake(app)
    filled(tmp_path / "lake.duckdb", monkeypatch)
    source = new(api, purpose="rows").headers["Location"]
    monkeypatch.setattr("service.traffic_sources.pulling.ReadLimits", lambda: type("Few", (), {"rows": 100}))
    assert "more than 100 rows" in pulled(api, database, tmp_path, source)["error"]
    monkeypatch.delenv(ADDRESS)
    assert "its operator sets TESTS_WAREHOUSE" in pulled(api, database, tmp_path, source)["error"]


def test_only_what_the_operator_opened_is_named(api: ApiClient, other_api: ApiClient, app: Flask) -> None:
    open_lake(app, (api.organization_id,))
    assert api.get("/v1/warehouses").json == {"items": [{"name": "lake", "dialect": "duckdb"}]}
    assert other_api.get("/v1/warehouses").json == {"items": []}
    refused = new(other_api)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/warehouse")
    address = "postgresql://10.0.0.1/x"
    assert new(api, warehouse=address).json["errors"][0]["pointer"] == "/warehouse"
    made = new(api)
    assert other_api.get(made.headers["Location"]).status_code == 404
    assert other_api.post(f"{made.headers['Location']}/pulls", json={}).status_code == 404
    open_lake(app, ("org_other",))
    with time_machine.travel(NOW, tick=False):
        closed = api.post(f"{made.headers['Location']}/pulls", json={})
    assert (closed.status_code, closed.json["errors"][0]["pointer"]) == (422, "/warehouse")


def test_words_that_do_not_hold_are_named(api: ApiClient, app: Flask) -> None:
    open_lake(app)
    assert new(api, words={"table": "t"}).json["errors"][0]["pointer"].startswith("/words/column.")
    late = {name: value for name, value in WORDS.items() if name != "start"}
    assert new(api, words=late).json["errors"][0]["pointer"] == "/words/start"
    source = new(api).headers["Location"]
    with time_machine.travel(NOW, tick=False):
        for end in ("2026-10-06T00:10:00Z", "2026-10-08T00:00:00Z", "2026-10-05T00:00:00Z"):
            refused = api.post(f"{source}/pulls", json={"end": end})
            assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/end")
    assert api.delete(source, headers={"If-Match": "*"}).status_code == 204
    assert api.get(source).status_code == 404


@pytest.mark.parametrize(
    "setting",
    ["[]", "{", '{"a": 1}', '{"a": {"dialect": "postgres"}}', SETTING % "snowflake",
     '{"a": {"dialect": "duckdb", "dsn_env": "", "organizations": ["*"]}}',
     '{"a": {"dialect": "duckdb", "dsn_env": "A", "organizations": []}}'],
)  # fmt: skip
def test_a_setting_that_does_not_hold_stops_the_start(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSOVER_WAREHOUSES", setting)
    with pytest.raises(Exception, match="CROSSOVER_WAREHOUSES"):
        Settings.from_environment()
    monkeypatch.setenv("CROSSOVER_WAREHOUSES", SETTING % "duckdb")
    assert warehouses_of(Settings.from_environment().warehouses)["lake"].dsn_env == ADDRESS
