"""A mark that the processes of one machine share: whether something has changed since it was last looked at."""

import fcntl
import mmap
import os
from pathlib import Path

SIZE = 8


class Marker:
    """A counter in a file that is mapped into memory, so that looking at it costs no call to anybody."""

    def __init__(self, path: Path) -> None:
        """Remember the path; the file is made on first use, in each process anew."""
        self._path = path
        self._owner = 0
        self._file = -1
        self._map: mmap.mmap | None = None

    def seen(self) -> bytes:
        """Return the mark as it stands: compare it with what was seen before."""
        return self._mapped()[:SIZE]

    def change(self) -> None:
        """Change the mark, for every process that looks at it from now on."""
        mapped = self._mapped()
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            count = int.from_bytes(mapped[:SIZE], "little")
            mapped[:SIZE] = (count + 1).to_bytes(SIZE, "little")
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _mapped(self) -> mmap.mmap:
        """Return the counter. Raises OSError where the disk has no room for it or fails."""
        if self._map is None or self._owner != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # Not merely made long: touching a page that a full disk cannot hold would end the process (SIGBUS).
            os.posix_fallocate(self._file, 0, SIZE)
            self._map, self._owner = mmap.mmap(self._file, SIZE), os.getpid()
        return self._map
