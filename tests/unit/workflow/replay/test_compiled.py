import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.workflow.replay import compiled
from service.workflow.replay.compiled import kernel

ROOT = Path(__file__).resolve().parents[4]

TABLE = """
import json
from service.workflow.replay import speed
table = speed.step_table(speed.step_points(speed.Speed(1000.0, ((1, 100.0), (4, 62.5)))), 1, 4)
stats = speed._fill_steps.stats
print(json.dumps([table.tolist(), sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]))
"""

LOADED = """
import sys
from service.workflow.replay import compiled, speed
compiled.load()
before = set(sys.modules)
speed.step_table(speed.step_points(speed.Speed(1000.0, ((1, 100.0),))), 1, 4)
print(*sorted(name for name in set(sys.modules) - before if name.startswith("numba.")))
"""

needs_compiler = pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="nothing is compiled")


def in_a_process_of_its_own(cache: Path) -> tuple[list[float], int, int]:
    """The decode table, and how often its kernel was found on disk, and was not."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", TABLE], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    table, hits, misses = json.loads(done.stdout)
    return table, hits, misses


@needs_compiler
def test_a_second_process_finds_its_kernels_on_disk(tmp_path: Path) -> None:
    first, second = in_a_process_of_its_own(tmp_path), in_a_process_of_its_own(tmp_path)
    assert first == ([10_000.0, 10_000.0, 12_000.0, 14_000.0, 16_000.0], 0, 1)
    assert second == ([10_000.0, 10_000.0, 12_000.0, 14_000.0, 16_000.0], 1, 0)
    assert list(tmp_path.glob("kernels-*/replay_*/*.nbi"))


def test_a_change_to_any_source_leaves_the_old_kernels_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in compiled.HERE.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    before = compiled._sources_digest()
    monkeypatch.setattr(compiled, "HERE", tmp_path)
    assert compiled._sources_digest() == before
    helper = tmp_path / "heap.py"
    helper.write_bytes(helper.read_bytes() + b"\n")
    assert compiled._sources_digest() != before


def test_a_kernel_that_cannot_be_kept_is_compiled_all_the_same() -> None:
    scope: dict[str, object] = {}
    exec("def double(x):\n    return 2 * x", scope)  # a function of no file has no place in the cache
    double = kernel(scope["double"])  # type: ignore[arg-type,var-annotated]
    assert double(21) == 42


@needs_compiler
def test_once_loaded_the_first_kernel_loads_nothing_more_of_the_compiler(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", LOADED]
    for _ in range(2):  # the second finds them on disk
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    assert not done.stdout.split()
