"""Guardrails as they are served: the rules, their state, who voted and who is still needed."""

from typing import Any

from service.access import queries as access
from service.decisions import queries
from service.decisions.document import needs_of, person
from service.decisions.guarding import rules_in_force
from service.decisions.guardrail_votes import quorum_of
from service.decisions.models import Guardrails
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction


class Shown(Over[Guardrails]):
    """Guardrails with their tag."""

    def __init__(self, tx: Transaction, row: Guardrails) -> None:
        """Join what is stored and what follows from it."""
        self.row, self.rules = row, row.content
        self.proposer = person(access.members_of(tx, {row.proposer_id})[row.proposer_id])
        self.needs = needs_of(quorum_of(tx, row)) if row.state == "proposed" else None

    @property
    def etag(self) -> str:
        """The tag of the row."""
        return self.row.etag


def in_force(tx: Transaction) -> Shown | dict[str, Any]:
    """Return the guardrails in force, the shipped default where nobody has decided on others."""
    row = queries.guardrails_in_force(tx)
    if row is not None:
        return Shown(tx, row)
    held, rules = rules_in_force(tx)
    absent = dict.fromkeys(("id", "proposer", "needs", "created_at", "decided_at"))
    return {**absent, **held, "state": "in_force", "rules": rules, "reason": "", "votes": [], "version": 0}
