"""Which processes of this machine are alive: each holds a lock on a file of its own, which ends however it ends.

What a process leaves behind, a reservation or a folder, carries its id; who finds it asks here whether its owner is
gone and need not wait for a lease to lapse. Processes of other machines, or with another work folder, are unknown.
"""

import fcntl
import os
import secrets
import threading
import time
from pathlib import Path

SETTLED_SECONDS = 3600.0
"""A dead process's file is kept this long: whatever it held has lapsed by then, and a missing file says nothing."""


class Presence:
    """This process among those that share a folder."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; the file is made on first use, in each process anew."""
        self._folder = folder
        self._owner = 0
        self._id = ""
        self._file = -1
        self._making = threading.Lock()

    @property
    def id(self) -> str:
        """The id of this process, 16 hex digits; while it lives its file is locked. Raises OSError without a disk."""
        with self._making:
            if self._owner != os.getpid():
                self._enter()
            return self._id

    def is_gone(self, process_id: str) -> bool:
        """Tell whether a process that shared this folder has ended; of one that is unknown here that cannot be told."""
        return self._path(process_id).exists() and _is_unlocked(self._path(process_id))

    def sweep(self) -> None:
        """Delete the files of processes that ended long ago."""
        for path in self._folder.glob("process-*.lock"):
            try:
                if time.time() - path.stat().st_mtime > SETTLED_SECONDS and _is_unlocked(path):
                    path.unlink(missing_ok=True)
            except OSError:
                continue  # another process swept it meanwhile

    def _enter(self) -> None:
        """Make and lock this process's file. Python's descriptors are not inherited by programs it starts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        made = secrets.token_hex(8)
        file = os.open(self._path(made), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        self._file, self._id, self._owner = file, made, os.getpid()

    def _path(self, process_id: str) -> Path:
        return self._folder / f"process-{process_id}.lock"


def _is_unlocked(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True
