"""Authenticating callers; creating organizations and keys."""

import hmac
import secrets
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from service.access import keys, members, queries
from service.access.key_cache import KnownKeys
from service.access.keys import Token
from service.access.models import ApiKey, Member, Organization
from service.access.queries import KeyFacts
from service.access.roles import SCOPES, Role
from service.events import service as events
from service.kit import clock, ids
from service.kit.db.database import Database
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import CONFLICT, FORBIDDEN, UNAUTHENTICATED, FieldError, Problem, invalid, or_not_found

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="crossover"'}


def authenticate(database: Database, authorization: str, known: KnownKeys | None = None) -> Actor:
    """Return the actor of an `Authorization` header. Raises Problem 401, the same for every way a key can be wrong.

    known: keys to take as they were a moment ago; without, the database is asked.
    """
    token = keys.of_header(authorization)
    key = None if token is None else _facts_of(database, token.key_id, known)
    if token is None or key is None:
        raise _refused()
    return admitted(token, key)


def _facts_of(database: Database, key_id: str, known: KnownKeys | None) -> KeyFacts | None:
    return queries.key_facts(database, key_id) if known is None else known.facts(database, key_id)


def admitted(token: Token, key: KeyFacts) -> Actor:
    """Return the actor whose key `token` is, if it is the stored one and holds. Raises Problem 401."""
    if not hmac.compare_digest(key.secret_digest, token.secret_digest) or not holds(key):
        raise _refused()
    return actor_of(key)


def holds(key: KeyFacts) -> bool:
    """Whether a stored key still opens anything: neither revoked nor over, its member active."""
    return key.revoked_at is None and key.deactivated_at is None and not _is_over(key.expires_at)


def actor_of(key: KeyFacts) -> Actor:
    """Return the actor that a key stands for."""
    return Actor(
        organization_id=key.organization_id,
        kind="api_key",
        id=key.id,
        scopes=SCOPES[cast("Role", key.role)] & SCOPES[cast("Role", key.member_role)],
        signing_key=key.signing_key,
        first_use=not key.is_noted,
        member_id=key.member_id,
    )


def note_use(session: Session, actor: Actor) -> None:
    """Keep that the actor's key is in use, to the hour: often enough to find unused keys, cheap for every call."""
    queries.touch(session, actor.id, clock.now())


def create_organization(session: Session, name: str) -> Organization:
    """Add an organization. For commands: over HTTP nobody stands above organizations."""
    organization = Organization(
        id=ids.new("org"), name=name, signing_key=secrets.token_bytes(32), created_at=clock.now()
    )
    session.add(organization)
    session.flush()
    return organization


def create_key(
    tx: Transaction, *, name: str, role: Role, expires_at: datetime | None = None, member_id: str | None = None
) -> tuple[ApiKey, str]:
    """Add a key to the actor's organization; return it and the whole key, which is never shown again.

    member_id: whose key it is; None: of who asks, or, for a command, of a new member of the key's name and role.

    Raises Problem 403 when the role may more than the actor itself, 422 when the key would be over before it begins.
    """
    if expires_at is not None and expires_at <= tx.now:
        raise invalid(FieldError("/expires_at", "past", "Lies in the past; name a later time or leave it out."))
    if not SCOPES[role] <= tx.actor.scopes:
        raise Problem(FORBIDDEN, f"A key cannot make keys of a wider role than its own; {role} is wider.")
    owner = _owner_of_key(tx, name, role, member_id)
    token = keys.new()
    key = ApiKey(
        member_id=owner.id,
        id=token.key_id,
        organization_id=tx.organization_id,
        name=name,
        role=role,
        secret_digest=token.secret_digest,
        created_at=tx.now,
        created_by=tx.actor.id,
        expires_at=expires_at,
    )
    tx.session.add(key)
    events.append(tx, "api_key.created", key.id, after=_facts(key))
    return key, token.spelled()


def _owner_of_key(tx: Transaction, name: str, role: Role, member_id: str | None) -> Member:
    """Return whose the new key is. Raises Problem 422 where there is no such member or its role is narrower."""
    if member_id is None and tx.actor.kind == "command":
        return members.create(tx, {"kind": "person", "name": name, "email": "", "subject": None, "role": role})
    member = members.acting(tx) if member_id is None else queries.member(tx, member_id)
    if member is None or member.state != "active":
        raise invalid(FieldError("/member_id", "unknown_member", "No active member has this id; see /v1/members."))
    if not SCOPES[role] <= SCOPES[cast("Role", member.role)]:
        told = (
            f"{member.name} is {member.role}: give the key that role or a narrower one, or change the member's first."
        )
        raise invalid(FieldError("/role", "wider_than_member", told))
    return member


def get_key(tx: Transaction, key_id: str) -> ApiKey:
    """Return one of the organization's keys. Raises Problem 404."""
    return or_not_found(queries.api_key(tx, key_id), "No API key has this id.")


def revoke_key(tx: Transaction, key_id: str) -> None:
    """Revoke a key at once and for ever. Raises Problem 404, 409 for the key that asks."""
    key = get_key(tx, key_id)
    if key.id == tx.actor.id:
        raise Problem(CONFLICT, "A key cannot revoke itself; use another key.")
    if key.revoked_at is None:
        before = _facts(key)
        key.revoked_at = tx.now
        events.append(tx, "api_key.revoked", key.id, before=before, after=_facts(key))


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "member_id": key.member_id,
        "name": key.name,
        "role": key.role,
        "expires_at": key.expires_at and key.expires_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }


def _is_over(expires_at: datetime | None) -> bool:
    return expires_at is not None and expires_at <= clock.now()


def _refused() -> Problem:
    return Problem(UNAUTHENTICATED, "The API key is missing or not valid.", headers=_CHALLENGE)
