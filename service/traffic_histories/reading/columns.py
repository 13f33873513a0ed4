"""Which column means what: the uploader's mapping first, then the spellings of the field."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args

from service.workflow.metered_prices import Meter

from .aliases import SPELLINGS, Field, plain_name
from .dialects import DIALECTS, Dialect
from .errors import RefusedError
from .keys import ASKED_MODEL, KEY_SPELLINGS, KEYS, Key
from .length_columns import LongerColumns, longer_columns
from .options import Kind, ReadOptions

FIELDS: tuple[Field, ...] = get_args(Field)

RATE = re.compile(r"\bi?rate\(|(?:\bper|[ _]per|/)[ _]*s(?:ec(?:ond)?s?)?\b|\b[rt]ps\b", re.IGNORECASE)
"""How names say that something is by the second."""

MOST_SHOWN = 40
"""Column names that a refusal lists."""

COUNTED: tuple[Field, ...] = (
    "requests",
    *(field for field in FIELDS if field.endswith("_tokens") and field != "total_tokens"),
)
"""Fields that are counted, of all requests and of those of a length."""

NESTED: tuple[Field, ...] = tuple(field for field in FIELDS if field.endswith("_tokens") or field == "arrival")
"""Fields that are recognised inside objects of any name, `response.body.usage.prompt_tokens`, where none is nearer."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file's columns mean.

    names: field → column name. keys: what prices depend on → column name. ignored: columns without meaning here.
    dialect: the known writer, or None. cached_included: whether `input_tokens` includes the cached ones.
    reasoning_beside: whether `output_tokens` leaves out the reasoning ones. longer: columns of a series that count
    requests of more than so many input tokens alone.
    """

    names: dict[Field, str]
    ignored: list[str]
    dialect: Dialect | None
    kind: Kind
    cached_included: bool
    keys: dict[Key, str]
    reasoning_beside: bool = False
    longer: LongerColumns = dataclasses.field(default_factory=dict)

    @property
    def output_parts(self) -> tuple[Field, ...]:
        """Fields whose sum is all output, reasoning included."""
        return ("output_tokens", "reasoning_output_tokens") if self.reasoning_beside else ("output_tokens",)

    @property
    def complete(self) -> bool:
        """Whether a bucket in the file is told whole, see Dialect."""
        return self.kind == "series" and self.dialect is not None and self.dialect.complete

    @property
    def unanswered(self) -> bool:
        """Whether a request without output failed, see Dialect."""
        return self.kind == "log" and self.dialect is not None and self.dialect.unanswered

    @property
    def input_parts(self) -> tuple[Field, ...]:
        """Fields whose sum is all input, cached included."""
        if "input_tokens" in self.names:
            return ("input_tokens",) if self.cached_included else ("input_tokens", *self.cached_parts)
        return ("uncached_input_tokens", *self.cached_parts) if "uncached_input_tokens" in self.names else ()

    @property
    def written_parts(self) -> tuple[Field, ...]:
        """Fields whose sum was written to the prompt cache."""
        if "cache_write_input_tokens" in self.names:
            return ("cache_write_input_tokens",)
        written: tuple[Field, ...] = ("cache_write_5m_input_tokens", "cache_write_1h_input_tokens")
        return tuple(name for name in written if name in self.names)

    @property
    def cached_parts(self) -> tuple[Field, ...]:
        """Fields whose sum was read from or written to the prompt cache."""
        read: tuple[Field, ...] = ("cached_input_tokens",) if "cached_input_tokens" in self.names else ()
        return (*read, *self.written_parts)

    @property
    def parts(self) -> tuple[tuple[Meter, Field], ...]:
        """Meters of what is told apart of input and output, and the fields that count it.

        A sum of all cache writes counts where they are not told by their lifetime; else it would count them twice.
        """
        lifetimes: tuple[tuple[Meter, Field], ...] = (
            ("cache_write_input_tokens", "cache_write_5m_input_tokens"),
            ("cache_write_1h_input_tokens", "cache_write_1h_input_tokens"),
        )
        written = tuple(pair for pair in lifetimes if pair[1] in self.names)
        if not written and "cache_write_input_tokens" in self.names:
            written = (("cache_write_input_tokens", "cache_write_input_tokens"),)
        others: tuple[tuple[Meter, Field], ...] = (
            ("audio_input_tokens", "audio_input_tokens"),
            ("image_input_tokens", "image_input_tokens"),
            ("audio_output_tokens", "audio_output_tokens"),
            ("reasoning_output_tokens", "reasoning_output_tokens"),
        )
        return (*written, *(pair for pair in others if pair[1] in self.names))

    def including(self, *, cached: bool) -> "Columns":
        """Return these columns with another meaning of `input_tokens`."""
        return replace(self, cached_included=cached)


def recognise(names: tuple[str, ...], options: ReadOptions, *, bucketed: bool = False) -> Columns:
    """Return the meaning of the columns `names`.

    Raises RefusedError: `unknown_column` (a mapped one that is not there), `unrecognised_columns` (a needed field
    that nothing spells), `rate` (a count that is headed as so many a second).
    """
    plain = {plain_name(name): name for name in reversed(names)}
    dialect = next((known for known in DIALECTS if _writes(known, plain)), None)
    found = _mapped(names, plain, options)
    for field, name in dialect.columns if dialect else ():
        if plain_name(name) in plain:
            found.setdefault(field, plain[plain_name(name)])
    for field in FIELDS:
        if field not in found:
            first = next((name for name in _spelled(field, plain, names) if name not in found.values()), None)
            if first is not None:
                found[field] = first
    _require_counts(found)
    kind = options.kind or _kind(found, dialect, bucketed)
    demand(found, kind, names, options)
    included = options.cached_included
    if included is None:
        included = dialect.cached_included if dialect else True
    keys = dict(_keys(plain, found))
    told = {*found.values(), *keys.values(), options.split_by}
    longer = longer_columns(names, found, COUNTED) if kind == "series" else {}
    told |= {name for columns in longer.values() for name in columns.values()}
    told |= {part for name in found.values() for part in name.split(" + ")}
    told |= {*asked_models(names), *(plain.get(plain_name(name)) for name in (dialect.repeated if dialect else ()))}
    ignored = [name for name in names if name not in told]
    return Columns(found, ignored, dialect, kind, included, keys, longer=longer)


def _writes(dialect: Dialect, plain: dict[str, str]) -> bool:
    signature = {plain_name(name) for name in dialect.signature}
    return signature == plain.keys() if dialect.whole else signature <= plain.keys()


def _spelled(field: Field, plain: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    """Yield the columns that are spelled as a field is, the surest first; those inside other objects last."""
    spellings = [plain_name(spelling) for spelling in SPELLINGS[field]]
    yield from (plain[spelling] for spelling in spellings if spelling in plain)
    if field in NESTED:
        tails = {plain_name(tail): name for name in reversed(names) for tail in _tails(name)}
        yield from (tails[spelling] for spelling in spellings if spelling in tails)


def _tails(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[first:]) for first in range(1, len(parts)))


def _keys(plain: dict[str, str], found: dict[Field, str]) -> Iterator[tuple[Key, str]]:
    around = ["", *_around(found)]
    for key in KEYS:
        spelled = (plain.get(plain_name(place + spelling)) for place in around for spelling in KEY_SPELLINGS[key])
        name = next((name for name in spelled if name is not None and name not in found.values()), None)
        if name is not None:
            yield key, name


def _around(found: dict[Field, str]) -> Iterator[str]:
    """Yield the objects in which counts of tokens lie, the nearest first: `response.body.usage.`, `response.body.`."""
    names = [name.rsplit(".", 1)[0].split(".") for field, name in found.items() if field in NESTED and "." in name]
    places = {".".join(parts[:end]) + "." for parts in names for end in range(1, len(parts) + 1)}
    yield from sorted(places, key=lambda place: (-place.count("."), place))


def _mapped(names: tuple[str, ...], plain: dict[str, str], options: ReadOptions) -> dict[Field, str]:
    found: dict[Field, str] = {}
    for field, name in options.columns:
        actual = name if name in names else plain.get(plain_name(name))
        if actual is None:
            detail = f"the file has no column {name!r}; its columns are {listed(names)}"
            raise RefusedError("unknown_column", detail, f"column.{field}")
        found[_field(field)] = actual
    return found


def _field(text: str) -> Field:
    for field in FIELDS:
        if field == text:
            return field
    raise RefusedError("unknown_field", f"there is no field {text!r}; the fields are {', '.join(FIELDS)}", "column")


def _require_counts(found: dict[Field, str]) -> None:
    """Raise RefusedError `rate` where what counts requests or tokens is headed as so many a second."""
    for field, name in found.items():
        if (field == "requests" or field.endswith("_tokens")) and RATE.search(name):
            detail = f"{name!r} is a rate, so many a second, not a count of each row: export what was counted, such as "
            detail += "increase(METRIC[1m]) in steps of 1m, or multiply by the seconds of a row and head it as a count"
            raise RefusedError("rate", detail, f"column.{field}")


def _kind(found: dict[Field, str], dialect: Dialect | None, bucketed: bool) -> Kind:
    if bucketed or "requests" in found:
        return "series"
    return dialect.kind if dialect else "log"


def asked_models(names: tuple[str, ...]) -> list[str]:
    """Return the columns that say which model was asked, beside the one that answered."""
    asked = {plain_name(spelling) for spelling in ASKED_MODEL}
    return [name for name in names if plain_name(name) in asked]


def listed(names: tuple[str, ...]) -> str:
    """Return column names for a message."""
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(repr(name[:60]) for name in names[:MOST_SHOWN]) + more


def demand(found: dict[Field, str], kind: Kind, names: tuple[str, ...], options: ReadOptions) -> None:
    """Raise RefusedError `unrecognised_columns` where a needed field is not there."""
    known = listed(names)
    if "arrival" not in found:
        raise RefusedError(
            "unrecognised_columns",
            f"no column is recognised as the time of a row; name it with column.arrival=... (columns: {known})",
            "column.arrival",
        )
    tokens = "input_tokens" in found or "uncached_input_tokens" in found
    if kind == "series" and not (tokens or "output_tokens" in found or "requests" in found):
        raise RefusedError(
            "unrecognised_columns",
            f"no column is recognised as requests or tokens of a bucket; name it with column.requests=... "
            f"(columns: {known})",
            "column.requests",
        )
    # Without tokens, or without one side of them, it is believed only where that was said: else a misspelt column
    # would cost nothing.
    sides = (("input_tokens", tokens), ("output_tokens", "output_tokens" in found))
    if options.kind is not None or (kind == "series" and not _some_tokens(sides, names)):
        return
    for field, there in sides:
        if not there:
            raise RefusedError(
                "unrecognised_columns",
                f"no column is recognised as {field}; name it with column.{field}=..., or say kind={kind} for a {kind} "
                f"without tokens (columns: {known})",
                f"column.{field}",
            )


def _some_tokens(sides: tuple[tuple[str, bool], ...], names: tuple[str, ...]) -> bool:
    """Whether a series counts tokens in some column, recognised or not."""
    return any(there for _, there in sides) or any("token" in name.casefold() for name in names)
