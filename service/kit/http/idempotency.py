"""`Idempotency-Key`: the same key and request give the same answer, however often and however concurrently sent.

A key is reserved in a transaction of its own, so that a repeat in flight is told to wait (409); the answer is kept
in the transaction of the effect itself, so that a lost connection leaves either both or neither. A reservation names
its process: where that has ended, on this machine, a repeat takes the key over at once; from elsewhere it waits for
the lease, which is judged by the database's clock.
"""

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.kit import ids, logging
from service.kit.db import row_security
from service.kit.db.database import Database, DatabaseBusy, database_now
from service.kit.db.models import Base, strict
from service.kit.db.transaction import Actor
from service.kit.http.problems import IN_FLIGHT, KEY_REUSED, Problem
from service.kit.presence import Presence

RETENTION = timedelta(days=7)
LEASE = timedelta(seconds=60)
"""How long a reservation holds off repeats when its process died without giving it back."""

_left: WeakKeyDictionary[Database, deque["Reservation"]] = WeakKeyDictionary()
"""What this process could not give back, because the database was away: it will be asked for again."""


class IdempotencyKey(Base):
    """A key seen on an operation of an organization: reserved while `status` is null, answered after."""

    __tablename__ = "idempotency_keys"
    __table_args__ = strict()

    organization_id: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    holder: Mapped[str]
    leased_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it went out: status, the headers worth repeating, body bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reservation:
    """A key held by this request. holder: fences off a request that lost its lease."""

    organization_id: str
    operation: str
    key: str
    holder: str


class LostReservation(Exception):  # noqa: N818
    """Another request took the key over; this one must not take effect."""


def fingerprint(*parts: bytes) -> bytes:
    """Return what tells one request from another: SHA-256 over its parts and their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def reserve(
    database: Database, presence: Presence, actor: Actor, operation: str, key: str, mark: bytes
) -> Reservation | Answer:
    """Reserve `key` for `operation`, or return the answer already given to the same request.

    Raises Problem: 409 while the same key is in flight, 422 when it was used for another request.
    """
    _give_back(database)
    reservation = Reservation(actor.organization_id, operation, key, f"{presence.id}.{ids.new('rq')}")
    try:
        return database.write(lambda session: _reserve(session, presence, reservation, mark))
    except DatabaseBusy:
        _left_of(database).append(reservation)  # a connection that is lost at its commit leaves open what was stored
        raise


def keep(session: Session, reservation: Reservation, answer: Answer) -> None:
    """Keep the answer in the transaction of its effect. Raises LostReservation when the key was taken over."""
    kept = session.scalars(
        update(IdempotencyKey)
        .where(*_held(reservation))
        .values(status=answer.status, headers=answer.headers, body=answer.body)
        .returning(IdempotencyKey.key)
    )
    if not kept.all():
        raise LostReservation


def release(database: Database, reservation: Reservation) -> None:
    """Give the key back after a request without effect, so that it may be repeated at once.

    Where that fails it is done before this process reserves the next one, or else the lease lapses by itself; the
    request is answered as it was.
    """
    _left_of(database).append(reservation)
    _give_back(database)


def _left_of(database: Database) -> deque[Reservation]:
    return _left.setdefault(database, deque())


def _give_back(database: Database) -> None:
    """Give back what this process holds for nobody any more; what fails is left for the next time."""
    left = _left_of(database)
    while left:
        try:
            reservation = left.popleft()
        except IndexError:
            return  # another thread is at it
        try:
            database.write(partial(_delete, reservation=reservation))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not what the caller did wrong
            left.append(reservation)
            logging.get().warning("an idempotency key was not given back", reason=type(error).__name__)
            return


def _delete(session: Session, reservation: Reservation) -> None:
    session.execute(delete(IdempotencyKey).where(*_held(reservation)))


def purge(session: Session, now: datetime) -> None:
    """Delete keys past their retention; the worker does so now and then."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at < now))


def _held(reservation: Reservation) -> tuple[Any, ...]:
    return (
        IdempotencyKey.organization_id == reservation.organization_id,
        IdempotencyKey.operation == reservation.operation,
        IdempotencyKey.key == reservation.key,
        IdempotencyKey.holder == reservation.holder,
        IdempotencyKey.status.is_(None),
    )


def _reserve(session: Session, presence: Presence, reservation: Reservation, mark: bytes) -> Reservation | Answer:
    row_security.narrow(session, reservation.organization_id)
    now = database_now(session)
    row = session.scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.organization_id == reservation.organization_id,
            IdempotencyKey.operation == reservation.operation,
            IdempotencyKey.key == reservation.key,
        )
    )
    if row is None:
        row = IdempotencyKey(
            organization_id=reservation.organization_id, operation=reservation.operation, key=reservation.key
        )
        session.add(row)
    elif row.expires_at < now:
        row.status = None
    elif row.fingerprint != mark:
        raise Problem(KEY_REUSED, "This Idempotency-Key belongs to a different request; use a new one.")
    elif row.status is not None:
        return Answer(row.status, dict(row.headers or {}), row.body or b"")
    elif row.leased_until > now and not presence.is_gone(row.holder.partition(".")[0]):
        raise Problem(IN_FLIGHT, "The request with this key is still running.", headers={"Retry-After": "1"})
    row.fingerprint, row.holder = mark, reservation.holder
    row.leased_until, row.expires_at = now + LEASE, now + RETENTION
    return reservation
