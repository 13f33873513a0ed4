"""Disks of their own, in files, that fill up or lose their power. They need root, and skip, saying so, without."""

import fcntl
import os
import shutil
import signal
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.waiting import eventually

SHUTDOWN = 0x8004587D
"""The ioctl by which ext4 lets go of everything that it has not written: `EXT4_IOC_SHUTDOWN` of Linux's ext4.h."""

WITHOUT_FLUSH = 2

NEEDED = ("mkfs.ext4", "mount", "umount")


def require_mounts() -> None:
    """Skip where nothing can be mounted."""
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in NEEDED):
        pytest.skip("mounting a disk needs root, mount and mkfs.ext4")


def _run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0 and command[0] == "mount":
        pytest.skip(f"this machine mounts nothing: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


class Disk:
    """An ext4 file system in a file, mounted at `place`."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        """Make it and mount it."""
        require_mounts()
        self._image, self.place = folder / "disk.img", folder / "disk"
        with self._image.open("wb") as image:
            image.truncate(mebibytes * 2**20)
        _run("mkfs.ext4", "-q", "-F", self._image)
        self.place.mkdir()
        self._mount()
        self.place.chmod(0o777)

    def _mount(self) -> None:
        _run("mount", "-o", "loop", self._image, self.place)

    def settle(self) -> None:
        """Write down all there is so far."""
        os.sync()

    def cut_power(self) -> None:
        """Lose what has not been written, and fail whatever comes."""
        place = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(place, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(place)

    def start_again(self) -> None:
        """Mount what was written; everything that had files open must have ended, or be about to."""
        eventually(
            lambda: subprocess.run(["umount", str(self.place)], capture_output=True, check=False).returncode == 0
        )
        self._mount()

    def remove(self) -> None:
        """Unmount it, whatever still has files open."""
        subprocess.run(["umount", "-l", str(self.place)], capture_output=True, check=False)


@contextmanager
def disk(folder: Path, mebibytes: int = 400) -> Iterator[Disk]:
    """Give a disk that goes with the test."""
    made = Disk(folder, mebibytes)
    try:
        yield made
    finally:
        made.remove()


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Give a folder in memory that holds so much and no more."""
    require_mounts()
    place = folder / "small"
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def kill(*pids: int) -> None:
    """End processes as a power cut does."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
