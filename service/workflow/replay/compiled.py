"""How kernels are compiled: to machine code, without the interpreter lock, kept on disk."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core import config

P = ParamSpec("P")
R = TypeVar("R")

HERE = Path(__file__).parent
SETTINGS: Any = config


def _sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# numba's own cache looks only at the file of the function it keeps: a kernel would outlive a change to a
# helper in another file, and answer with the old figures. A folder named by all the sources cannot.
CACHE = Path(SETTINGS.CACHE_DIR or HERE / "__pycache__") / f"kernels-{_sources_digest()}"


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a part of a kernel into those that call it: handing over many arrays at every event takes longer."""
    return cast(Callable[P, R], njit(nogil=True, inline="always", error_model="numpy")(function))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call and keep the code on disk, so that the next process only loads it.

    Floating point stays as IEEE 754 has it (no reordering, no fused operations), so results are the same bytes
    on any number of threads. `NUMBA_CACHE_DIR` moves the cache; without it, it lies beside this file.
    """
    before, SETTINGS.CACHE_DIR = SETTINGS.CACHE_DIR, str(CACHE)
    try:
        return cast(Callable[P, R], njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # no folder can be written: compile anew in every process
        return cast(Callable[P, R], njit(nogil=True)(function))
    finally:
        SETTINGS.CACHE_DIR = before
