"""Workers killed while they send, to a receiver that fails: every event arrives, under one id, signed."""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert, text
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from service.events import queries as event_queries
from service.events import service as events
from service.events.models import Event
from service.kit.db import schema
from service.kit.db.database import Database
from service.webhooks import messages
from service.webhooks.models import Webhook as Row
from service.webhooks.models import WebhookProgress
from tests.clients import new_organization, transaction
from tests.javascript_receiver import JavaScriptReceiver
from tests.receiver import receiving
from tests.waiting import eventually

FAILING = 0.3
SECRET = bytes(range(32))


def start(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.killable_sender", url], cwd=schema.FOLDER.parent, stdout=subprocess.DEVNULL
    )


def add_webhook(database: Database, organization_id: str, url: str) -> None:
    with transaction(database, organization_id) as tx:
        owned = {"organization_id": organization_id, "created_at": tx.now, "updated_at": tx.now}
        said = {"url": url, "description": "", "events": ["*"], "state": "enabled", "secret": SECRET}
        tx.session.add(Row(id="wh_1", **owned, **said))
        tx.session.flush()
        last = event_queries.last(tx)
        assert last is not None
        progress = {"webhook_id": "wh_1", "organization_id": organization_id, "sequence": last.sequence}
        tx.session.execute(insert(WebhookProgress), [{**progress, "failing_since": None}])


def write_events(database: Database, organization_id: str, count: int) -> None:
    """Append events, chained as the service chains them, many a transaction."""
    with transaction(database, organization_id) as tx:
        last = event_queries.last(tx)
        assert last is not None
        rows = []
        sequence, previous = last.sequence, last.hash
        for number in range(count):
            facts = {"sequence": sequence + 1 + number, "resource_id": f"wl_{number}", "at": tx.now, "after": None}
            said = {"action": "workload.created", "actor_kind": "command", "actor_id": "test", "request_id": "test"}
            event = Event(organization_id=organization_id, before=None, **facts, **said)
            previous = event.hash = events.chained(previous, event)
            rows.append({column.name: getattr(event, column.name) for column in Event.__table__.columns})
        tx.session.execute(insert(Event), rows)


def waiting(database: Database) -> int:
    with Session(database.reader) as session:
        ahead = "SELECT count(*) FROM events e, webhook_progress p WHERE e.sequence > p.sequence"
        open_ = "SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'"
        return int(session.scalar(text(f"SELECT ({ahead}) + ({open_})")) or 0)


def deliver_all(database: Database, count: int, kills: int) -> list[dict[str, Any]]:
    """Send so many events while workers are killed; return messages of them, of each secret, body and headers."""
    organization_id, _ = new_organization(database, "Example")
    chance = random.Random(1)
    with receiving(failing=FAILING) as receiver:
        add_webhook(database, organization_id, receiver.url)
        write_events(database, organization_id, count)
        workers = [start(database.url) for _ in range(2)]
        for kill in range(kills):
            goal = count * kill // kills // 2
            eventually(lambda: len(receiver.taken) > goal, seconds=600)  # noqa: B023 - called before the next round
            victim = chance.randrange(len(workers))
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim] = start(database.url)
        eventually(lambda: len(receiver.taken) == count and waiting(database) == 0, seconds=900)
        for process in workers:
            process.kill()
            process.wait()
    sent = {headers["webhook-id"]: (headers, body) for headers, body in receiver.messages}
    assert set(receiver.taken) == {f"{organization_id}-{number}" for number in range(3, count + 3)}
    bodies = {(headers["webhook-id"], body) for headers, body in receiver.messages}
    assert len(bodies) == count, "a message differs from its repeats"
    assert receiver.refused > count * FAILING / 2
    secret = messages.spelled(SECRET)
    checked = random.Random(2).sample(sorted(sent), min(count, 2000))
    for message_id in checked:
        headers, body = sent[message_id]
        with time_machine.travel(_time(headers), tick=False):
            assert Webhook(secret).verify(body, headers)["id"] == message_id
    return [{"secret": secret, "body": sent[each][1].decode(), "headers": sent[each][0]} for each in checked]


def _time(headers: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)


@pytest.mark.stress
def test_killed_workers_and_a_failing_receiver_lose_nothing(database: Database) -> None:
    deliver_all(database, 1000, 2)


@pytest.mark.prove
def test_a_hundred_thousand_events_arrive(database: Database, javascript_receiver: JavaScriptReceiver) -> None:
    assert all(javascript_receiver.takes(deliver_all(database, int(os.environ.get("EVENTS", "100000")), 30)))
