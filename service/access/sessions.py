"""Sessions of browsers: a signed cookie that stands for an API key, and never holds its secret, or for a person.

The organization's own signing key signs it, so it needs no further secret and all processes agree; the API key it
stands for is looked up at every call, so a session ends at once when its key is revoked or over.
"""

import secrets
from dataclasses import dataclass, field

from itsdangerous import BadSignature, TimestampSigner

from service.access import people, queries, service
from service.kit.db.database import Database
from service.kit.db.transaction import Actor

SECONDS = 12 * 3600
"""How long a session lasts at most."""

_SALT = "crossover.session"


@dataclass(frozen=True, slots=True)
class Session:
    """A session. token: what every form of it carries, so that no other site can send one."""

    actor: Actor
    token: str = field(repr=False)


def cookie_for(actor: Actor) -> str:
    """Return the cookie of a new session of this actor, an API key."""
    return _signer(actor.signing_key).sign(f"{actor.id}.{secrets.token_hex(16)}").decode()


def resume(database: Database, cookie: str) -> Session | None:
    """Return the session of a cookie; None where it is not ours, too old, or its key no longer holds."""
    if cookie.startswith(people.COOKIE_PREFIX):
        person = people.resume(database, cookie)
        return None if person is None else Session(*person)
    key = queries.key_facts(database, cookie.partition(".")[0])
    if key is None or not service.holds(key):
        return None
    try:
        signed = _signer(key.signing_key).unsign(cookie, max_age=SECONDS).decode()
    except (BadSignature, UnicodeError):
        return None
    return Session(service.actor_of(key), signed.partition(".")[2])


def _signer(signing_key: bytes) -> TimestampSigner:
    return TimestampSigner(signing_key, salt=_SALT)
