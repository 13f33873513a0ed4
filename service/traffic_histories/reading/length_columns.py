"""Columns of length classes: `output_tokens_above_200000` counts the output of requests of more input tokens than that.

A series has them beside the columns of all requests; `crossover traffic-sql` with `lengths=200000` writes them so.
"""

import re

from service.workflow.length_classes import faults
from service.workflow.traffic import BucketSeries

from .aliases import Field
from .errors import RefusedError
from .report import Report

ABOVE = re.compile(r"([a-z0-9_]+)_above_([1-9][0-9]{0,8})")

MOST_CLASSES = 8
"""Thresholds that a series may have."""

LongerColumns = dict[int, dict[Field, str]]
"""By threshold: field → column name."""


def longer_name(field: str, above: int) -> str:
    """Return the name of the column that counts a field of requests of more than `above` input tokens."""
    return f"{field}_above_{above}"


def longer_columns(names: tuple[str, ...], found: dict[Field, str], counted: tuple[Field, ...]) -> LongerColumns:
    """Return the columns of length classes among a series' columns, by rising threshold.

    found: what the columns of all requests mean. counted: fields of which each class needs a column where all requests
    have one. Raises RefusedError: `length_classes`.
    """
    fields = {str(field): field for field in counted}
    told: LongerColumns = {}
    for name in names:
        spelled = ABOVE.fullmatch(name.strip().casefold())
        if spelled is not None and spelled[1] in fields:
            told.setdefault(int(spelled[2]), {})[fields[spelled[1]]] = name
    if len(told) > MOST_CLASSES:
        raise RefusedError("length_classes", f"a series may tell at most {MOST_CLASSES} lengths of requests apart")
    needed = [field for field in counted if field in found]
    for above, columns in told.items():
        if lacking := [longer_name(field, above) for field in needed if field not in columns]:
            detail = f"requests of more than {above} input tokens are told apart, but the file has no column "
            raise RefusedError("length_classes", f"{detail}{' and '.join(lacking)}: write these too, or leave out all")
        if beside := [columns[field] for field in columns if field not in needed]:
            detail = f"column {beside[0]!r} counts long requests of what no column counts of all requests"
            raise RefusedError("length_classes", f"{detail}: write that too, or leave this one out")
    return dict(sorted(told.items()))


def settle_classes(series: BucketSeries, longer: LongerColumns, report: Report) -> None:
    """Say which lengths a series tells apart. Raises RefusedError where its classes cannot be: `length_classes`."""
    if not longer:
        return
    if count := faults(series):
        detail = f"in {count} buckets the columns of long requests do not fit those of all requests: they count more, "
        detail += "or inputs that are shorter or longer than the name of the column says"
        raise RefusedError("length_classes", detail)
    listed = " and ".join(f"{above:,}" for above in longer)
    report.find("length_classes", f"requests of more than {listed} input tokens are told apart from the others")
