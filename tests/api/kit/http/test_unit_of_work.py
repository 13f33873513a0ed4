"""What the door does for every operation: one transaction, one answer a key, bodies read first, nothing forgotten."""

import gzip
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from service.app import create_app
from service.kit import clock
from service.kit.db.database import Database, DatabaseBusy
from service.kit.db.transaction import Actor
from service.kit.http import idempotency
from service.kit.http.blueprint import Resource
from service.kit.http.idempotency import IdempotencyKey
from service.kit.http.problems import Problem
from service.kit.presence import Presence
from service.settings import Settings
from tests.api.kit.http.tallies import add, blueprint, entered, gate, stored
from tests.clients import ApiClient

pytestmark = pytest.mark.both_engines


@pytest.fixture
def app(database: Database, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an application of this one resource, with its table."""
    serial = "INTEGER PRIMARY KEY" if database.is_sqlite else "SERIAL PRIMARY KEY"
    database.write(lambda session: session.execute(text(f"CREATE TABLE tallies (id {serial}, name TEXT NOT NULL)")))
    gate.clear()
    entered.clear()
    app = create_app(Settings(database_url=database_url, work_folder=str(tmp_path)), [blueprint])
    yield app
    app.extensions["crossover"].database.dispose()


def test_a_success_is_stored_before_it_is_answered(api: ApiClient, database: Database) -> None:
    answer = api.post("/v1/tallies", json={"name": "a"})
    assert (answer.status_code, answer.json) == (201, {"name": "a", "number": 1})
    assert stored(database) == 1


@pytest.mark.parametrize(("then", "status"), [("refuse", 409), ("crash", 500), ("busy", 503), ("full", 507)])
def test_a_failure_leaves_nothing_and_may_be_repeated(
    api: ApiClient, database: Database, then: str, status: int
) -> None:
    for _ in range(2):
        answer = api.post("/v1/tallies", json={"name": "a", "then": then}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "secret" not in answer.text
        assert "why" not in answer.text
    assert stored(database) == 0


def test_what_can_be_repeated_says_when(api: ApiClient) -> None:
    for then in ("busy", "full"):
        assert int(api.post("/v1/tallies", json={"name": "a", "then": then}).headers["Retry-After"]) > 0


def test_the_same_key_and_request_have_one_effect_and_one_answer(api: ApiClient, database: Database) -> None:
    answers = [api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert {answer.data for answer in answers} == {answers[0].data}
    assert {answer.headers["Location"] for answer in answers} == {"/v1/tallies/1"}
    assert {answer.headers["ETag"] for answer in answers} == {answers[0].headers["ETag"]}
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]
    assert stored(database) == 1


def test_without_a_key_every_request_has_its_effect(api: ApiClient, database: Database) -> None:
    """The control: it is the key that makes them one."""
    for _ in range(3):
        api.post("/v1/tallies", json={"name": "a"})
    assert stored(database) == 3


def test_a_key_belongs_to_one_request(api: ApiClient, database: Database) -> None:
    api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"})
    answer = api.post("/v1/tallies", json={"name": "b"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.json["type"] == "/docs/problems/idempotency-key-reused"
    assert stored(database) == 1


def test_a_key_belongs_to_one_operation_and_one_organization(
    api: ApiClient, other_api: ApiClient, database: Database
) -> None:
    gate.set()
    for caller, path in [(api, "/v1/tallies"), (api, "/v1/slow-tallies"), (other_api, "/v1/tallies")]:
        answer = caller.post(path, json={"name": "a"}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer.headers
    assert stored(database) == 3


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_is_short_printable_text(api: ApiClient, database: Database, key: str) -> None:
    answer = api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json["errors"][0] | {"detail": ""} == {
        "in": "header",
        "pointer": "/Idempotency-Key",
        "code": "invalid",
        "detail": "",
    }
    assert stored(database) == 0


def test_a_repeat_in_flight_is_told_to_wait(api: ApiClient, database: Database) -> None:
    def call() -> int:
        return api.post("/v1/slow-tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"}).status_code

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(call)
        assert entered.wait(20)
        repeat = api.post("/v1/slow-tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"})
        gate.set()
        assert first.result() == 201
    assert repeat.status_code == 409
    assert repeat.json["type"] == "/docs/problems/idempotency-key-in-flight"
    assert repeat.headers["Retry-After"] == "1"
    assert call() == 201
    assert stored(database) == 1


def test_a_storm_of_one_key_has_one_effect(api: ApiClient, database: Database) -> None:
    start = threading.Barrier(8)

    def call(key: str) -> int:
        start.wait()
        while True:
            answer = api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": key})
            if answer.status_code not in (409, 503):
                return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        for key in map(str, range(5)):
            assert list(pool.map(call, [key] * 8)) == [201] * 8
    assert stored(database) == 5


def test_a_key_whose_request_died_elsewhere_is_taken_over_when_its_lease_lapses(
    api: ApiClient, database: Database, tmp_path: Path
) -> None:
    gate.set()
    sent = b'{"name": "a"}'
    mark = idempotency.fingerprint(b"/v1/tallies?", sent)
    actor = Actor(api.organization_id, "api_key", "key_x")
    held = idempotency.reserve(database, Presence(tmp_path / "elsewhere"), actor, "POST /v1/tallies", "k", mark)
    assert isinstance(held, idempotency.Reservation)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert api.post("/v1/tallies", data=sent, headers=headers).status_code == 409

    def expire(session: Session) -> None:
        session.execute(update(IdempotencyKey).values(leased_until=clock.now()))

    database.write(expire)
    assert api.post("/v1/tallies", data=sent, headers=headers).status_code == 201

    def late(session: Session) -> None:
        session.execute(text("INSERT INTO tallies (name) VALUES ('late')"))
        idempotency.keep(session, held, idempotency.Answer(201, {}, b"late"))

    with pytest.raises(idempotency.LostReservation):
        database.write(late)
    assert stored(database) == 1


def test_who_lost_a_key_cannot_answer_for_who_holds_it_now(api: ApiClient, database: Database, tmp_path: Path) -> None:
    """While the second is still at it, only the holder tells the two apart."""
    actor, mark = Actor(api.organization_id, "api_key", "key_x"), idempotency.fingerprint(b"the same")

    def reserved(place: str) -> idempotency.Reservation:
        held = idempotency.reserve(database, Presence(tmp_path / place), actor, "POST /v1/tallies", "k", mark)
        assert isinstance(held, idempotency.Reservation)
        return held

    first = reserved("one machine")
    database.write(lambda session: session.execute(update(IdempotencyKey).values(leased_until=clock.now())))
    second = reserved("another machine")
    with pytest.raises(idempotency.LostReservation):
        database.write(lambda session: idempotency.keep(session, first, idempotency.Answer(201, {}, b"first")))
    idempotency.release(database, first)  # frees nothing either
    database.write(lambda session: idempotency.keep(session, second, idempotency.Answer(201, {}, b"second")))
    with database.reading() as session:
        assert session.scalars(select(IdempotencyKey.body)).all() == [b"second"]


def test_a_key_that_a_lost_database_left_held_is_free_once_it_is_back(
    api: ApiClient, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it could not be given back, or its reservation was stored by a commit that was never answered."""
    actor, presence, write = Actor(api.organization_id, "api_key", "key_x"), Presence(tmp_path / "here"), Database.write

    def reserved() -> object:
        return idempotency.reserve(database, presence, actor, "POST /v1/tallies", "k", b"mark")

    def lost(self: Database, unit: Callable[[Session], object]) -> object:
        write(self, unit)
        raise DatabaseBusy("the connection is lost")

    def away(self: Database, unit: Callable[[Session], object]) -> object:
        raise DatabaseBusy("nobody answers")

    monkeypatch.setattr(Database, "write", lost)
    with pytest.raises(DatabaseBusy):
        reserved()
    monkeypatch.setattr(Database, "write", write)
    held = reserved()
    assert isinstance(held, idempotency.Reservation)
    monkeypatch.setattr(Database, "write", away)
    idempotency.release(database, held)
    monkeypatch.setattr(Database, "write", write)
    assert isinstance(reserved(), idempotency.Reservation)
    with pytest.raises(Problem, match="still running"):
        reserved()  # the control: one that is held holds others off


def test_keys_are_forgotten_after_their_retention(api: ApiClient, database: Database) -> None:
    api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"})
    database.write(lambda session: idempotency.purge(session, clock.now() + idempotency.RETENTION / 2))
    assert api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"}).headers["Idempotency-Replayed"]
    database.write(lambda session: idempotency.purge(session, clock.now() + idempotency.RETENTION))
    api.post("/v1/tallies", json={"name": "a"}, headers={"Idempotency-Key": "k"})
    assert stored(database) == 2


def test_a_guarded_call_that_forgets_to_match_fails(api: ApiClient, database: Database) -> None:
    assert api.patch("/v1/tallies", headers={"If-Match": '"v1"'}).status_code == 500
    assert api.patch("/v1/tallies").status_code == 428
    assert stored(database) == 0


def test_work_before_the_transaction_is_handed_over(api: ApiClient) -> None:
    gate.set()
    answer = api.post("/v1/slow-tallies", json={"name": "a"})
    assert answer.json == {"prepared": "a of org_", "number": 1}


def test_a_stream_is_counted_against_its_limit(api: ApiClient, database: Database) -> None:
    fits = api.post("/v1/streams", data=b"x" * 100_000)
    assert (fits.status_code, fits.json["size"]) == (201, 100_000)
    assert api.post("/v1/streams", data=b"x" * 100_001).status_code == 413
    assert stored(database) == 1


def test_streams_are_told_apart_by_what_they_hold(api: ApiClient, database: Database) -> None:
    for content, status in [(b"a", 201), (b"a", 201), (b"b", 422)]:
        answer = api.post("/v1/streams", data=content, headers={"Idempotency-Key": "k"})
        assert answer.status_code == status
    assert stored(database) == 1


def test_a_call_that_says_it_writes_nothing_cannot_write(api: ApiClient, database: Database) -> None:
    assert api.post("/v1/looks", json={"name": "a"}).json == {"name": "a"}
    assert api.post("/v1/looks", json={"name": "a", "then": "crash"}).status_code == 500
    assert stored(database) == 0


def test_stored_bytes_answer_under_their_own_tag(api: ApiClient) -> None:
    assert api.get("/v1/files").headers["ETag"] == '"stored"'
    unchanged = api.get("/v1/files", headers={"If-None-Match": '"other", "stored"'})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_a_reader_may_ask_for_one_version_only(api: ApiClient) -> None:
    assert api.get("/v1/files", headers={"If-Match": '"stored"'}).status_code == 200
    other = api.get("/v1/files", headers={"If-Match": '"other"'})
    assert (other.status_code, other.headers["ETag"]) == (412, '"stored"')
    assert other.json["type"] == "/docs/problems/precondition-failed"


def test_json_is_sent_as_it_is(api: ApiClient, database: Database) -> None:
    body = gzip.compress(b'{"name": "a"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = api.post("/v1/tallies", data=body, headers=headers)
    assert answer.status_code == 415
    assert "without Content-Encoding" in answer.json["detail"]
    assert stored(database) == 0


def test_faults_come_in_one_order_whatever_the_hash_seed(api: ApiClient) -> None:
    unknown = [f"field{number:02}" for number in range(50)]
    answer = api.post("/v1/tallies", json={"then": "nothing", **dict.fromkeys(reversed(unknown), 1)})
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "/name",
        "/then",
        *(f"/{name}" for name in unknown),
    ]


def test_of_very_many_faults_the_first_are_shown_and_all_are_counted(api: ApiClient) -> None:
    answer = api.post("/v1/tallies", json={"name": "a", **{f"field{number}": 1 for number in range(500)}})
    assert len(answer.json["errors"]) == 100
    assert answer.json["detail"].endswith("(499 more)")


def test_no_operation_without_a_scope() -> None:
    fresh = Resource("fresh", __name__, description="Not registered yet.")
    with pytest.raises(TypeError, match="declares its scope"):
        fresh.get("/open")(add)
