"""Whose turn it is, and what wakes idle workers."""

import threading

import psycopg
import pytest

from service.kit.db.database import Database
from service.kit.jobs import queue, waking
from service.kit.jobs.worker import Finish, Task, Worker
from tests.clients import new_organization, transaction
from tests.waiting import eventually


def enqueue(database: Database, organization_id: str, count: int = 1) -> None:
    """Queue jobs ev_0, ev_1, ... of an organization."""
    with transaction(database, organization_id) as tx:
        for place in range(count):
            queue.enqueue(tx, "count", {}, resource_id=f"ev_{place}")


def test_organizations_have_their_turns_however_many_jobs_one_queued_before(database: Database) -> None:
    first, second, third = (new_organization(database, name)[0] for name in ("First", "Second", "Third"))
    for organization_id, count in ((first, 5), (second, 2), (third, 2)):
        enqueue(database, organization_id, count)
    served: list[tuple[str, str]] = []

    def note(task: Task) -> Finish:
        served.append((task.actor.organization_id, task.resource_id))
        return lambda _: None

    worker = Worker(database, {"count": note})
    while worker.run_one():
        pass
    organizations = [organization_id for organization_id, _ in served]
    assert [set(organizations[:3]), set(organizations[3:6])] == [{first, second, third}] * 2, "each in turn"
    assert organizations[6:] == [first] * 3
    assert [job for who, job in served if who == first] == [f"ev_{place}" for place in range(5)], "the oldest first"


def test_an_idle_worker_is_woken_by_new_work(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without notifications it would look again in half an hour at the soonest; SQLite has none, and polls."""
    if not database.is_sqlite:
        monkeypatch.setattr(waking, "LISTENING_SECONDS", 3600.0)
    organization_id, _ = new_organization(database, "Example")
    listener, stopping, woken = waking.Listener(database), threading.Event(), threading.Event()

    def idle() -> None:
        """Wait twice: the first time is soon over, as what was told before is not heard."""
        listener.wait(stopping)
        listener.wait(stopping)
        listener.close()
        woken.set()

    threading.Thread(target=idle, daemon=True).start()
    eventually(lambda: listener.is_listening or database.is_sqlite)

    def told() -> bool:
        """Queue another job; the worker may not have waited yet when the one before was told."""
        enqueue(database, organization_id)
        return woken.wait(0.1)

    eventually(told)


def test_a_worker_that_cannot_listen_polls(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("no more connections")

    monkeypatch.setattr(psycopg, "connect", refuse)
    listener = waking.Listener(database)
    listener.wait(threading.Event())
    assert not listener.is_listening
