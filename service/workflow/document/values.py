"""How numbers, money and times are written: strings for money, few digits for floats, RFC 3339 for times."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None

DIGITS = 9
"""Significant digits of a float that is shown: more than any of them means, few enough to be stable."""

CENT = Decimal("0.01")

EXACT = 2**53
"""Whole numbers below this are the same in every JSON reader."""


def number(value: float | Fraction | None) -> float | int | None:
    """Return a float rounded to DIGITS significant digits, a whole number as it is; None for what is not finite.

    JSON carries whole numbers exactly below 2^53 alone: larger ones are rounded as well.
    """
    if value is None or (isinstance(value, int) and abs(value) < EXACT):
        return value
    if not math.isfinite(value):
        return None
    rounded = float(f"{float(value):.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < EXACT else rounded


def decimal_text(value: Decimal) -> str:
    """Return a decimal in plain digits with at least two places and no needless zeros: 78840.00, 0.7407402."""
    text = f"{value:f}"
    whole, _, places = text.partition(".")
    places = places.rstrip("0").ljust(2, "0")
    return f"{'0' if whole == '-0' and not int(places) else whole}.{places}"


def shown(value: Decimal) -> Decimal:
    """Return a decimal with the places that its text has."""
    return Decimal(decimal_text(value))


def quantity_text(value: Decimal) -> str:
    """Return a quantity in plain digits without needless zeros: 2190, 0.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal, currency: str) -> dict[str, JsonValue]:
    """Return money as `{"amount", "currency"}`."""
    return {"amount": decimal_text(amount), "currency": currency}


def time_text(time_us: int) -> str:
    """Return µs since 1970 as RFC 3339 UTC, with microseconds only where there are any."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)
    return moment.isoformat().replace("+00:00", "Z")


def significant(value: Decimal) -> Decimal:
    """Return a decimal rounded to DIGITS significant digits."""
    return value.normalize(Context(prec=DIGITS))
