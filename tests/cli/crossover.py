"""Runs the real command in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def crossover(*arguments: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `crossover` in a folder, with settings of its own; return how it ended and what it said."""
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
