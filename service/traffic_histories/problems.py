"""Refused files as problem documents."""

from collections.abc import Iterator

from service.kit.http.problems import FieldError, Problem, define
from service.kit.http.uploads import full
from service.traffic_histories.reading import RefusedError

FILE_REFUSED = define(
    "traffic-file-refused",
    422,
    "Traffic file refused",
    "The file could not be read as traffic; nothing was stored. The first entry of `errors` says why: a code, the "
    "query parameter that mends it where one does, and the mend. Where rows are at fault, the first ones follow.",
)


class FileRefusedProblem(Problem):
    """The problem of a refused file, with the refusal itself for pages that show more of it."""

    def __init__(self, refused: RefusedError) -> None:
        """Tell a refusal."""
        super().__init__(FILE_REFUSED, refused.detail, errors=list(faults(refused)))
        self.refused = refused


def problem_of(error: RefusedError) -> Problem:
    """Return the problem that tells a refusal."""
    if error.code == "no_space":
        return full()
    return FileRefusedProblem(error)


def faults(error: RefusedError) -> Iterator[FieldError]:
    """Yield why a file is refused, then the first rows at fault."""
    if error.parameter is None:
        yield FieldError("", error.code, error.detail)
    else:
        yield FieldError(f"/{error.parameter}", error.code, error.detail, "query")
    for reject in error.rejects:
        where = f"line {reject.line}" if reject.line else "a line"
        column = f", column {reject.column!r}" if reject.column else ""
        value = f": {reject.value!r}" if reject.value else ""
        yield FieldError("", reject.reason, f"{where}{column}{value}")
