"""Cells of a bill as exact values: money, quantities, times. What is doubtful is refused, never guessed."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

PLACES = Decimal("1E-18")
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)

_NUMBER = re.compile(r"[+-]?(\d{1,28}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_UNIT = re.compile(r"(?:(\d[\d,]*)\s*)?(thousand|million|k|m)?\s*(.*)", re.IGNORECASE | re.ASCII)

NOT_A_NUMBER = "is no plain number; write it as 1234.56, without signs of currency or thousands"
NOT_A_TIME = "is no time; write it as 2026-11-01 or 2026-11-01T00:00:00Z"

SCALES = {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}

UNITS = (
    ("token", "tokens"), ("request", "requests"), ("call", "requests"), ("hour", "hours"), ("hrs", "hours"),
    ("month", "months"), ("second", "seconds"),
)  # fmt: skip
"""The unit that a word in a bill's unit means, the first that is in it."""


class CellError(Exception):
    """A cell that cannot be read: what is wrong with it, and the mend."""


def number(text: str) -> Decimal:
    """Return an exact decimal of at most 18 places, rounded half-even beyond. Raises CellError."""
    if not _NUMBER.fullmatch(text):
        raise CellError(NOT_A_NUMBER)
    value = Decimal(text)
    if abs(value) >= Decimal(10) ** 28:
        raise CellError("is too large to be money")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return value.quantize(PLACES, context=WIDE) if exponent < -18 else value


def moment(text: str, *, last: bool = False) -> datetime:
    """Return a time in UTC; one without a zone is taken as UTC. last: the last day or month, whose end it then is.

    Raises CellError.
    """
    try:
        if _DATE.fullmatch(text):
            return _midnight(date.fromisoformat(text) + timedelta(days=1 if last else 0))
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return _midnight((first + timedelta(days=32)).replace(day=1) if last else first)
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellError(NOT_A_TIME) from error


def unit(text: str) -> tuple[int, str]:
    """Return how many of which unit a text says: `1000000 Tokens` are (1000000, "tokens"); (1, "") of no text."""
    match = _UNIT.fullmatch(text.strip())
    if match is None or not text.strip():
        return 1, ""
    scale = SCALES.get((match[2] or "").lower(), 1)
    rest = match[3].strip().casefold()
    if scale > 1 and not rest.startswith(tuple(word for word, _ in UNITS)):
        return 1, _named(text.strip().casefold())
    if any(character.isdigit() for character in rest):
        return 1, text.strip().casefold()  # of how many it is cannot be told
    block = int(match[1].replace(",", "")) if match[1] else 1
    return block * scale, _named(rest)


def _named(text: str) -> str:
    """Return the unit that a text names, the text itself where it names none that is known or how many is doubtful."""
    if any(character.isdigit() for character in text):
        return text
    return next((name for word, name in UNITS if word in text), text)


def meter(*texts: str) -> str | None:
    """Return the meter that the texts of a line name, from the most to the least telling; None where none does."""
    for text in texts:
        words = text.casefold()
        for name, told in _METERS:
            if all(any(word in words for word in words_of) for words_of in told):
                return name
    return None


_METERS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("cache_write_input_tokens", (("cache",), ("write", "creation"))),
    ("cached_input_tokens", (("cache",), ("input", "read", "prompt", "hit"))),
    ("output_tokens", (("output", "completion", "generated"),)),
    ("input_tokens", (("input", "prompt"),)),
    ("requests", (("request", "calls"),)),
    ("warm_instances", (("warm",),)),
    ("monthly_minimum", (("minimum",),)),
)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
