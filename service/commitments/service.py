"""Entering, correcting and deleting commitments; what is owed on one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from service.commitments import queries
from service.commitments.models import Commitment
from service.events import service as events
from service.kit import ids
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http import etags
from service.kit.http.problems import FieldError, invalid, or_not_found
from service.workloads import queries as workloads

FACTS = (
    "workload_id", "provider", "sku", "units", "currency", "monthly_per_unit", "upfront_per_unit", "starts_on",
    "ends_on", "notice_by", "renews", "reference", "description", "is_settled",
)  # fmt: skip
"""What a user says of a commitment, as its columns are named."""

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a commitment stands on a day. days_left: paid days from that day on, itself included.

    monthly: of all units. owed: what is still payable until its end: 12/365 of a month a day, to the cent.
    """

    state: str
    days_left: int
    monthly: Decimal
    owed: Decimal


def standing(commitment: Commitment, today: date) -> Standing:
    """Return how a commitment stands."""
    starts, ends = date.fromisoformat(commitment.starts_on), date.fromisoformat(commitment.ends_on)
    days = max(0, (ends - max(starts, today)).days + 1)
    state = "upcoming" if today < starts else "active" if today <= ends else "ended"
    monthly = commitment.monthly_per_unit * commitment.units
    owed = (monthly * 12 * days / 365).quantize(CENT, ROUND_HALF_EVEN)
    return Standing(state, days, monthly, owed)


class Shown(Over[Commitment]):
    """A commitment as it stands now, with its tag."""

    def __init__(self, tx: Transaction, commitment: Commitment) -> None:
        """Join what is stored and what follows from the day."""
        self.today = tx.now.date()
        self.standing = standing(commitment, self.today)
        self.row = commitment
        self.state = self.standing.state
        self.monthly = {"amount": self.standing.monthly, "currency": commitment.currency}
        self.owed = {"amount": self.standing.owed, "currency": commitment.currency}

    @property
    def etag(self) -> str:
        """The tag of the row, and of the day that the figures are of."""
        return f"{self.row.etag}-{self.today}"


def get(tx: Transaction, commitment_id: str) -> Commitment:
    """Return a commitment of the organization. Raises Problem 404."""
    return or_not_found(queries.commitment(tx, commitment_id), "No commitment has this id.")


def create(tx: Transaction, said: dict[str, Any]) -> Commitment:
    """Add a commitment. Raises Problem 422 where its days contradict each other or its workload is not there."""
    columns = _columns(tx, said)
    commitment = Commitment(
        id=ids.new("cm"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        act_by=columns["notice_by"] or columns["ends_on"],
        **columns,
    )
    tx.session.add(commitment)
    events.append(tx, "commitment.created", commitment.id, after=facts(commitment))
    return commitment


def change(tx: Transaction, commitment_id: str, said: dict[str, Any]) -> Commitment:
    """Replace the facts given, keep the others. Raises Problem 404, 412, 428 and 422."""
    commitment = get(tx, commitment_id)
    etags.require_match(Shown(tx, commitment))
    before = facts(commitment)
    held = {name: getattr(commitment, name) for name in FACTS}
    columns = _columns(tx, {**held, **said})
    for name in said:
        setattr(commitment, name, columns[name])
    if facts(commitment) == before:
        return commitment
    act_by = commitment.notice_by or commitment.ends_on
    if act_by != commitment.act_by:
        commitment.act_by, commitment.reminded_at = act_by, None
    commitment.updated_at = tx.now
    events.append(tx, "commitment.changed", commitment.id, before=before, after=facts(commitment))
    return commitment


def delete(tx: Transaction, commitment_id: str) -> None:
    """Delete a commitment that was entered by mistake. Raises Problem 404, 412 and 428."""
    commitment = get(tx, commitment_id)
    etags.require_match(Shown(tx, commitment))
    commitment.deleted_at = tx.now
    events.append(tx, "commitment.deleted", commitment.id, before=facts(commitment))


def facts(commitment: Commitment) -> dict[str, Any]:
    """Return what a user says of a commitment, as JSON values."""
    values = {name: getattr(commitment, name) for name in FACTS}
    return {name: plain_decimal(v) if isinstance(v, Decimal) else v for name, v in values.items()}


def _columns(tx: Transaction, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as columns. Raises Problem 422 for each that does not hold."""
    columns = {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}
    faults = []
    if columns["ends_on"] < columns["starts_on"]:
        faults.append(FieldError("/ends_on", "before_start", f"Lies before starts_on, {columns['starts_on']}."))
    if columns["notice_by"] is not None and columns["notice_by"] > columns["ends_on"]:
        faults.append(FieldError("/notice_by", "after_end", f"Lies after ends_on, {columns['ends_on']}."))
    if columns["renews"] and columns["notice_by"] is None:
        told = "Name the last day to give notice: a commitment that renews by itself goes on without one."
        faults.append(FieldError("/notice_by", "required", told))
    if columns["workload_id"] is not None and workloads.workload(tx, columns["workload_id"]) is None:
        faults.append(FieldError("/workload_id", "not_found", "No workload has this id."))
    if faults:
        raise invalid(*faults)
    return columns
