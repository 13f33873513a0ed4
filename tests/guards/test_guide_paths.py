"""The guides for contributors name only what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = (ROOT, ROOT / "service", ROOT / "service" / "workflow", ROOT / "service" / "traffic_histories" / "reading")
"""Folders that the guides speak from."""

PATH = re.compile(r"`([\w./-]+(?:/[\w.-]*|\.py))`")


@pytest.mark.parametrize("guide", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_of_a_guide_is_there(guide: str) -> None:
    paths = set(PATH.findall((ROOT / guide).read_text()))
    assert len(paths) > 10, "the guide names no paths; does the pattern still find them?"
    missing = [path for path in sorted(paths) if not any(is_there(below, path) for below in BELOW)]
    assert not missing


def is_there(below: Path, path: str) -> bool:
    """Return whether a file, folder or module (without its ending) is below a folder; a bare name, anywhere."""
    if "/" not in path:
        return any((below / "service").rglob(path)) or (below / path).exists()
    return (below / path).exists() or (below / f"{path.rstrip('/')}.py").exists()
