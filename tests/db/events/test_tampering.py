"""Whoever can write to the events table past its protection is found out: at random, thousands of times."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from service.events.checkpoints import Checkpoint
from service.events.models import Event
from service.events.service import GENESIS, chained
from service.events.verification import Break, verify
from service.kit import clock
from service.kit.db.database import Database
from service.kit.db.transaction import Transaction
from tests.clients import ApiClient, command_actor
from tests.effort import EFFORT

EVENTS = 14
TRIALS = 10_000 if EFFORT == "prove" else 300
TEXTS = ("action", "resource_id", "actor_kind", "actor_id", "request_id", "hash", "before", "after")

Tamper = Callable[[Connection, random.Random, int], int | None]
"""Changes the table that holds so many events; returns the first event that is then not what it was, None: nothing."""


def edit(connection: Connection, chance: random.Random, size: int) -> int | None:
    place, column = chance.randint(1, size), chance.choice((*TEXTS, "at"))
    held = connection.execute(text(f"SELECT {column} FROM events WHERE sequence = :n"), {"n": place}).scalar()
    if column == "at":
        changed: Any = "2001-01-01T00:00:00.000000Z"
    else:
        changed = chance.choice(["", "x", f"{held} ", str(held)[:-1], str(held).swapcase(), "sha256:" + "0" * 64])
    if changed == held:
        return None
    connection.execute(text(f"UPDATE events SET {column} = :v WHERE sequence = :n"), {"v": changed, "n": place})
    return place


def delete(connection: Connection, chance: random.Random, size: int) -> int | None:
    place = chance.randint(1, size)
    connection.execute(text("DELETE FROM events WHERE sequence = :n"), {"n": place})
    return place


def insert(connection: Connection, chance: random.Random, size: int) -> int | None:
    """Copy an event to a place of its own, the later ones moving up; past the end it is one too many."""
    place, copied = chance.randint(1, size + 1), chance.randint(1, size)
    connection.execute(text("UPDATE events SET sequence = -sequence - 1 WHERE sequence >= :n"), {"n": place})
    connection.execute(text("UPDATE events SET sequence = -sequence WHERE sequence < 0"))
    columns = f"organization_id, {', '.join(TEXTS)}, at"
    source = copied if copied < place else copied + 1
    connection.execute(
        text(f"INSERT INTO events (sequence, {columns}) SELECT :n, {columns} FROM events WHERE sequence = :s"),
        {"n": place, "s": source},
    )
    return place + 1 if copied == place else place


def reorder(connection: Connection, chance: random.Random, size: int) -> int | None:
    first, second = sorted(chance.sample(range(1, size + 1), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        connection.execute(text("UPDATE events SET sequence = :new WHERE sequence = :old"), {"old": old, "new": new})
    return first


def truncate(connection: Connection, chance: random.Random, size: int) -> int | None:
    place = chance.randint(1, size)
    connection.execute(text("DELETE FROM events WHERE sequence >= :n"), {"n": place})
    return place


def rewrite(connection: Connection, chance: random.Random, size: int) -> int | None:
    """Change an event and have its hash fit it; the next one was written after another."""
    place = chance.randint(1, size - 1)
    with Session(connection) as session:
        event = session.scalars(select(Event).where(Event.sequence == place)).one()
        before = session.scalar(select(Event.hash).where(Event.sequence == place - 1))
        session.expunge(event)
    event.action = f"{event.action}."
    values = {"a": event.action, "h": chained(before or GENESIS, event), "n": place}
    connection.execute(text("UPDATE events SET action = :a, hash = :h WHERE sequence = :n"), values)
    return place + 1


TAMPERS: tuple[Tamper, ...] = (edit, delete, insert, reorder, truncate, rewrite)


def written(api: ApiClient, database: Database) -> Checkpoint:
    """Write events, take their protection away; return the checkpoint that was kept elsewhere."""
    for number in range(EVENTS - 2):
        api.post("/v1/workloads", json={"name": f"Chat {number}", "model": "m70"})
    where = "" if database.is_sqlite else " ON events"
    for trigger in ("update", "delete"):
        database.write(lambda s, t=trigger: s.execute(text(f"DROP TRIGGER events_refuse_{t}{where}")))  # type: ignore[misc]
    with Session(database.reader) as session:
        found = verify(Transaction(session, command_actor(api.organization_id), clock.now(), "test"))
    assert found.is_intact
    assert found.size == EVENTS
    return found.checkpoint


def test_every_random_change_is_detected_and_its_first_event_named(api: ApiClient, database: Database) -> None:
    checkpoint = written(api, database)
    chance, changed = random.Random(7), 0
    wrong: list[str] = []
    while changed < TRIALS:
        tamper = chance.choice(TAMPERS)
        with database.writer.connect() as connection, connection.begin() as undone:
            place = tamper(connection, chance, EVENTS)
            with Session(connection) as session:
                actor = command_actor(api.organization_id)
                found = verify(Transaction(session, actor, clock.now(), "test"), checkpoint).first_break
            undone.rollback()
        changed += place is not None
        told = None if found is None else found.sequence
        if told != place:
            wrong.append(f"{tamper.__name__} at {place}: {found}")
    assert not wrong, f"{len(wrong)} of {changed}: {wrong[:10]}"


def first_break(api: ApiClient, database: Database, tampering: str) -> Break:
    """Write events, tamper with them by a statement; return the break that is found."""
    written(api, database)
    with database.writer.connect() as connection:
        connection.execute(text(tampering))
        with Session(connection) as session:
            found = verify(Transaction(session, command_actor(api.organization_id), clock.now(), "test")).first_break
    assert found is not None
    return found


def test_an_event_that_is_not_there_is_called_missing(api: ApiClient, database: Database) -> None:
    found = first_break(api, database, "DELETE FROM events WHERE sequence = 5")
    assert found.sequence == 5
    assert "Event 5 is missing" in found.detail


def test_a_chain_written_anew_does_not_fit_its_checkpoint(
    api: ApiClient, other_api: ApiClient, database: Database
) -> None:
    checkpoint = written(api, database)
    with Session(database.reader) as session:
        tx = Transaction(session, command_actor(api.organization_id), clock.now(), "test")
        found = verify(tx, Checkpoint(checkpoint.size, bytes(32))).first_break
        assert found is not None
        assert "written anew" in found.detail
        assert verify(tx, Checkpoint(0, bytes(32))).is_intact


def test_a_time_that_cannot_be_read_is_a_break_and_not_a_fault(api: ApiClient, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL stores only what is a time")
    found = first_break(api, database, "UPDATE events SET at = 'never' WHERE sequence = 9")
    assert found.sequence == 9
