"""The command door: creating organizations and their keys, which nobody can do over HTTP without having one."""

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.models import Organization
from service.access.roles import ALL_SCOPES, ROLES
from service.access.service import create_key, create_organization
from service.cli.configured import database, reaching
from service.cli.exits import Refused
from service.kit import clock, ids
from service.kit.db import schema
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.fields import Text

COMMAND = "keys create"


def create(organization: str, name: str, role: str) -> str:
    """Create a key in the organization of that name, which is created where there is none; return the whole key."""
    if role not in ROLES:
        raise Refused(f"--role: {role} is not one of {', '.join(ROLES)}")
    for option, value, longest in (("--organization", organization, 200), ("--name", name, 100)):
        _require_text(option, value, longest)

    def unit(session: Session) -> str:
        """Find or make the organization, make the key."""
        owner = _organization(session, organization)
        actor = Actor(owner.id, "command", COMMAND, ALL_SCOPES, owner.signing_key)
        tx = Transaction(session, actor, clock.now(), ids.new("cmd"))
        return create_key(tx, name=name, role=role)[1]

    stored = database()
    with reaching():
        schema.require_newest(stored)
        return stored.write(unit)


def _require_text(option: str, value: str, longest: int) -> None:
    try:
        Text(minimum=1, maximum=longest).deserialize(value)
    except ValidationError as error:
        raise Refused(f"{option}: {' '.join(map(str, error.messages))}") from error


def _organization(session: Session, name: str) -> Organization:
    found = session.scalars(select(Organization).where(Organization.name == name)).all()
    if len(found) > 1:
        raise Refused(f"--organization: {len(found)} organizations are called {name}")
    return found[0] if found else create_organization(session, name)
