"""Why a traffic file is refused: one exception, with a code that scripts can use and a mend for people."""

from collections.abc import Sequence

from .report import ColumnSample, Reject


class RefusedError(Exception):
    """A file that cannot be read as traffic.

    code: stable, snake_case. detail: what is wrong and how to mend it. parameter: the read option that
    mends it (`zone`, `column.arrival`, ...), None where the file itself is at fault. rejects: the first rows at
    fault, where it is rows. columns: those of the file with their first values, where one of them has to be named.
    """

    def __init__(self, code: str, detail: str, parameter: str | None = None, rejects: Sequence[Reject] = ()) -> None:
        """Say what is wrong."""
        super().__init__(detail)
        self.rejects = tuple(rejects)
        self.columns: tuple[ColumnSample, ...] = ()
        self.code = code
        self.detail = detail
        self.parameter = parameter
