"""Keys known for a moment: calls that only read need not ask the database for the same key each time."""

import time
from pathlib import Path

from service.access import queries
from service.access.queries import KeyFacts
from service.kit.db.database import Database
from service.kit.shared_counter import Marker

SECONDS = 1.0
"""How long a key is known. A key revoked through another machine opens reading calls here for no longer than that."""

MOST = 10_000


class KnownKeys:
    """Facts of the keys that were used within SECONDS, until any key is revoked on this machine.

    Only keys that exist and whose use is noted are kept; whether one is revoked or over is judged at every call.
    """

    def __init__(self, folder: Path) -> None:
        """Share news of revoked keys with the other processes by a file in the folder."""
        self._revoked = Marker(folder / "keys.revoked")
        self._facts: dict[str, tuple[KeyFacts, float, bytes]] = {}

    def facts(self, database: Database, key_id: str) -> KeyFacts | None:
        """Return a key's facts, as known or as the database has them; None where there is no such key."""
        try:
            now, revoked = time.monotonic(), self._revoked.seen()
        except OSError:  # a disk that fails brings no news: ask
            return queries.key_facts(database, key_id)
        known = self._facts.get(key_id)
        if known is not None and known[1] > now - SECONDS and known[2] == revoked:
            return known[0]
        found = queries.key_facts(database, key_id)
        if found is not None and found.is_noted:
            if len(self._facts) >= MOST:
                self._facts.clear()
            self._facts[key_id] = (found, now, revoked)
        return found

    def forget(self) -> None:
        """Let no process of this machine go on knowing any key: one was revoked."""
        self._revoked.change()
