"""Queries on bills and their charges."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select

from service.bills.models import Bill, Charge
from service.kit.db.transaction import Transaction

AT_ONCE = 500
"""Digests asked for in one statement."""


def bills(tx: Transaction) -> Select[Bill]:
    """Return the statement of the organization's bills."""
    return select(Bill).where(Bill.organization_id == tx.organization_id)


def bill(tx: Transaction, bill_id: str) -> Bill | None:
    """Return one of the organization's bills."""
    return tx.session.scalar(bills(tx).where(Bill.id == bill_id))


def same_file(tx: Transaction, digest: str) -> Bill | None:
    """Return the organization's bill that this file is."""
    return tx.session.scalar(bills(tx).where(Bill.digest == digest))


def charges(tx: Transaction, bill_id: str) -> Select[Charge]:
    """Return the statement of a bill's charges."""
    return select(Charge).where(Charge.organization_id == tx.organization_id, Charge.bill_id == bill_id)


def counted_before(tx: Transaction, digests: Sequence[str]) -> dict[str, str]:
    """Return the bill that counts each of these charges already, by the charge's digest."""
    found: dict[str, str] = {}
    for first in range(0, len(digests), AT_ONCE):
        some = digests[first : first + AT_ONCE]
        statement = select(Charge.digest, Charge.bill_id).where(
            Charge.organization_id == tx.organization_id, Charge.digest.in_(some), Charge.repeats.is_(None)
        )
        found |= {row.digest: row.bill_id for row in tx.session.execute(statement)}
    return found


def counted(tx: Transaction, bill_ids: Sequence[str] | None, starts: datetime, ends: datetime) -> Sequence[Charge]:
    """Return the charges that count and share time with [starts, ends), of these bills, or of all if none are named."""
    statement = select(Charge).where(
        Charge.organization_id == tx.organization_id,
        Charge.repeats.is_(None),
        Charge.starts_at < ends,
        Charge.ends_at > starts,
    )
    if bill_ids is not None:
        statement = statement.where(Charge.bill_id.in_(bill_ids))
    return tx.session.scalars(statement.order_by(Charge.starts_at, Charge.bill_id, Charge.number)).all()


def repeating(tx: Transaction, bill_id: str) -> Sequence[Charge]:
    """Return the charges of later bills that are not counted because this bill has them."""
    statement = select(Charge).where(Charge.organization_id == tx.organization_id, Charge.repeats == bill_id)
    return tx.session.scalars(statement.order_by(Charge.bill_id, Charge.number)).all()


def delete_charges(tx: Transaction, bill_id: str) -> None:
    """Delete a bill's charges."""
    tx.session.execute(delete(Charge).where(Charge.organization_id == tx.organization_id, Charge.bill_id == bill_id))
