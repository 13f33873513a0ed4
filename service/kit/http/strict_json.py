"""JSON as the RFC has it and no further: what other readers accept silently is refused here.

Refused: NaN and infinities, duplicate names, deep nesting, huge numbers, lone surrogates and NUL in text.
"""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from service.kit.http.json_mends import json_mend
from service.kit.http.problems import MALFORMED, FieldError, Problem, invalid

DEPTH = 32
"""Deepest nesting of arrays and objects."""

DIGITS = 40
"""Longest spelling of a number, in characters: a longer one only burns time."""

EXPONENT = 30
"""Largest exponent of a number, either way: turning 1E+1000000 into an integer takes a minute."""


def loads(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON bytes in UTF-8; numbers with a fraction or exponent become Decimal.

    Raises Problem: 400 when it is not JSON, 422 with pointers for text that no database can keep.
    """
    try:
        # RFC 8259, section 8.1: a reader may ignore a byte order mark, which editors of text put before JSON.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kind = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "another encoding"
        detail = f"This is not UTF-8: byte {error.start} cannot be read. It looks like {kind}: save it as UTF-8."
        raise Problem(MALFORMED, detail) from error
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_decimal,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        detail = f"This is not JSON: {error.msg} at {where}.{json_mend(text, error)}"
        raise Problem(MALFORMED, detail) from error
    faults = list(_unstorable(value, "", 0))
    if faults:
        raise invalid(*faults)
    return value


def dumps(value: Any) -> str:  # noqa: ANN401
    """Write compact JSON; raises ValueError for NaN and infinities."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) made of these reference tokens."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _refuse_constant(name: str) -> NoReturn:
    raise Problem(MALFORMED, f"This is not JSON: {name} is not a JSON number.")


def _decimal(text: str) -> Decimal:
    _check_digits(text)
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > EXPONENT:
        raise Problem(MALFORMED, f"The number {text} has an exponent beyond ±{EXPONENT}.")
    return Decimal(text)


def _integer(text: str) -> int:
    _check_digits(text)
    return int(text)


def _check_digits(text: str) -> None:
    if len(text) > DIGITS:
        raise Problem(MALFORMED, f"The number {text[:20]}… is longer than {DIGITS} characters.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Problem(MALFORMED, f"This names {json.dumps(twice)} twice in one object.")
    return result


def _too_deep() -> Problem:
    return Problem(MALFORMED, f"This nests deeper than {DEPTH} levels.")


def _unstorable(value: Any, at: str, depth: int) -> Iterator[FieldError]:  # noqa: ANN401
    if depth == DEPTH and isinstance(value, list | dict):
        raise _too_deep()
    if isinstance(value, str):
        if fault := text_fault(value):
            yield FieldError(at, "unstorable_text", fault)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, f"{at}/{index}", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            if fault := text_fault(name):
                yield FieldError(at, "unstorable_text", f"A name in this object: {fault}")
            else:
                yield from _unstorable(item, at + pointer(name), depth + 1)


def text_fault(text: str) -> str | None:
    """Return why a text cannot be stored on every database, or None where it can."""
    if "\0" in text:
        return "The text contains NUL (U+0000); remove it."
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "The text contains half of a surrogate pair; send well-formed Unicode."
    return None
