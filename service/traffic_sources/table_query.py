"""What a user says of a table in a warehouse: query parameters, and words of the command line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import marshmallow as ma

from service.kit.http.fields import Choice, Text
from service.traffic_histories.reading.aliases import Field
from service.traffic_histories.reading.keys import KEYS
from service.traffic_histories.reading.length_columns import MOST_CLASSES
from service.traffic_histories.reading.time_text import EARLIEST_US, LATEST_US, parse_instant
from service.traffic_histories.upload_query import ReadWords, RequestWords, Seconds
from service.workflow.traffic import BUCKET_SECONDS

from .table_map import DIALECTS, TableMap

TABLE_FIELDS: tuple[Field, ...] = (
    "arrival", "end", "input_tokens", "uncached_input_tokens", "cached_input_tokens", "cache_write_input_tokens",
    "cache_write_5m_input_tokens", "cache_write_1h_input_tokens", "output_tokens", "reasoning_output_tokens",
    "audio_input_tokens", "audio_output_tokens", "image_input_tokens", "seconds", "milliseconds", "status", "success",
    "error", "cache_hit", "request_id",
)  # fmt: skip
"""Fields of an upload that a column of a table can be: those of a table with a row a request."""

COLUMNS = (*TABLE_FIELDS, *KEYS)

NAME = r"[^\\\x00-\x1f\x7f]+"
"""No engine's quotes are safe from a backslash everywhere, and no table needs one in its name."""


def _said(text: str) -> dict[str, str]:
    return {"description": text}


def require_columns(columns: Mapping[str, str], spelled: str) -> None:
    """Refuse columns that make no request log. spelled: where a column is named, `{}` standing for the field.

    Raises marshmallow.ValidationError.
    """
    faults = {}
    for field in ("arrival", "input_tokens", "output_tokens"):
        if field not in columns and not (field == "input_tokens" and "uncached_input_tokens" in columns):
            faults[spelled.format(field)] = [f"Name the column that holds {field} of a request."]
    for field, name in columns.items():
        first = next(other for other, taken in columns.items() if taken == name)
        if first != field:
            faults[spelled.format(field)] = [f"This column is named for {first} already; name another."]
    if {"input_tokens", "uncached_input_tokens"} <= columns.keys():
        told = "Name either input_tokens or uncached_input_tokens: each is the whole input in its own way."
        faults[spelled.format("uncached_input_tokens")] = [told]
    if faults:
        raise ma.ValidationError(cast("dict[Any, Any]", faults))


def _require_plain(columns: Mapping[str, str]) -> None:
    """Refuse names that the compiler would write otherwise for BigQuery. Raises marshmallow.ValidationError."""
    told = "BigQuery columns are named here with letters, digits and _ alone; make a view that renames this one."
    faults = {f"column.{name}": [told] for name, column in columns.items() if not re.fullmatch(r"\w+", column)}
    if faults:
        raise ma.ValidationError(cast("dict[Any, Any]", faults))


def _filter(value: str) -> tuple[str, tuple[str, ...]]:
    column, _, values = value.partition("=")
    return column.strip(), tuple(part.strip() for part in values.split(","))


LENGTH = re.compile(r"[1-9][0-9]{0,8}")


def _lengths(value: str) -> list[int]:
    return [int(part) for part in value.split(",")]


class _TableWords(RequestWords):
    """A table and what its columns are."""

    dialect = Choice(DIALECTS, required=True, metadata=_said("Which engine's SQL."))
    table = Text(
        minimum=1,
        maximum=300,
        required=True,
        pattern=rf"{NAME}",
        metadata=_said("Table with a row a request: NAME, SCHEMA.NAME or CATALOG.SCHEMA.NAME. It is quoted."),
    )
    bucket_seconds = Seconds(
        minimum=BUCKET_SECONDS[0],
        maximum=BUCKET_SECONDS[-1],
        load_default=60,
        metadata=_said("Length of the buckets of the sums."),
    )
    lengths = Text(
        minimum=1,
        maximum=100,
        metadata=_said(
            "Input tokens, separated by commas, above which requests are summed by themselves too: the thresholds of "
            "prices and weights by the length of a request, such as 200000."
        ),
    )
    time_unit = Choice(("s", "ms", "us"), metadata=_said("Unit of times that are numbers since 1970 UTC."))

    @ma.validates("table")
    def _three_parts(self, value: str, **_: Any) -> None:  # noqa: ANN401
        if len(parts := value.split(".")) > 3 or not all(part.strip() for part in parts):
            raise ma.ValidationError("Write it as NAME, SCHEMA.NAME or CATALOG.SCHEMA.NAME.")

    @ma.validates("lengths")
    def _few(self, value: str, **_: Any) -> None:  # noqa: ANN401
        if not all(LENGTH.fullmatch(part.strip()) for part in value.split(",")):
            raise ma.ValidationError(
                f"Found {value!r}; write whole numbers of input tokens up to 999999999, plain digits each, "
                "with commas between them, such as 128000,200000."
            )
        if len(set(_lengths(value))) > MOST_CLASSES:
            raise ma.ValidationError(f"Name at most {MOST_CLASSES} lengths.")

    @ma.validates_schema
    def _fits(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        columns = dict(_named(data))
        require_columns(columns, "column.{}")
        if data["dialect"] == "bigquery":
            _require_plain(columns)
        if "time_unit" in data and "zone" in data:
            raise ma.ValidationError("Numbers since 1970 UTC have no zone; leave one of the two out.", "zone")
        for name in ("start", "end"):
            if name in data and not EARLIEST_US <= parse_instant(data[name]) <= LATEST_US:
                raise ma.ValidationError("Must be in the years 2000 to 2099, as the times that are read.", name)
        if "start" in data and "end" in data and parse_instant(data["start"]) >= parse_instant(data["end"]):
            raise ma.ValidationError("Must be after the start.", "end")
        for key in KEYS:
            if f"only_{key}" in data and f"column_{key}" not in data:
                told = f"Name the column of {key} with column.{key}=..., or say only=COLUMN=VALUE."
                raise ma.ValidationError(told, f"only.{key}")
        name = r"\w+" if data["dialect"] == "bigquery" else NAME
        if "only_rows" in data and not re.fullmatch(name, _filter(data["only_rows"])[0]):
            raise ma.ValidationError(
                "Write it as COLUMN=VALUE; of a column that can be named here, see column.<field>.", "only"
            )


def _named(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the (field or key, column) pairs of loaded words."""
    yield from ((name, words[f"column_{name}"]) for name in COLUMNS if f"column_{name}" in words)


_WORDS: dict[str, ma.fields.Field[Any]] = {
    f"column_{name}": Text(
        minimum=1,
        maximum=200,
        pattern=NAME,
        data_key=f"column.{name}",
        metadata=_said(f"Column of {name}. It is quoted, so an expression is none: make a view of it."),
    )
    for name in COLUMNS
}
_WORDS |= {f"only_{key}": ReadWords().declared_fields[f"only_{key}"] for key in KEYS}

TableWords: type[ma.Schema] = _TableWords.from_dict(_WORDS, name="TableWords")
"""A table with `column.<field>` for each of COLUMNS and `only.<key>` for each of KEYS."""


def table_map(words: Mapping[str, Any]) -> TableMap:
    """Return what loaded `TableWords` say."""
    columns = dict(_named(words))
    only = [] if "only_rows" not in words else [_filter(words["only_rows"])]
    only += [
        (columns[key], tuple(part.strip() for part in words[f"only_{key}"].split(",")))
        for key in KEYS
        if f"only_{key}" in words
    ]
    plain = ("dialect", "zone", "time_unit", "bucket_seconds", "include_failed", "include_cache_hits")
    return TableMap(
        **{name: words[name] for name in (*plain, "cached_included") if name in words},
        table=tuple(part.strip() for part in words["table"].split(".")),
        columns=columns,
        start_us=parse_instant(words["start"]) if "start" in words else None,
        end_us=parse_instant(words["end"]) if "end" in words else None,
        only=tuple(only),
        lengths=tuple(sorted(set(_lengths(words["lengths"])))) if "lengths" in words else (),
    )
