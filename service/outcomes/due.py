"""Outcomes that are due: months of what was bought that are over, and of which nobody has said yet what came."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from service.commitments import queries as commitments
from service.commitments.models import Commitment
from service.kit.db.transaction import Transaction
from service.outcomes import queries

MOST_MONTHS = 12
"""Months that are looked back at."""


def due(tx: Transaction) -> list[dict[str, Any]]:
    """Return the months due, the oldest first: whole calendar months, cut where a commitment begins or ends."""
    found = []
    bought = tx.session.scalars(commitments.commitments(tx, {}).where(Commitment.workload_id.is_not(None)))
    for commitment in bought:
        for first, last in _closed(commitment, tx.now.date()):
            told = [first.isoformat(), last.isoformat()]
            if not queries.overlapping(tx, str(commitment.workload_id), *told):
                found.append(_entry(commitment, told))
    return sorted(found, key=lambda entry: (entry["starts_on"], entry["commitment_id"]))


def _closed(commitment: Commitment, today: date) -> Iterator[tuple[date, date]]:
    """Yield the months of a commitment that are over, at most MOST_MONTHS back."""
    last = today.replace(day=1) - timedelta(days=1)
    for _ in range(MOST_MONTHS):
        first = last.replace(day=1)
        starts = max(first, date.fromisoformat(commitment.starts_on))
        ends = min(last, date.fromisoformat(commitment.ends_on))
        if starts <= ends:
            yield starts, ends
        last = first - timedelta(days=1)


def _entry(commitment: Commitment, told: Sequence[str]) -> dict[str, Any]:
    first, last = told
    return {
        "workload_id": commitment.workload_id,
        "commitment_id": commitment.id,
        "sku": commitment.sku,
        "starts_on": first,
        "ends_on": last,
        "detail": f"{first} to {last} is over: upload its bill, then POST /v1/outcomes for these days.",
    }
