"""Who is alive on this machine is told by a lock, however a process ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from service.kit.http.uploads import Uploads
from service.kit.presence import Presence

LIVING = """
import sys, pathlib
from service.kit.presence import Presence
print(Presence(pathlib.Path(sys.argv[1])).id, flush=True)
sys.stdin.read()
"""


def living(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a process that is present; return it and its id."""
    process = subprocess.Popen(
        [sys.executable, "-c", LIVING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    os.kill(process.pid, number)
    process.communicate()


def test_a_killed_process_is_gone_and_a_living_or_unknown_one_is_not(tmp_path: Path) -> None:
    mine = Presence(tmp_path)
    process, other = living(tmp_path)
    assert not mine.is_gone(other)
    assert not Presence(tmp_path).is_gone(mine.id)
    assert not mine.is_gone("0" * 16)
    end(process)
    assert mine.is_gone(other)


def test_what_a_killed_process_was_receiving_is_swept_at_once(tmp_path: Path) -> None:
    mine = Presence(tmp_path)
    uploads = Uploads(tmp_path, 1, 1, mine)
    process, other = living(tmp_path)
    for name in (f"upload-{other}-a", f"upload-{mine.id}-b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "body").write_bytes(b"half")
    uploads.sweep()
    assert len(list(tmp_path.glob("upload-*/body"))) == 2  # both are alive
    end(process)
    uploads.sweep()
    assert [path.parent.name for path in tmp_path.glob("upload-*/body")] == [f"upload-{mine.id}-b"]


def test_a_file_of_the_dead_is_kept_for_a_while(tmp_path: Path) -> None:
    process, other = living(tmp_path)
    end(process)
    mine = Presence(tmp_path)
    mine.sweep()
    assert mine.is_gone(other)
    os.utime(tmp_path / f"process-{other}.lock", (0, 0))
    mine.sweep()
    assert not list(tmp_path.glob(f"process-{other}.lock"))
