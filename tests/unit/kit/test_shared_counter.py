"""A mark that processes share: a change made in one is seen in the others, and none is lost."""

import subprocess
import sys
from pathlib import Path

from service.kit.shared_counter import Marker

CHANGES = """
import sys
from pathlib import Path
from service.kit.shared_counter import Marker
marker = Marker(Path(sys.argv[1]))
for _ in range(200):
    marker.change()
"""


def test_it_changes_for_every_process(tmp_path: Path) -> None:
    path = tmp_path / "not/yet/there"
    marker, other = Marker(path), Marker(path)
    before = marker.seen()
    assert before == other.seen() == bytes(8)
    running = [subprocess.Popen([sys.executable, "-c", CHANGES, str(path)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert int.from_bytes(marker.seen(), "little") == 600
    assert other.seen() == marker.seen() != before
    assert path.stat().st_mode & 0o777 == 0o600
