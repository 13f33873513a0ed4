"""Creating, changing and deleting workloads."""

from typing import Any

from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import or_not_found
from service.workloads import queries
from service.workloads.models import Workload

FACTS = ("name", "description", "model", "zone", "latency", "isolation", "incumbent", "labels")
"""What a user says about a workload, as its columns are named."""


def get(tx: Transaction, workload_id: str) -> Workload:
    """Return a workload of the organization. Raises Problem 404."""
    return or_not_found(queries.workload(tx, workload_id), "No workload has this id.")


def create(tx: Transaction, facts: dict[str, Any]) -> Workload:
    """Add a workload; facts: the loaded NewWorkloadSchema."""
    workload = Workload(
        id=ids.new("wl"), organization_id=tx.organization_id, created_at=tx.now, updated_at=tx.now, **facts
    )
    tx.session.add(workload)
    events.append(tx, "workload.created", workload.id, after=_facts(workload))
    return workload


def change(tx: Transaction, workload_id: str, facts: dict[str, Any]) -> Workload:
    """Replace the facts given, keep the others. Raises Problem 404, 412 and 428."""
    workload = get(tx, workload_id)
    etags.require_match(workload)
    return set_facts(tx, workload, facts)


def set_facts(tx: Transaction, workload: Workload, facts: dict[str, Any]) -> Workload:
    """Replace the facts given of a workload whose version was checked."""
    before = _facts(workload)
    for name, value in facts.items():
        setattr(workload, name, value)
    if _facts(workload) != before:
        workload.updated_at = tx.now
        events.append(tx, "workload.changed", workload.id, before=before, after=_facts(workload))
    return workload


def delete(tx: Transaction, workload_id: str) -> None:
    """Delete a workload: it is gone for every reader, and kept for the history of what was decided on it.

    Raises Problem 404, 412 and 428.
    """
    workload = get(tx, workload_id)
    etags.require_match(workload)
    workload.deleted_at = tx.now
    events.append(tx, "workload.deleted", workload.id, before=_facts(workload))


def _facts(workload: Workload) -> dict[str, Any]:
    return {name: getattr(workload, name) for name in FACTS}
