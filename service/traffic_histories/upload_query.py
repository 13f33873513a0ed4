"""What an uploader may say about a file: the query parameters of an upload, and the words of the command line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import marshmallow as ma

from service.kit.http.fields import Choice, Flag, QueryInteger, Schema, Text
from service.kit.http.mends import shown
from service.kit.http.number_mends import decimal_mend
from service.traffic_histories.reading import ReadOptions
from service.traffic_histories.reading.columns import FIELDS
from service.traffic_histories.reading.keys import KEYS
from service.traffic_histories.reading.time_text import parse_instant
from service.workflow.traffic import BUCKET_SECONDS
from service.workloads.schemas import is_zone

WALL_CLOCK = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?"
SHARE = r"(0(\.[0-9]{1,9})?|1(\.0{1,9})?)"
UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "hourly": 3600, "d": 86_400, "day": 86_400,
         "daily": 86_400, "minute": 60}  # fmt: skip


class Seconds(QueryInteger):
    """A whole number of seconds; of other spellings of time it says which number they are."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:  # noqa: ANN401
        match = re.fullmatch(r"(?:PT)?(\d*) ?([a-z]+?)s?", value.strip(), re.IGNORECASE) if value else None
        if match is not None and match[2].casefold() in UNITS:
            seconds = int(match[1] or 1) * UNITS[match[2].casefold()]
            raise ma.ValidationError(f"Must be a whole number of seconds, not {shown(value)}. Write {seconds}.")
        return super()._deserialize(value, attr, data, **kwargs)


class Share(Text):
    """A share from 0 to 1 in digits; of percentages it says which share they are."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:  # noqa: ANN401
        if not re.fullmatch(SHARE, value, re.ASCII):
            detail = f"Must be a share from 0 to 1, such as 0.01, not {shown(value)}."
            raise ma.ValidationError(detail + decimal_mend(value, Decimal(1)).replace('"', ""))
        return str(super()._deserialize(value, attr, data, **kwargs))


def _said(text: str) -> dict[str, str]:
    return {"description": text}


class RequestWords(Schema):
    """What is declared about requests, in a file or in a table: when they were, and which of them are meant."""

    zone = Text(minimum=1, maximum=60, metadata=_said("IANA zone of times that do not say theirs."))
    start = Text(
        maximum=60,
        metadata=_said("Start of the observed time, RFC 3339; times that count from a start count from here."),
    )
    end = Text(maximum=60, metadata=_said("End of the observed time, RFC 3339, not included."))
    bucket_seconds = Seconds(
        minimum=BUCKET_SECONDS[0],
        maximum=BUCKET_SECONDS[-1],
        metadata=_said("Length of a series' buckets; else their commonest distance."),
    )
    include_failed = Flag(
        load_default=False, metadata=_said("Keep failed requests in the history; they are counted in any case.")
    )
    include_cache_hits = Flag(
        load_default=False, metadata=_said("Keep answers of a response cache, which reached no model.")
    )
    cached_included = Flag(metadata=_said("Whether input tokens include the cached ones; else as the dialect has it."))
    only_rows = Text(
        data_key="only",
        minimum=3,
        maximum=400,
        pattern=r"[^=]+=.*",
        metadata=_said("COLUMN=VALUE: read only rows with this value (or one of several, parted by commas) there."),
    )

    @ma.validates("zone")
    def _known_zone(self, value: str, **_: Any) -> None:  # noqa: ANN401
        is_zone(value)

    @ma.validates("start", "end")
    def _instant(self, value: str, **_: Any) -> None:  # noqa: ANN401
        try:
            parse_instant(value)
        except (ValueError, OverflowError) as error:
            day = f" Write {value}T00:00:00Z." if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else ""
            wall = f" Write {value.replace(' ', 'T')}Z for UTC." if re.fullmatch(WALL_CLOCK, value) else ""
            detail = f"Not an RFC 3339 time with zone, such as 2026-10-05T00:00:00Z: found {shown(value)}.{day}{wall}"
            raise ma.ValidationError(detail) from error

    @ma.validates("bucket_seconds")
    def _bucket(self, value: int, **_: Any) -> None:  # noqa: ANN401
        if value not in BUCKET_SECONDS:
            raise ma.ValidationError(f"Must be one of: {', '.join(map(str, BUCKET_SECONDS))}; not {value}.")


class FileWords(RequestWords):
    """What is declared about a file; what is left out is recognised from the file."""

    kind = Choice(("log", "series"), metadata=_said("Request log or series of buckets."))
    time_unit = Choice(("s", "ms", "us", "ns"), metadata=_said("Unit of numeric times; else told by their size."))
    absent = Choice(
        ("missing", "idle"),
        load_default="missing",
        metadata=_said("Whether a bucket that is not in the file was not observed, or had no traffic."),
    )
    max_rejected_share = Share(
        maximum=12,
        pattern=SHARE,
        load_default="0.01",
        metadata=_said("Share of rejected rows above which the file is refused."),
    )
    combine = Text(
        minimum=1,
        maximum=200,
        metadata=_said(f"Take several values as one traffic at one price: {', '.join(KEYS)} or all, parted by commas."),
    )
    decimal_mark = Choice((".", ","), metadata=_said("Decimal mark of numbers; else told by how they are written."))
    date_order = Choice(("mdy", "dmy"), metadata=_said("Whether dates such as 10/5/2026 begin with month or day."))


_WORDS: dict[str, ma.fields.Field[Any]] = {
    f"column_{field}": Text(
        minimum=1,
        maximum=200,
        data_key=f"column.{field}",
        metadata=_said(f"Name of the column of {field}, or of several whose sum it is: A+B."),
    )
    for field in FIELDS
}
_WORDS |= {
    f"only_{key}": Text(
        minimum=1, maximum=400, data_key=f"only.{key}", metadata=_said(f"Read only rows of this {key}.")
    )
    for key in KEYS
}

ReadWords: type[ma.Schema] = FileWords.from_dict(_WORDS, name="ReadWords")
"""`FileWords` with `column.<field>` for each field (see reading.aliases.Field) and `only.<key>` (see reading.keys)."""


def _filters(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the (column or key, value) pairs that rows must have."""
    if "only_rows" in words:
        column, _, value = words["only_rows"].partition("=")
        yield column.strip(), value
    yield from ((key, words[f"only_{key}"]) for key in KEYS if f"only_{key}" in words)


def reading_options(
    words: Mapping[str, Any], content_encoding: tuple[str, ...] = (), asked: Sequence[str] = ()
) -> ReadOptions:
    """Return the options that loaded `ReadWords` say. asked: names of the model that it is priced for."""
    known = ("kind", "zone", "time_unit", "bucket_seconds", "absent", "include_failed", "include_cache_hits")
    also = ("cached_included", "split_by", "decimal_mark", "date_order")
    return ReadOptions(
        **{name: words[name] for name in (*known, *also) if name in words},
        only=tuple(_filters(words)),
        combine=tuple(name.strip() for name in words.get("combine", "").split(",") if name.strip()),
        model=asked[0] if asked else None,
        aliases=tuple(asked[1:]),
        columns=tuple((field, words[f"column_{field}"]) for field in FIELDS if f"column_{field}" in words),
        start_us=parse_instant(words["start"]) if "start" in words else None,
        end_us=parse_instant(words["end"]) if "end" in words else None,
        max_rejected_share=float(words["max_rejected_share"]),
        content_encoding=content_encoding,
    )


def spoken(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return loaded words as they are sent, to keep with the history."""
    return {name.replace("column_", "column.", 1).replace("only_", "only.", 1): value for name, value in words.items()}
