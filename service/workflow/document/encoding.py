"""From the dataclasses of an answer to JSON: what the fields hold is exact, and is rounded and spelled here alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

from service.workflow.bill import MONEY
from service.workflow.document.values import CENT, JsonValue, decimal_text, number, quantity_text


class Unset(Enum):
    """The value of a field that the JSON leaves out."""

    UNSET = "unset"


UNSET = Unset.UNSET

Held = TypeVar("Held")


def known(value: Held | Unset) -> Held | None:
    """Return a field's value, None where the JSON leaves it out."""
    return None if isinstance(value, Unset) else value


SINCE_2_0 = {"x-since": "2.0.0"}
"""Marks a field that answers of engines before 2.0.0 lack; they stay as they were stored."""

SINCE_2_2 = {"x-since": "2.2.0"}
"""The same of engines before 2.2.0."""

SINCE_2_5 = {"x-since": "2.5.0"}
"""The same of engines before 2.5.0."""


@dataclass(frozen=True, slots=True)
class ShownMoney:
    """Exact money, with at least two places."""

    amount: Annotated[Decimal, {"example": "1203.10"}]
    currency: Annotated[str, "ISO 4217.", {"pattern": "^[A-Z]{3}$"}]


class Quantity(Decimal):
    """An exact quantity, spelled without needless zeros."""

    __slots__ = ()


class Unrounded(float):
    """A float of which every digit is shown."""

    __slots__ = ()

    @property
    def plain(self) -> float:
        """The number as it is shown: whole ones as whole numbers."""
        return int(self) if self.is_integer() else float(self)


def estimate(amount: float, currency: str) -> ShownMoney:
    """Return an estimate of money, rounded to cents."""
    return ShownMoney(Decimal(repr(amount)).quantize(CENT, context=MONEY), currency)


def encode(value: Any) -> JsonValue:  # noqa: ANN401 - any value that an answer holds
    """Return a value of an answer as JSON: decimals and days as strings, other numbers of nine significant digits.

    Fields of a dataclass that are UNSET are left out.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Mapping):
        return {name: encode(entry) for name, entry in value.items()}
    if isinstance(value, tuple):
        return [encode(entry) for entry in value]
    if is_dataclass(value):
        held = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: encode(entry) for name, entry in held if entry is not UNSET}
    return _text_or_number(value)


def encoded(part: Any) -> dict[str, JsonValue]:  # noqa: ANN401 - a dataclass
    """Return a dataclass of an answer as a JSON object."""
    found = encode(part)
    assert isinstance(found, dict)
    return found


def _text_or_number(value: Decimal | date | float) -> JsonValue:
    if isinstance(value, Quantity):
        return quantity_text(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Unrounded):
        return value.plain
    return number(value)
