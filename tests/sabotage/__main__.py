"""Break each guarantee once, in a copy of the source, and see that a test misses it: `make sabotage [ARGS=words]`.

Words choose the defects whose guarantee or file holds one of them. Prints a line each and ends with status 1 where a
defect was not caught, or is of source that has changed since.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.guards.sources import ROOT, repository_files
from tests.sabotage import admission, durability, hostile_input, repetition
from tests.sabotage.defect import Defect

DEFECTS = [*durability.DEFECTS, *repetition.DEFECTS, *admission.DEFECTS, *hostile_input.DEFECTS]

SECONDS = 240
"""How long the tests of one defect may take; a test that hangs has noticed it too."""


def copy_to(folder: Path) -> None:
    """Copy the repository's files."""
    for path in repository_files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


def put_in(defect: Defect, folder: Path) -> str | None:
    """Put the defect into the copy; return the file as it was, None where its source is not there just once."""
    text = (folder / defect.file).read_text()
    if text.count(defect.found) != 1:
        return None
    (folder / defect.file).write_text(text.replace(defect.found, defect.put))
    return text


def caught_by(defect: Defect, folder: Path) -> str | None:
    """Run the defect's tests in the copy; return the one that failed, None where none did."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *defect.tests.split()]
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "a test that hung"
    found = re.search(r"^(?:FAILED|ERROR) \S*?::(\w+)", ended.stdout, re.MULTILINE)
    return found[1] if found else None if ended.returncode == 0 else "the start of its tests"


def report(defects: Iterable[Defect], folder: Path) -> list[str]:
    """Print what became of each defect; return the guarantees that no test misses."""
    missed = []
    for defect in defects:
        began = time.monotonic()
        text = put_in(defect, folder)
        if text is None:
            found: str | None = None
            told = "STALE: its source has changed"
        else:
            found = caught_by(defect, folder)
            (folder / defect.file).write_text(text)
            told = f"caught by {found}" if found else "NOT CAUGHT"
        print(f"{defect.breaks} | {defect.file} | {told} | {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
        if not found:
            missed.append(defect.breaks)
    return missed


def main(words: list[str]) -> int:
    """Sabotage what the words name, or everything."""
    chosen = [d for d in DEFECTS if not words or any(word in f"{d.breaks} {d.file}" for word in words)]
    with tempfile.TemporaryDirectory(prefix="sabotage-") as name:
        folder = Path(name)
        copy_to(folder)
        missed = report(chosen, folder)
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught")  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
