"""What a form may say about a traffic file: the fields that mend a refusal, and those that were filled in before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from service.kit.http.problems import FieldError, Problem, invalid
from service.kit.http.query import schema_errors
from service.reports.words import upper_first
from service.traffic_histories.problems import FileRefusedProblem
from service.traffic_histories.reading import RefusedError
from service.traffic_histories.reading.report import ColumnSample
from service.traffic_histories.upload_query import ReadWords
from service.workflow.traffic import BUCKET_SECONDS

_FIELDS = {field.data_key or name: field for name, field in ReadWords().fields.items()}

YES_NO = (("true", "yes"), ("false", "no"))

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "kind": (("log", "a log: a row is a request"), ("series", "a series: a row is a stretch of time")),
    "time_unit": (("s", "seconds"), ("ms", "milliseconds"), ("us", "microseconds"), ("ns", "nanoseconds")),
    "bucket_seconds": tuple((str(seconds), f"{seconds} seconds") for seconds in BUCKET_SECONDS),
    "absent": (("missing", "was not observed"), ("idle", "had no traffic")),
    "include_failed": YES_NO,
    "include_cache_hits": YES_NO,
    "cached_included": YES_NO,
    "decimal_mark": ((".", "a point: 1.5"), (",", "a comma: 1,5")),
    "date_order": (("mdy", "month first: 10/5"), ("dmy", "day first: 5/10")),
}

LABELS = {
    "kind": "What a row is",
    "zone": "Time zone of the times in it",
    "time_unit": "Unit of the times in it",
    "start": "Observed from",
    "end": "Observed until",
    "bucket_seconds": "Length of a row",
    "absent": "A stretch that is not in the file",
    "include_failed": "Count failed requests",
    "include_cache_hits": "Count answers of a response cache",
    "cached_included": "Input tokens include the cached ones",
    "max_rejected_share": "Share of rows that may be unreadable",
    "only": "Only rows with COLUMN=VALUE",
    "combine": "Take together",
    "decimal_mark": "Decimal mark",
    "date_order": "Dates begin with",
}

NEEDED = {"arrival": "time of a row", "requests": "requests of a row"}
"""What the columns that a file cannot do without are called where they are asked for."""

USUAL = ("zone", "kind", "absent", "start", "end", "include_failed")
"""What people say of files most often; the others are asked for where the file needs them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A field: its name, label, what is in it, what may be in it (empty: anything), and whether it was refused.

    note: its fault where that is not said above the form, else what it means.
    """

    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...]
    note: str
    refused: bool


def words_of(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form says of its file, as an upload by the API says it. Raises Problem 422 at the fields."""
    said = {name: form[name].strip() for name in _FIELDS if form.get(name, "").strip()}
    try:
        loaded: dict[str, Any] = ReadWords().load(said)
    except ma.ValidationError as error:
        faults = (FieldError(fault.pointer, fault.code, fault.detail, "query") for fault in schema_errors(error))
        raise invalid(*faults) from error
    return loaded


def asked(form: Mapping[str, str], problem: Problem | None) -> list[Word]:
    """Return the fields to show at once: those that mend what was refused, and those that were filled in."""
    faults = dict(_faults(problem))
    refused = refused_of(problem)
    columns = () if refused is None else refused.columns
    names = [*faults, *(name for name in _FIELDS if form.get(name, "").strip() and name not in faults)]
    said = "" if problem is None else problem.detail
    return [_word(name, form, faults.get(name), said, columns) for name in names]


def refused_of(problem: Problem | None) -> RefusedError | None:
    """Return why a file was refused, where it was the file."""
    return problem.refused if isinstance(problem, FileRefusedProblem) else None


def sentence(problem: Problem) -> str:
    """Return what is wrong in a sentence; where a field below mends it, without the names that programs use."""
    refused = refused_of(problem)
    if refused is not None and refused.code == "zone_required":
        return "The times in the file name no time zone. Say which zone they are in."
    if refused is not None and refused.code == "unrecognised_columns" and refused.columns:
        field = str(refused.parameter).removeprefix("column.")
        return f"No column is recognised as the {NEEDED.get(field, field.replace('_', ' '))}. Say which one it is."
    if refused is not None and refused.code == "too_many_rejects":
        return "Too many rows could not be read. Mend them in the file, or say what share of rows may be unreadable."
    return upper_first(problem.detail)


def usual(form: Mapping[str, str], shown: list[Word]) -> list[Word]:
    """Return the fields behind `More about the file`, without those that are shown anyway."""
    names = {word.name for word in shown}
    return [_word(name, form, None, "") for name in USUAL if name not in names]


def _faults(problem: Problem | None) -> Iterator[tuple[str, str]]:
    for fault in () if problem is None else problem.errors:
        name = fault.pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")
        if fault.where == "query" and name in _FIELDS:
            yield name, fault.detail


def _word(
    name: str, form: Mapping[str, str], fault: str | None, said: str, columns: Sequence[ColumnSample] = ()
) -> Word:
    meaning = str(_FIELDS[name].metadata.get("description", ""))
    note = meaning if fault is None or fault == said else fault
    choices = CHOICES.get(name, ())
    if columns and name.startswith("column."):
        choices = tuple((column.name, _sampled(column)) for column in columns)
    return Word(name, _label(name), form.get(name, ""), choices, note, fault is not None)


def _sampled(column: ColumnSample) -> str:
    return f"{column.name}: {', '.join(column.values)}" if column.values else f"{column.name} (empty)"


def _label(name: str) -> str:
    kind, _, rest = name.partition(".")
    if kind == "column":
        return f"Column of the {NEEDED.get(rest, rest.replace('_', ' '))}"
    return f"Only rows of this {rest.replace('_', ' ')}" if rest else LABELS[name]
