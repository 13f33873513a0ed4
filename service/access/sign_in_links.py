"""Sign-in links that work once: for who runs the server on their own machine and should not have to copy a key.

A link is a file in the work folder, named by the digest of the link's secret and holding the id of an API key. Only
who may write the folder can make one; following it takes the file away, so that it signs in once.
"""

import hashlib
import secrets
import time
from pathlib import Path

from service.access import queries, service
from service.kit.db.database import Database
from service.kit.db.transaction import Actor

SECONDS = 3600
"""How long a link may be followed."""


def make(folder: Path, key_id: str) -> str:
    """Return the secret of a new link that signs in as an API key."""
    token = secrets.token_urlsafe(32)
    path = _path(folder, token)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(key_id)
    return token


def follow(database: Database, folder: Path, token: str) -> Actor | None:
    """Return whom a link signs in, and end the link; None where it was followed before, is too old or never was."""
    path = _path(folder, token)
    try:
        key_id, made = path.read_text(), path.stat().st_mtime
        path.unlink()  # of two who follow at once, the second fails here
    except FileNotFoundError:
        return None
    key = queries.key_facts(database, key_id)
    if key is None or not service.holds(key) or time.time() - made > SECONDS:
        return None
    return service.actor_of(key)


def _path(folder: Path, token: str) -> Path:
    return folder / "sign-in" / hashlib.sha256(token.encode()).hexdigest()
