"""People as their identity provider knows them: of which organization they are, and what they may do in it."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from itsdangerous import BadSignature, TimestampSigner
from sqlalchemy.orm import Session

from service.access import members, queries
from service.access.queries import PersonFacts
from service.access.roles import ROLES, SCOPES, Role
from service.access.signing_in import ProviderUnreachable, TokenRefused
from service.kit import clock
from service.kit.db.database import Database
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import BUSY, FORBIDDEN, UNAUTHENTICATED, Problem

if TYPE_CHECKING:
    from service.access.identity_provider import IdentityProvider

SECONDS = 3600
"""How long a session lasts; then the provider is asked again, unnoticed by who is still signed in there."""

COOKIE_PREFIX = "person."

_SALT = "crossover.person"

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="crossover", error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Directory:
    """Which claims say where somebody belongs.

    organization: id or name of everybody's, or empty where the claim `organization_claim` holds it. roles_claim: claim
    that holds groups or roles, a list or one; a dot leads into an object. roles: role by group, `*` for everybody.
    """

    organization: str
    organization_claim: str
    roles_claim: str
    roles: Mapping[str, Role]

    def organization_of(self, claims: Mapping[str, Any]) -> str:
        """Return the id or name of the organization the claims name. Raises Problem 403."""
        named = self.organization or _claim(claims, self.organization_claim)
        if not isinstance(named, str) or not named:
            raise Problem(
                FORBIDDEN, f"Your account names no organization: its claim {self.organization_claim} is empty."
            )
        return named

    def roles_of(self, claims: Mapping[str, Any]) -> list[Role]:
        """Return the roles of the groups the claims name. Raises Problem 403 where there is none."""
        found = _claim(claims, self.roles_claim)
        groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        roles = [role for group, role in self.roles.items() if group in ("*", *groups)]
        if not roles:
            raise Problem(FORBIDDEN, f"None of your groups (claim {self.roles_claim}) may do anything here.")
        return roles


@dataclass(frozen=True, slots=True)
class OpenId:
    """Where people come from and where they belong: what is configured of OpenID Connect."""

    provider: "IdentityProvider"
    directory: Directory


def actor_of(database: Database, directory: Directory, claims: Mapping[str, Any]) -> Actor:
    """Return the actor whom verified claims describe; at their first sign-in they become a member.

    Raises Problem 403 where they are of no organization or role, or were deactivated.
    """
    roles = directory.roles_of(claims)
    found = queries.organization_called(database, directory.organization_of(claims))
    if found is None:
        raise Problem(FORBIDDEN, "Your account belongs to no organization that is known here.")
    subject = str(claims["sub"])
    member = queries.person(database, found.id, subject) or _joined(database, found, claims, roles)
    if member.deactivated_at is not None:
        raise Problem(FORBIDDEN, "Your membership was deactivated; an admin can activate it again under /v1/members.")
    return _actor(found, subject, roles, member)


def bearer(database: Database, openid: OpenId, token: str) -> Actor:
    """Return the actor of an access token. Raises Problem 401, 403, and 503 where its keys cannot be had."""
    try:
        return actor_of(database, openid.directory, openid.provider.bearer(token))
    except TokenRefused as refused:
        raise Problem(UNAUTHENTICATED, f"The access token is not valid: {refused}.", headers=_CHALLENGE) from refused
    except ProviderUnreachable as error:
        raise Problem(BUSY, "The identity provider does not answer.", headers={"Retry-After": "10"}) from error


def token_of(authorization: str) -> str | None:
    """Return the signed token of an `Authorization` header, None where it holds none, such as an API key."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == "bearer" and text.count(".") == 2 else None


def cookie_for(actor: Actor, roles: Sequence[Role], token: str) -> str:
    """Return the cookie of a new session of a person. token: what its forms carry."""
    facts = {"o": actor.organization_id, "s": actor.id.removeprefix("oidc:"), "r": list(roles), "t": token}
    packed = base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()
    return _signer(actor.signing_key).sign(f"{COOKIE_PREFIX}{packed}").decode()


def resume(database: Database, cookie: str) -> tuple[Actor, str] | None:
    """Return the actor and the token of a cookie; None where it is not ours, too old, or its member deactivated."""
    try:
        facts = json.loads(base64.urlsafe_b64decode(cookie.split(".")[1]))
        found = queries.organization_called(database, facts["o"])
        if found is None:
            return None
        _signer(found.signing_key).unsign(cookie, max_age=SECONDS)
        member = queries.person(database, found.id, facts["s"])
        if member is None or member.deactivated_at is not None:
            return None
        return _actor(found, facts["s"], facts["r"], member), str(facts["t"])
    except (BadSignature, binascii.Error, ValueError, KeyError, TypeError, IndexError):
        return None


def _actor(
    organization: queries.OrganizationFacts, subject: str, roles: Sequence[Role], member: PersonFacts | None = None
) -> Actor:
    """Return the actor: they may what their groups say, of roles above their member's only what that one may too."""
    most: Role = ROLES[-1] if member is None else cast("Role", member.role)
    scopes = frozenset[str]().union(*(_within(role, most) for role in roles))
    member_id = None if member is None else member.id
    return Actor(organization.id, "person", f"oidc:{subject}", scopes, organization.signing_key, member_id=member_id)


def _within(role: Role, most: Role) -> frozenset[str]:
    return SCOPES[role] if ROLES.index(role) <= ROLES.index(most) else SCOPES[role] & SCOPES[most]


def _joined(
    database: Database, organization: queries.OrganizationFacts, claims: Mapping[str, Any], roles: Sequence[Role]
) -> PersonFacts:
    subject = str(claims["sub"])
    actor = _actor(organization, subject, roles)
    email, verified = str(claims.get("email") or ""), claims.get("email_verified") is True
    name = str(claims.get("name") or claims.get("preferred_username") or subject)[:100]

    def unit(session: Session) -> PersonFacts:
        """Add the member, with its event."""
        tx = Transaction(session, actor, clock.now(), "sign-in")
        member = members.join(tx, subject, name, email, verified=verified)
        return PersonFacts(member.id, member.role, member.deactivated_at)

    return database.write(unit, lane=organization.id)


def _claim(claims: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the provider put there
    found: Any = claims
    for part in (name,) if name in claims else name.split("."):
        found = cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
    return found


def _signer(signing_key: bytes) -> TimestampSigner:
    return TimestampSigner(signing_key, salt=_SALT)
