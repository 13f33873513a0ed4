"""Reminding: an event for each commitment about which nothing is settled a month before somebody must act."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.commitments import queries
from service.commitments.models import Commitment
from service.commitments.service import facts
from service.events import service as events
from service.kit.db.transaction import Actor, Transaction
from service.kit.jobs.worker import Chore

AHEAD = timedelta(days=30)

AT_ONCE = 100


def _due(session: Session, now: datetime) -> list[Commitment]:
    soon = (now + AHEAD).date().isoformat()
    statement = queries.to_remind(now.date().isoformat(), soon).order_by(Commitment.act_by, Commitment.id)
    return list(session.scalars(statement.limit(AT_ONCE)))


def _remind(session: Session, now: datetime) -> None:
    for commitment in _due(session, now):
        tx = Transaction(session, Actor(commitment.organization_id, "job", "renewals"), now, "renewals")
        commitment.reminded_at = now
        events.append(tx, "commitment.renewal_due", commitment.id, after=facts(commitment))


REMIND = Chore(lambda session, now: bool(_due(session, now)), _remind, 60.0)
"""Appends `commitment.renewal_due`, once for each day by which somebody must act."""
