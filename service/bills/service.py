"""Keeping bills: each file once, each charge counted once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from service.bills import queries
from service.bills.models import Bill, Charge
from service.bills.upload import UploadedBill
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http import etags
from service.kit.http.problems import or_not_found

MONEY = ("billed", "effective")


@dataclass(frozen=True, slots=True)
class Kept:
    """A bill out of an upload, and whether it was not there before."""

    bill: Bill
    created: bool


def get(tx: Transaction, bill_id: str) -> Bill:
    """Return a bill of the organization. Raises Problem 404."""
    return or_not_found(queries.bill(tx, bill_id), "No bill has this id.")


def keep(tx: Transaction, upload: UploadedBill) -> Kept:
    """Store a bill; the same file again is the bill that is there. Charges that an earlier bill has are not counted."""
    same = queries.same_file(tx, upload.received.digest)
    if same is not None:
        return Kept(same, created=False)
    before = queries.counted_before(tx, [charge["digest"] for charge in upload.charges])
    bill = Bill(
        id=ids.new("bl"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        digest=upload.received.digest,
        bytes=upload.received.size,
        format=upload.form,
        charges=len(upload.charges),
        repeated=sum(charge["digest"] in before for charge in upload.charges),
        totals=[],
        starts_at=min(datetime.fromisoformat(charge["starts_at"]) for charge in upload.charges),
        ends_at=max(datetime.fromisoformat(charge["ends_at"]) for charge in upload.charges),
    )
    tx.session.add(bill)
    tx.session.flush()
    rows = [_charge(bill, said, before.get(said["digest"])) for said in upload.charges]
    tx.session.add_all(rows)
    bill.totals = totals(row for row in rows if row.repeats is None)
    events.append(tx, "bill.created", bill.id, after=facts(bill))
    return Kept(bill, created=True)


def delete(tx: Transaction, bill_id: str) -> None:
    """Delete a bill; charges that later bills repeat are counted there from now on. Raises Problem 404, 412."""
    bill = get(tx, bill_id)
    etags.require_match(bill)
    events.append(tx, "bill.deleted", bill.id, before=facts(bill))
    heirs: dict[str, str] = {}
    touched = set()
    for charge in queries.repeating(tx, bill.id):
        charge.repeats = heirs.get(charge.digest)
        if charge.repeats is None:
            heirs[charge.digest] = charge.bill_id
            touched.add(charge.bill_id)
    tx.session.flush()
    for other in sorted(touched):
        _recount(tx, get(tx, other))
    queries.delete_charges(tx, bill.id)
    tx.session.delete(bill)


def totals(charges: Iterable[Charge]) -> list[dict[str, str]]:
    """Return the exact sums of what is billed and of what the use cost, a currency each."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(MONEY, Decimal(0)))
    for charge in charges:
        for name in MONEY:
            sums[charge.currency][name] += getattr(charge, name)
    return [
        {"currency": currency, **{name: plain_decimal(amount) for name, amount in found.items()}}
        for currency, found in sorted(sums.items())
    ]


def facts(bill: Bill) -> dict[str, Any]:
    """Return what an event of a bill says."""
    return {"digest": bill.digest, "charges": bill.charges, "repeated": bill.repeated, "totals": bill.totals}


def _recount(tx: Transaction, bill: Bill) -> None:
    rows = tx.session.scalars(queries.charges(tx, bill.id)).all()
    bill.repeated = sum(row.repeats is not None for row in rows)
    bill.totals = totals(row for row in rows if row.repeats is None)


def _charge(bill: Bill, said: Mapping[str, Any], repeats: str | None) -> Charge:
    columns = dict(said)
    for name in ("quantity", *MONEY):
        columns[name] = None if said[name] is None else Decimal(said[name])
    for name in ("starts_at", "ends_at"):
        columns[name] = datetime.fromisoformat(said[name])
    return Charge(bill_id=bill.id, organization_id=bill.organization_id, repeats=repeats, **columns)
