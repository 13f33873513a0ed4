"""Queries on organizations and their keys."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from service.access.models import ApiKey, Member, Organization
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
    member_id: str
    member_role: str
    deactivated_at: datetime | None
    signing_key: bytes

    @property
    def is_noted(self) -> bool:
        """Whether a use of the key within NOTED_EVERY is stored."""
        return self.last_used_at is not None and self.last_used_at >= clock.now() - NOTED_EVERY


_KEYS, _MEMBERS, _ORGANIZATIONS = ApiKey.__table__.c, Member.__table__.c, Organization.__table__.c

_OF_KEY = KeyFacts._fields[: KeyFacts._fields.index("member_role")]
_OTHERS = Organization.__table__.alias("others").c

FACTS = (
    select(*(_KEYS[name] for name in _OF_KEY), _MEMBERS.role, _MEMBERS.deactivated_at, _ORGANIZATIONS.signing_key)
    .join_from(ApiKey.__table__, Organization.__table__)
    .join(Member.__table__, _MEMBERS.id == _KEYS.member_id)
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


class PersonFacts(NamedTuple):
    """What admitting a person takes of the member they are."""

    id: str
    role: str
    deactivated_at: datetime | None


_PERSON = select(_MEMBERS.id, _MEMBERS.role, _MEMBERS.deactivated_at).where(
    _MEMBERS.organization_id == bindparam("organization_id"), _MEMBERS.subject == bindparam("subject")
)


def person(database: Database, organization_id: str, subject: str) -> PersonFacts | None:
    """Return the member of a subject at the identity provider; None where it never signed in."""
    row = database.glance(_PERSON, {"organization_id": organization_id, "subject": subject})
    return None if row is None else PersonFacts._make(row)


def organization(tx: Transaction) -> Organization:
    """Return the actor's organization."""
    return tx.session.execute(select(Organization).where(Organization.id == tx.organization_id)).scalar_one()


def api_keys(tx: Transaction, member_id: str | None = None) -> Select[ApiKey]:
    """Return the statement of the organization's keys, of one member where one is given."""
    statement = select(ApiKey).where(ApiKey.organization_id == tx.organization_id)
    return statement if member_id is None else statement.where(ApiKey.member_id == member_id)


def api_key(tx: Transaction, key_id: str) -> ApiKey | None:
    """Return one of the organization's keys."""
    return tx.session.scalar(api_keys(tx).where(ApiKey.id == key_id))


def members(tx: Transaction, filters: Mapping[str, Any]) -> Select[Member]:
    """Return the statement of the organization's members. filters: role, state, email; None asks nothing."""
    statement = select(Member).where(Member.organization_id == tx.organization_id)
    for name in ("role", "email"):
        if filters.get(name) is not None:
            statement = statement.where(getattr(Member, name) == filters[name])
    if filters.get("state") is None:
        return statement
    gone = Member.deactivated_at.is_not(None)
    return statement.where(gone if filters["state"] == "deactivated" else ~gone)


def member(tx: Transaction, member_id: str) -> Member | None:
    """Return one of the organization's members."""
    return tx.session.scalar(members(tx, {}).where(Member.id == member_id))


def member_of_subject(tx: Transaction, subject: str) -> Member | None:
    """Return the organization's member of a subject at the identity provider."""
    return tx.session.scalar(members(tx, {}).where(Member.subject == subject))


def members_of(tx: Transaction, member_ids: Collection[str]) -> dict[str, Member]:
    """Return these members, by id."""
    if not member_ids:
        return {}
    return {found.id: found for found in tx.session.scalars(members(tx, {}).where(Member.id.in_(member_ids)))}


def touch(session: Session, key_id: str, at: datetime) -> None:
    """Store that the key was used at this time."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=at))
