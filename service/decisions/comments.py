"""Comments on decisions: whoever may propose or approve says something, and nobody takes it back."""

from service.access import members
from service.decisions.models import Comment
from service.decisions.service import get
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction


def comment(tx: Transaction, decision_id: str, text: str) -> Comment:
    """Add a comment. Raises Problem 404."""
    decision = get(tx, decision_id)
    made = Comment(
        id=ids.new("dm"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        decision_id=decision.id,
        member_id=members.acting(tx).id,
        text=text,
    )
    tx.session.add(made)
    events.append(tx, "decision.commented", decision.id, after={"comment": made.id, "text": text})
    return made
