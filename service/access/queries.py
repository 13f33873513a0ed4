"""Queries on organizations and their keys."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from service.access.models import ApiKey, Organization
from service.kit import clock
from service.kit.db.database import Database
from service.kit.db.transaction import Transaction

NOTED_EVERY = timedelta(hours=1)


class KeyFacts(NamedTuple):
    """What admitting a caller takes of an API key and its organization."""

    id: str
    organization_id: str
    role: str
    secret_digest: bytes
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    signing_key: bytes

    @property
    def is_noted(self) -> bool:
        """Whether a use of the key within NOTED_EVERY is stored."""
        return self.last_used_at is not None and self.last_used_at >= clock.now() - NOTED_EVERY


_KEYS, _ORGANIZATIONS = ApiKey.__table__.c, Organization.__table__.c
_OTHERS = Organization.__table__.alias("others").c

FACTS = (
    select(*(_KEYS[name] for name in KeyFacts._fields[:-1]), _ORGANIZATIONS.signing_key)
    .join_from(ApiKey.__table__, Organization.__table__)
    .where(_KEYS.id == bindparam("key_id"))
)
"""Every call runs this statement, so it is built once, on plain tables."""


def key_facts(database: Database, key_id: str) -> KeyFacts | None:
    """Return the facts of a key of any organization: the one query that comes before the tenant is known."""
    row = database.glance(FACTS, {"key_id": key_id})
    return None if row is None else KeyFacts._make(row)


class OrganizationFacts(NamedTuple):
    """What admitting a person takes of their organization."""

    id: str
    signing_key: bytes


_CALLED = (
    select(_ORGANIZATIONS.id, _ORGANIZATIONS.signing_key)
    .where(or_(_ORGANIZATIONS.id == bindparam("called"), _ORGANIZATIONS.name == bindparam("called")))
    .where(
        or_(
            _ORGANIZATIONS.id == bindparam("called"),
            select(func.count()).where(_OTHERS.name == bindparam("called")).scalar_subquery() == 1,
        )
    )
)
"""The organization of an id, or of a name that only one has."""


def organization_called(database: Database, called: str) -> OrganizationFacts | None:
    """Return the organization of that id or name; None where none is or several are called so."""
    row = database.glance(_CALLED, {"called": called})
    return None if row is None else OrganizationFacts._make(row)


def organization(tx: Transaction) -> Organization:
    """Return the actor's organization."""
    return tx.session.execute(select(Organization).where(Organization.id == tx.organization_id)).scalar_one()


def api_keys(tx: Transaction) -> Select[ApiKey]:
    """Return the statement of the organization's keys."""
    return select(ApiKey).where(ApiKey.organization_id == tx.organization_id)


def api_key(tx: Transaction, key_id: str) -> ApiKey | None:
    """Return one of the organization's keys."""
    return tx.session.scalar(api_keys(tx).where(ApiKey.id == key_id))


def touch(session: Session, key_id: str, at: datetime) -> None:
    """Store that the key was used at this time."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=at))
