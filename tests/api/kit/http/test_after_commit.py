"""What an answer promises once its effect is stored: kept with it, given again after a crash, changed by nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from service.access import queries as access_queries
from service.access.models import ApiKey
from service.events.models import Event
from service.kit.db.database import Database
from service.kit.http.idempotency import IdempotencyKey
from tests.clients import ApiClient

pytestmark = pytest.mark.both_engines

KEYED = {"Idempotency-Key": "k"}
WORKLOAD = {"name": "Chat", "model": "m70"}

DIES = """
import os, sys, pathlib
from service.kit.db.database import Database
from service.kit.db.transaction import Actor
from service.kit.http import idempotency
from service.kit.presence import Presence
url, folder, organization, mark = sys.argv[1:]
presence = Presence(pathlib.Path(folder))
actor = Actor(organization, "api_key", "key_x")
idempotency.reserve(Database(url), presence, actor, "POST /v1/workloads", "k", bytes.fromhex(mark))
os.kill(os.getpid(), 9)
"""


def reserve_and_die(app: Flask, database: Database, api: ApiClient, folder: Path) -> None:
    """Have another process reserve the key of a request and be killed before it does anything."""
    api.post("/v1/workloads", json=WORKLOAD, headers=KEYED)
    with database.reading() as session:
        mark = session.execute(select(IdempotencyKey.fingerprint)).scalar_one()
    database.write(lambda session: session.execute(text("DELETE FROM idempotency_keys")))
    command = [sys.executable, "-c", DIES, database.url, str(folder), api.organization_id, mark.hex()]
    assert subprocess.run(command, check=False).returncode == -9


def test_a_repeat_after_a_crash_is_answered_at_once(
    app: Flask, api: ApiClient, database: Database, tmp_path: Path
) -> None:
    reserve_and_die(app, database, api, tmp_path / "work")
    assert api.post("/v1/workloads", json=WORKLOAD, headers=KEYED).status_code == 201


def test_who_died_elsewhere_is_waited_for(app: Flask, api: ApiClient, database: Database, tmp_path: Path) -> None:
    """The control: it is the lock in the shared folder that tells."""
    reserve_and_die(app, database, api, tmp_path / "another machine")
    assert api.post("/v1/workloads", json=WORKLOAD, headers=KEYED).status_code == 409


def test_the_answer_is_kept_in_the_transaction_of_its_effect(api: ApiClient) -> None:
    """At the commit that stores the effect, the answer is among what is stored: both or neither, whenever it is cut."""
    seen: list[tuple[bool, bool]] = []

    def look(session: Session) -> None:
        effect = session.scalar(select(Event.sequence).where(Event.action == "workload.created")) is not None
        answer = session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.status == 201)) is not None
        seen.append((effect, answer))

    event.listen(Session, "before_commit", look)
    try:
        assert api.post("/v1/workloads", json=WORKLOAD, headers=KEYED).status_code == 201
    finally:
        event.remove(Session, "before_commit", look)
    assert (True, True) in seen
    assert not {(True, False), (False, True)} & set(seen)


def test_noting_a_keys_first_use_can_fail_without_a_word(
    api: ApiClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise RuntimeError("the row is locked")

    monkeypatch.setattr(access_queries, "touch", locked)
    assert api.post("/v1/workloads", json=WORKLOAD).status_code == 201
    assert api.get("/v1/workloads").status_code == 200
    monkeypatch.undo()
    api.get("/v1/workloads")
    with database.reading() as session:
        assert session.execute(select(ApiKey.last_used_at)).scalar_one() is not None
