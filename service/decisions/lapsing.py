"""The clock: takes the steps that are due, so that their events and webhooks leave in time."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.decisions import queries, service
from service.decisions.models import Decision
from service.kit.db.transaction import Actor, Transaction
from service.kit.jobs.worker import Chore

AT_ONCE = 100


def _due(session: Session, now: datetime) -> list[tuple[str, str]]:
    statement = queries.due(now).order_by(Decision.due_at, Decision.id).limit(AT_ONCE)
    rows = session.execute(statement.with_only_columns(Decision.organization_id, Decision.id))
    return [(row[0], row[1]) for row in rows]


def _settle(session: Session, now: datetime) -> None:
    for organization_id, decision_id in _due(session, now):
        tx = Transaction(session, Actor(organization_id, "job", "decisions"), now, "decisions")
        service.settle(tx, service.lock(tx, decision_id))


LAPSE = Chore(lambda session, now: bool(_due(session, now)), _settle, 60.0)
"""Takes the steps of the clock: lapsed, active, ended."""
