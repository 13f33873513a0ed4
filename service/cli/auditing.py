"""The command that checks the chain of events, alone or against a checkpoint kept elsewhere, and stored digests."""

from pathlib import Path

from sqlalchemy import select

from service.access.models import Organization
from service.access.roles import ALL_SCOPES
from service.cli.configured import opened, reaching
from service.cli.exits import Refused
from service.evaluations.damage import damaged
from service.events.checkpoints import Checkpoint, NotACheckpoint, Signer
from service.events.verification import Verification, verify
from service.kit import clock, ids
from service.kit.db import schema
from service.kit.db.transaction import Actor, Transaction

COMMAND = "audit"


def audit(organization: str, checkpoint: Path | None, export: Path | None) -> tuple[bool, str]:
    """Check the events of the organization of that name or id, and everything that is stored under a digest.

    checkpoint: a file to check against. export: where to write a new checkpoint, if the chain is whole.
    Returns whether it is, and the sentence that says so. Raises Refused for an organization or file that is no such.
    """
    with reaching(), opened() as stored:
        schema.require_newest(stored)
        with stored.reading() as session:
            owner = _organization(list(session.scalars(select(Organization))), organization)
            signer = Signer(owner.id, owner.signing_key)
            against = None if checkpoint is None else _opened(signer, checkpoint)
            actor = Actor(owner.id, "command", COMMAND, ALL_SCOPES, owner.signing_key)
            tx = Transaction(session, actor, clock.now(), ids.new("cmd"))
            verification, faults = verify(tx, against), list(damaged(tx))
    if export is not None and verification.is_intact:
        export.write_text(signer.signed(verification.checkpoint))
    told = [_told(verification, against), *(f"DAMAGED {fault}" for fault in faults)]
    return verification.is_intact and not faults, "\n".join(told)


def _told(verification: Verification, against: Checkpoint | None) -> str:
    if verification.first_break is not None:
        return f"BROKEN at event {verification.first_break.sequence}: {verification.first_break.detail}"
    since = "" if against is None else f", and continue the checkpoint of {against.size}"
    return f"intact: all {verification.size} events are as they were written{since}"


def _organization(known: list[Organization], name: str) -> Organization:
    found = [one for one in known if name in (one.id, one.name)]
    if not found:
        raise Refused(f"--organization: none is called {name}; there are: {', '.join(one.name for one in known)}")
    if len(found) > 1:
        raise Refused(f"--organization: {len(found)} are called {name}; give an id: {', '.join(o.id for o in found)}")
    return found[0]


def _opened(signer: Signer, path: Path) -> Checkpoint:
    try:
        return signer.opened(path.read_text())
    except (NotACheckpoint, UnicodeDecodeError) as error:
        raise Refused(f"--checkpoint: {path}: {error}") from error
