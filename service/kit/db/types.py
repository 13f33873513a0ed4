"""Column types that hold the same value on SQLite (STRICT tables) and on PostgreSQL.

SQLite keeps exact decimals only as text: its NUMERIC turns 12345678901.1234567891 into a float without a word.
"""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Double, Integer, LargeBinary, Numeric, String, Text
from sqlalchemy.types import REAL, TypeDecorator, TypeEngine

Int = BigInteger().with_variant(Integer(), "sqlite")
"""A signed 64-bit integer."""

Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
"""A double. Never money."""

Bytes = LargeBinary()
"""Bytes: BLOB or BYTEA."""

_DECIMAL = re.compile(r"-?\d{1,28}(\.\d{1,18})?")


class Str(TypeDecorator[str]):
    """Text, ordered by code point on both databases."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as TEXT; PostgreSQL compares with the C collation, as SQLite does."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else Text())


class Flag(TypeDecorator[bool]):
    """A boolean: BOOLEAN on PostgreSQL, 0 or 1 in SQLite, whose STRICT tables know no boolean."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as BOOLEAN or INTEGER."""
        return dialect.type_descriptor(Boolean() if dialect.name == "postgresql" else Integer())

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:  # noqa: ANN401, ARG002
        """Return a bool whatever the driver gave."""
        return None if value is None else bool(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal of at most 28 digits before and 18 after the point: NUMERIC on PostgreSQL, TEXT on SQLite.

    Refuses floats with TypeError, NaN and infinities with ValueError.
    Sums and comparisons belong in Python: SQLite would order text.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as NUMERIC(46, 18) or TEXT."""
        return dialect.type_descriptor(Numeric(46, 18) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401
        """Write the plain digits of a Decimal, without exponent or trailing zeros."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"an exact decimal is stored from Decimal, not {type(value).__name__}")
        plain = plain_decimal(value)
        if not _DECIMAL.fullmatch(plain):
            raise ValueError(f"{plain[:60]} has more than 28 digits before or 18 after the point")
        return Decimal(plain) if dialect.name == "postgresql" else plain

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """Return a normalized Decimal: the same number is the same digits on both databases."""
        return None if value is None else Decimal(plain_decimal(Decimal(value)))


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC with microseconds: TIMESTAMPTZ on PostgreSQL, sortable ISO text on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as TIMESTAMP WITH TIME ZONE or TEXT."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401
        """Refuse a time without zone; write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time is stored with its zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Return an aware time in UTC."""
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value as text on both databases, so that numbers and key order come back as they went in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        """Write compact JSON."""
        return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Return the value."""
        return None if value is None else json.loads(value)


def plain_decimal(value: Decimal) -> str:
    """Return the digits of a finite decimal without exponent, trailing zeros or negative zero.

    Raises ValueError for NaN and infinities.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a number of money")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
