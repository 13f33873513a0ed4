"""Queries on organizations and their keys."""

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from service.access.models import ApiKey, Organization
from service.kit.transaction import Transaction


def key_with_organization(session: Session, key_id: str) -> tuple[ApiKey, Organization] | None:
    """Return a key of any organization and its organization: the one query that comes before the tenant is known."""
    statement = (
        select(ApiKey, Organization)
        .join(Organization, Organization.id == ApiKey.organization_id)
        .where(ApiKey.id == key_id)
    )
    row = session.execute(statement).first()
    return None if row is None else (row[0], row[1])


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
