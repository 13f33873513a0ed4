"""Which column means what: the uploader's mapping first, then the spellings of the field."""

from dataclasses import dataclass
from typing import get_args

from .aliases import DIALECTS, SPELLINGS, Dialect, Field, plain_name
from .errors import RefusedError
from .options import Kind, ReadOptions

FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file's columns mean.

    names: field → column name. ignored: columns without meaning here. dialect: the known writer, or None.
    cached_included: whether `input_tokens` includes the cached ones.
    """

    names: dict[Field, str]
    ignored: list[str]
    dialect: Dialect | None
    kind: Kind
    cached_included: bool

    @property
    def complete(self) -> bool:
        """Whether a bucket in the file is told whole, see Dialect."""
        return self.kind == "series" and self.dialect is not None and self.dialect.complete

    @property
    def input_parts(self) -> tuple[Field, ...]:
        """Fields whose sum is all input, cached included."""
        if "input_tokens" in self.names:
            return ("input_tokens",) if self.cached_included else ("input_tokens", *self._cached_parts)
        return ("uncached_input_tokens", *self._cached_parts) if "uncached_input_tokens" in self.names else ()

    @property
    def _cached_parts(self) -> tuple[Field, ...]:
        written: tuple[Field, ...] = ("cache_write_5m_input_tokens", "cache_write_1h_input_tokens")
        if "cache_write_input_tokens" in self.names:
            written = ("cache_write_input_tokens",)
        return tuple(name for name in ("cached_input_tokens", *written) if name in self.names)


def recognise(names: tuple[str, ...], options: ReadOptions, *, bucketed: bool = False) -> Columns:
    """Return the meaning of the columns `names`.

    Raises RefusedError: `unknown_column` (a mapped one that is not there), `unrecognised_columns` (a needed field
    that nothing spells).
    """
    plain = {plain_name(name): name for name in reversed(names)}
    dialect = next((known for known in DIALECTS if _writes(known, plain)), None)
    found = _mapped(names, plain, options)
    for field, name in dialect.columns if dialect else ():
        found.setdefault(field, plain[plain_name(name)])
    for field in FIELDS:
        if field not in found:
            spelled = (plain[plain_name(spelling)] for spelling in SPELLINGS[field] if plain_name(spelling) in plain)
            first = next((name for name in spelled if name not in found.values()), None)
            if first is not None:
                found[field] = first
    kind = options.kind or _kind(found, dialect, bucketed)
    _demand(found, kind, names, options)
    included = options.cached_included
    if included is None:
        included = dialect.cached_included if dialect else True
    ignored = [name for name in names if name not in found.values() and name != options.split_by]
    return Columns(found, ignored, dialect, kind, included)


def _writes(dialect: Dialect, plain: dict[str, str]) -> bool:
    signature = {plain_name(name) for name in dialect.signature}
    return signature == plain.keys() if dialect.whole else signature <= plain.keys()


def _mapped(names: tuple[str, ...], plain: dict[str, str], options: ReadOptions) -> dict[Field, str]:
    found: dict[Field, str] = {}
    for field, name in options.columns:
        actual = name if name in names else plain.get(plain_name(name))
        if actual is None:
            known = ", ".join(repr(name[:60]) for name in names[:20])
            detail = f"the file has no column {name!r}; its columns are {known}"
            raise RefusedError("unknown_column", detail, f"column.{field}")
        found[_field(field)] = actual
    return found


def _field(text: str) -> Field:
    for field in FIELDS:
        if field == text:
            return field
    raise RefusedError("unknown_field", f"there is no field {text!r}; the fields are {', '.join(FIELDS)}", "column")


def _kind(found: dict[Field, str], dialect: Dialect | None, bucketed: bool) -> Kind:
    if bucketed or "requests" in found:
        return "series"
    return dialect.kind if dialect else "log"


def _demand(found: dict[Field, str], kind: Kind, names: tuple[str, ...], options: ReadOptions) -> None:
    known = ", ".join(repr(name[:60]) for name in names[:20])
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
    # A log of arrivals alone is believed only when it is called a log: else a misspelt column would cost nothing.
    for field, there in (("input_tokens", tokens), ("output_tokens", "output_tokens" in found)):
        if kind == "log" and not there and options.kind is None:
            raise RefusedError(
                "unrecognised_columns",
                f"no column is recognised as {field}; name it with column.{field}=..., or say kind=log for a log "
                f"without tokens (columns: {known})",
                f"column.{field}",
            )
