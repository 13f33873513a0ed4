"""How kernels are compiled: to machine code, without the interpreter lock, kept on disk.

numba takes as long to load as everything else that a server needs before it answers; so it is loaded when the first
kernel is called, or by `load`, and not where a module that has kernels is imported.
"""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

HERE = Path(__file__).parent

_LOADING = threading.Lock()


def _sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# numba's own cache looks only at the file of the function it keeps: a kernel would outlive a change to a
# helper in another file, and answer with the old figures. A folder named by all the sources cannot; they are
# read here, as the functions are, for a file may be replaced before numba is loaded.
FOLDER = f"kernels-{_sources_digest()}"


class Compiled(Generic[P, R]):
    """A function that numba takes over when it is first called, by Python or by a kernel that is compiled.

    To a kernel that calls it, it is numba's dispatcher: numba asks it for the dispatcher's attributes.
    """

    def __init__(self, function: Callable[P, R], take_over: Callable[[Callable[P, R]], Any]) -> None:
        """Remember the function and how numba takes it over."""
        self._function = function
        self._take_over = take_over
        self._dispatcher: Any = None

    @property
    def dispatcher(self) -> Any:  # noqa: ANN401 - numba has no types
        """What numba made of the function; the function itself where numba is told to compile nothing."""
        if self._dispatcher is None:
            with _LOADING:
                if self._dispatcher is None:
                    self._dispatcher = self._take_over(self._function)
        return self._dispatcher

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call what numba made of the function."""
        return cast(R, self.dispatcher(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Give an attribute of the dispatcher, as numba asks for it."""
        if name.startswith("__"):  # of Python's own: copying and pickling ask before there is anything to ask
            raise AttributeError(name)
        return getattr(self.dispatcher, name)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a part of a kernel into those that call it: handing over many arrays at every event takes longer."""
    return Compiled(function, _inlined)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call and keep the code on disk, so that the next process only loads it.

    Floating point stays as IEEE 754 has it (no reordering, no fused operations), so results are the same bytes
    on any number of threads. `NUMBA_CACHE_DIR` moves the cache; without it, it lies beside this file.
    """
    return Compiled(function, _kept)


def _inlined(function: Callable[P, R]) -> Any:  # noqa: ANN401
    from numba import njit  # noqa: PLC0415 - see the head of this file

    return njit(nogil=True, inline="always", error_model="numpy")(function)


def _kept(function: Callable[P, R]) -> Any:  # noqa: ANN401
    from numba import njit  # noqa: PLC0415 - see the head of this file
    from numba.core import config  # noqa: PLC0415

    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(Path(before or HERE / "__pycache__") / FOLDER)
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder can be written: compile anew in every process
        return njit(nogil=True)(function)
    finally:
        settings.CACHE_DIR = before


@kernel
def _nothing() -> None:
    """Do nothing."""


def load() -> None:
    """Load numba, and what it loads for its first kernel: the first one called after it need not."""
    _nothing()
