"""Which commitments are to be acted on soon, and what is to be done about each, in words."""

from datetime import date, timedelta

from sqlalchemy import Select

from service.commitments import queries
from service.commitments.models import Commitment
from service.kit.db.transaction import Transaction


def ahead(tx: Transaction, days: int) -> Select[Commitment]:
    """Return the statement of the organization's commitments to be acted on within so many days, or overdue."""
    until = (tx.now + timedelta(days=days)).date().isoformat()
    return queries.commitments(tx, {"ended": False}).where(Commitment.act_by <= until)


def days_left(commitment: Commitment, today: date) -> int:
    """Return the days until somebody must act on a commitment; negative where that day has passed."""
    return (date.fromisoformat(commitment.act_by) - today).days


def what_to_do(commitment: Commitment, today: date) -> str:
    """Return what is to be done about a commitment by its day."""
    if commitment.notice_by is None:
        return f"Ends on {commitment.ends_on}; decide until then what follows."
    if days_left(commitment, today) >= 0:
        return f"Give notice by {commitment.notice_by}, or it goes on; it ends on {commitment.ends_on}."
    goes_on = "it goes on" if commitment.renews else f"it ends on {commitment.ends_on}"
    return f"The last day for notice, {commitment.notice_by}, has passed: {goes_on}."
