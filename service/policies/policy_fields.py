"""Fields that only a policy has: exact numbers in either spelling, sets of names, exchange rates."""

# ruff: noqa: ANN401, ARG002 - the signatures are marshmallow's

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields, validate

from service.kit.db.types import plain_decimal
from service.kit.http.fields import Currency, Schema, Text
from service.kit.http.mends import shown
from service.kit.http.number_mends import decimal_mend
from service.kit.zones import zone_mend, zone_names

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?\Z")


class Exact(fields.Field[Decimal]):
    """An exact number from `low` to `high`: a decimal string such as `"0.10"`, or a JSON number."""

    def __init__(self, *, low: str, high: str, above: bool = False, **options: Any) -> None:
        """Bound the number to `low` … `high`; `above` leaves `low` itself out."""
        self.low, self.high, self.above = Decimal(low), Decimal(high), above
        metadata = {"type": ["string", "number"], "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$"}
        super().__init__(metadata=metadata | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        sent, found = value, shown(value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            value = _spelled(value)
        if not isinstance(value, str) or not _NUMBER.match(value):
            detail = f'Must be a decimal number such as "0.10", up to 12 digits on each side of the point; not {found}.'
            raise ValidationError(detail + decimal_mend(sent, self.high))
        number = Decimal(plain_decimal(Decimal(value)))
        if not self.low <= number <= self.high or (self.above and number == self.low):
            least = f"above {self.low:f} and at most" if self.above else f"from {self.low:f} to"
            mend = decimal_mend(value, self.high) if number > self.high else ""
            raise ValidationError(f"Must be {least} {self.high:f}, not {found}.{mend}")
        return number

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else plain_decimal(value)


def _spelled(number: float | Decimal) -> str | None:
    """Spell a JSON number in digits; None where it is too large or too fine to be."""
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    if not exact.is_finite() or not -12 <= exact.adjusted() <= 12:
        return "0" if not exact else None
    return format(exact, "f")


class Names(fields.Field[tuple[str, ...]]):
    """A set of names, kept in the order of `known` where given, sorted otherwise; each at most 64 characters."""

    def __init__(self, known: tuple[str, ...] = (), *, least: int = 0, **options: Any) -> None:
        """Take any names, or only the `known` ones; at least `least` of them."""
        self.known, self.least = known, least
        items = {"type": "string", "enum": list(known)} if known else {"type": "string", "maxLength": 64}
        metadata = {"type": "array", "items": items, "uniqueItems": True, "minItems": least, "maxItems": 64}
        super().__init__(**options, metadata=metadata)
        self.name_field = Text(minimum=1, maximum=64)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            mend = f' Write ["{value}"].' if isinstance(value, str) else ""
            raise ValidationError(f"Must be a list of names, not {shown(value)}.{mend}")
        if not self.least <= len(value) <= 64 or len(set(value)) < len(value):
            raise ValidationError(f"Must hold {self.least} to 64 different names.")
        if self.known and not set(value) <= set(self.known):
            raise ValidationError(f"Must be among: {', '.join(self.known)}.")
        for name in value:
            self.name_field.deserialize(name)
        return tuple(sorted(value, key=self.known.index if self.known else None))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:
        return list(value)


class ExchangeRates(fields.Field[tuple[tuple[str, Decimal], ...]]):
    """Money of the evaluation's currency per one of another, by currency: `{"EUR": "1.08"}`."""

    def __init__(self, **options: Any) -> None:
        """Describe the field as an object of rates."""
        rate = {"type": ["string", "number"]}
        metadata = {"type": "object", "additionalProperties": rate, "example": {"EUR": "1.08"}}
        super().__init__(**options, metadata=metadata)
        self.currency, self.rate = Currency(), Exact(low="0", high="1000000", above=True)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[tuple[str, Decimal], ...]:
        if not isinstance(value, dict) or len(value) > 64:
            raise ValidationError("Must be an object of at most 64 rates by currency.")
        rates: dict[str, Decimal] = {}
        faults: dict[str, Any] = {}
        for name, rate in value.items():
            try:
                rates[str(self.currency.deserialize(name))] = Decimal(self.rate.deserialize(rate) or 0)
            except ValidationError as error:
                faults[name] = error.messages
        if faults:
            raise ValidationError(faults)
        return tuple(sorted(rates.items()))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str]:
        return {currency: plain_decimal(rate) for currency, rate in value}


class Zone(Text):
    """The IANA name of a time zone."""

    def __init__(self, **options: Any) -> None:
        """Take names of at most 64 characters."""
        super().__init__(minimum=1, maximum=64, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in zone_names():
            raise ValidationError(f"Must be the IANA name of a time zone. {zone_mend(value)}")
        return value


class Rising(fields.Field[tuple[float, ...]]):
    """So many numbers from `low` to `high`, none smaller than the one before."""

    def __init__(self, count: int, *, low: float, high: float, **options: Any) -> None:
        """Take `count` numbers in these bounds."""
        self.count, self.low, self.high = count, low, high
        items = {"type": "number", "minimum": low, "maximum": high}
        super().__init__(**options, metadata={"type": "array", "items": items, "minItems": count, "maxItems": count})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[float, ...]:
        numbers = value if isinstance(value, list) else []
        fits = all(isinstance(n, int | float | Decimal) and not isinstance(n, bool) for n in numbers)
        if not fits or len(numbers) != self.count or not all(self.low <= n <= self.high for n in numbers):
            raise ValidationError(f"Must be a list of {self.count} numbers from {self.low:g} to {self.high:g}.")
        if any(a > b for a, b in pairwise(numbers)):
            raise ValidationError("Must rise: no number may be smaller than the one before.")
        return tuple(float(number) for number in numbers)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[float]:
        return list(value)


class Listed(fields.List[Any]):
    """At most so many entries of a schema, kept in their order; loads into a tuple."""

    def __init__(self, schema: type[Schema], *, most: int, **options: Any) -> None:
        """Take entries of a schema."""
        super().__init__(fields.Nested(schema), validate=validate.Length(max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))
