"""Backing up and restoring: a copy is worth something once it has been read whole, so both commands do that."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.access.models import Organization
from service.access.roles import ALL_SCOPES
from service.cli.configured import opened, reaching
from service.cli.exits import Refused
from service.evaluations.damage import damaged
from service.events.verification import verify
from service.kit import clock, ids
from service.kit.db import backup, schema
from service.kit.db.database import Database
from service.kit.db.transaction import Actor, Transaction
from service.models import Base

COMMAND = "backup"

Proof = dict[str, Any]
"""What a copy holds: revision, rows of each table, size and root of each organization's chain of events."""


def back_up(path: Path) -> str:
    """Write a copy of the configured database to the new file `path`, and beside it what it was proved to hold."""
    if path.exists():
        raise Refused(f"{path} exists; name a new file")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with reaching(), opened() as stored:
        schema.require_newest(stored)
        backup.copy(stored, partial, Base.metadata.sorted_tables)
    proof, faults = _proof(partial)
    manifest = {"sha256": _sha256(partial), "made_at": clock.now().isoformat(), **proof}
    _manifest_of(path).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    partial.replace(path)
    if faults:
        raise Refused(f"{path} was written, but what is stored is damaged already:", *faults)
    return f"{path}: {_told(proof)}"


def restore(path: Path) -> str:
    """Bring a backup into the configured database, which must be empty; prove that it is what was backed up."""
    manifest = _manifest(path)
    if _sha256(path) != manifest["sha256"]:
        raise Refused(f"{path} is damaged: it is not the file that was backed up")
    with reaching(), opened() as stored:
        if (found := _present(stored)) is not None:
            raise Refused(f"the database is not empty (revision {found}); a backup is restored into a new one")
        copy = path.with_name(f".{path.name}.restoring")
        shutil.copyfile(path, copy)
        try:
            proof = _restored(stored, copy, manifest)
        finally:
            for left in path.parent.glob(f"{copy.name}*"):
                left.unlink()
    return f"restored and proved: {_told(proof)}"


def _present(stored: Database) -> str | None:
    if stored.is_sqlite and not Path(stored.url.removeprefix("sqlite:///")).exists():
        return None
    return schema.present(stored)


def _restored(stored: Database, copy: Path, manifest: Proof) -> Proof:
    """Prove the copy, bring it up to date, put it in place and prove that what is there holds the same."""
    _require_same(_whole(copy), manifest)
    with backup.of_file(copy) as older:
        schema.upgrade(older)
        expected = _whole(copy)
        if stored.is_sqlite:
            place = Path(stored.url.removeprefix("sqlite:///")).absolute()
            place.parent.mkdir(parents=True, exist_ok=True)
            backup.copy(older, place, Base.metadata.sorted_tables)
        else:
            schema.upgrade(stored)
            backup.transfer(older, stored, Base.metadata.sorted_tables)
    found = _contents(stored)
    _require_same(found, expected)
    return found


def _whole(path: Path) -> Proof:
    proof, faults = _proof(path)
    if faults:
        raise Refused("the backup holds what was damaged already:", *faults)
    return proof


def _proof(path: Path) -> tuple[Proof, list[str]]:
    try:
        backup.require_sound(path)
    except backup.DamagedCopy as error:
        raise Refused(f"{path} is damaged: {error}") from error
    with backup.of_file(path) as copied:
        return _contents(copied), _faults(copied)


def _contents(stored: Database) -> Proof:
    revision = schema.present(stored)
    tables = Base.metadata.sorted_tables if revision == schema.newest() else []
    with _organizations(stored) as each:
        chains = {tx.organization_id: [(found := verify(tx)).size, found.root.hex()] for tx in each}
    return {"revision": revision, "rows": backup.counts(stored, tables), "events": chains}


def _faults(stored: Database) -> list[str]:
    found = []
    with _organizations(stored) as each:
        for tx in each:
            broken = verify(tx).first_break
            if broken is not None:
                found.append(f"event {broken.sequence} of {tx.organization_id}: {broken.detail}")
            found.extend(f"{fault} ({tx.organization_id})" for fault in damaged(tx))
    return found


@contextmanager
def _organizations(stored: Database) -> Iterator[Iterator[Transaction]]:
    """Give a reading transaction for each organization, one after the other, all on one snapshot."""
    with stored.reading() as session:
        owners = session.scalars(select(Organization).order_by(Organization.id)).all()
        actors = [Actor(owner.id, "command", COMMAND, ALL_SCOPES, owner.signing_key) for owner in owners]
        yield (Transaction(session, actor, clock.now(), ids.new("cmd")) for actor in actors)


def _require_same(found: Proof, expected: Proof) -> None:
    for name in ("revision", "rows", "events"):
        if found[name] != expected[name]:
            raise Refused(f"what was restored is not what was backed up: {name} differ")


def _told(proof: Proof) -> str:
    rows, events = sum(proof["rows"].values()), sum(size for size, _ in proof["events"].values())
    return f"{rows} rows, {events} events of {len(proof['events'])} organizations, every digest checked"


def _manifest_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _manifest(path: Path) -> Proof:
    try:
        found = json.loads(_manifest_of(path).read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"{_manifest_of(path)} says what {path} holds, and cannot be read: {error}") from error
    return dict(found)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
