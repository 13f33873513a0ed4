"""Checking the chain over HTTP and on the command line, alone and against a checkpoint."""

from pathlib import Path

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from sqlalchemy import text

from service.kit.db.database import Database
from tests.cli.crossover import crossover
from tests.clients import ApiClient

CHAT = {"name": "Chat", "model": "m70"}


def cut_off_the_tail(database: Database, number: int) -> None:
    where = "" if database.is_sqlite else " ON events"
    database.write(lambda session: session.execute(text(f"DROP TRIGGER events_refuse_delete{where}")))
    database.write(lambda session: session.execute(text(f"DELETE FROM events WHERE sequence >= {number}")))


def test_a_tail_cut_off_is_seen_against_a_checkpoint_only(api: ApiClient, database: Database) -> None:
    for _ in range(4):
        api.post("/v1/workloads", json=CHAT)
    note = api.get("/v1/events/checkpoint")
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    against = {"checkpoint": note.text}
    api.post("/v1/workloads", json=CHAT)
    whole = api.post("/v1/events/verification", json=against).json
    assert whole["intact"]
    assert (whole["events"], whole["checked_against"], whole["first_break"]) == (7, 6, None)
    assert whole["verifier_key"].startswith(note.text.split("\n")[0] + "+")
    cut_off_the_tail(database, 4)
    assert api.get("/v1/events/verification").json["intact"]
    cut = api.post("/v1/events/verification", json=against).json
    assert not cut["intact"]
    assert cut["first_break"]["sequence"] == 4
    assert "cut off" in cut["detail"]


def test_a_broken_chain_is_not_signed(api: ApiClient, database: Database) -> None:
    where = "" if database.is_sqlite else " ON events"
    database.write(lambda session: session.execute(text(f"DROP TRIGGER events_refuse_update{where}")))
    database.write(lambda session: session.execute(text("UPDATE events SET action = 'x.y' WHERE sequence = 1")))
    refused = api.get("/v1/events/checkpoint")
    assert refused.status_code == 409
    assert "Event 1" in refused.json["detail"]
    assert api.get("/v1/events/verification").json["first_break"]["sequence"] == 1


def test_a_text_that_is_no_checkpoint_is_refused_by_its_field(api: ApiClient, other_api: ApiClient) -> None:
    for note in ("hello", other_api.get("/v1/events/checkpoint").text):
        refused = api.post("/v1/events/verification", json={"checkpoint": note})
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == "/checkpoint"


def test_an_event_is_a_cloud_event(api: ApiClient) -> None:
    workload = api.post("/v1/workloads", json=CHAT).json["id"]
    answer = api.get("/v1/events/3")
    event = JSONFormat().read(CloudEvent, answer.data)
    assert event.get_type() == "crossover.workload.created.v1"
    assert event.get_subject() == workload
    assert event.get_extension("sequence") == "0000000000000003"
    assert event.get_id() == f"{api.organization_id}-3"
    listed = api.get("/v1/events").json["items"][0]
    assert answer.json["data"] == {name: value for name, value in listed.items() if name != "at"}
    assert api.get("/v1/events/99").status_code == 404


@pytest.mark.parametrize("cut", [False, True])
def test_the_command_says_whether_the_chain_holds(
    api: ApiClient, database: Database, tmp_path: Path, cut: bool
) -> None:
    if not database.is_sqlite:
        pytest.skip("one database is enough for the command")
    settings = {"CROSSOVER_DATABASE_URL": database.url}
    for _ in range(3):
        api.post("/v1/workloads", json=CHAT)
    note = tmp_path / "checkpoint.txt"
    first = crossover("audit", "--organization", "Example", "--export", note, folder=tmp_path, **settings)
    assert (first.returncode, first.stdout) == (0, "intact: all 5 events are as they were written\n")
    assert note.read_text() == api.get("/v1/events/checkpoint").text
    if cut:
        cut_off_the_tail(database, 3)
    again = crossover("audit", "--organization", "Example", "--checkpoint", note, folder=tmp_path, **settings)
    assert again.returncode == int(cut)
    assert again.stdout.startswith("BROKEN at event 3" if cut else "intact: all 5")
    nobody = crossover("audit", "--organization", "Nobody", folder=tmp_path, **settings)
    assert nobody.returncode == 2
    assert "there are: Example" in nobody.stderr
