"""Fields that only price sheets have; the others are the kit's."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from service.kit.http.fields import Amount, Integer, Number, Text
from service.kit.http.mends import chosen, shown
from service.kit.http.number_mends import day_mend
from service.kit.zones import zone_mend, zone_names

LARGEST = 10**12
"""The largest amount of money: with 12 decimals it stays exact in the 28 digits that sums are made with."""

SKU = r"[A-Za-z0-9][A-Za-z0-9._:-]*"
"""What an offer may be called: it is part of addresses and of option keys, so no slash, space, `@` or `+`."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Days of the week, as sheets name them."""

_UNFIT = re.compile(r"[\t\n\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STREAMS = Integer(minimum=1, maximum=100_000)
_SPEED = Number(minimum=1e-6, maximum=1e9)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Line(Text):
    """One line of text of 1 to `longest` characters, without direction overrides or blanks at its ends."""

    def __init__(
        self,
        longest: int,
        *,
        pattern: str = "",
        hint: str = "",
        check: Callable[[str], None] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Bound the text to `longest` characters and to `pattern`, which all of it must match.

        `hint` says how; or `check` raises the refusal of what does not match.
        """
        described = {"pattern": f"^{pattern}$"} if pattern else {}
        super().__init__(minimum=1, maximum=longest, metadata=described, **options)
        self.validators.append(_one_line)
        if pattern:
            self.validators.append(check or validate.Regexp(rf"{pattern}\Z", error=hint))


class Money(Amount):
    """An exact amount without sign, as a decimal string; a JSON whole number too where `whole` says so."""

    def __init__(self, *, whole: bool = False, positive: bool = False, **options: Any) -> None:  # noqa: ANN401
        """Take JSON whole numbers as well where `whole`, refuse zero where `positive`."""
        self.whole, self.positive = whole, positive
        described = {
            "pattern": r"^(0|[1-9]\d{0,12})(\.\d{1,12})?$",
            "type": ["string", "integer"] if whole else "string",
        }
        super().__init__(maximum=LARGEST, metadata=described, **options)

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: object
    ) -> Decimal:
        if self.whole and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
            value = str(value)
        if isinstance(value, str) and value.startswith("-"):
            raise ValidationError(f'Must not have a sign: found {shown(value)}. Write "{value.lstrip("-")}".')
        amount = super()._deserialize(value, attr, data, **kwargs)
        if self.positive and not amount:
            raise ValidationError("Must be above zero.")
        return amount

    def _serialize(self, value: Any, *_args: object, **_options: object) -> Any:  # noqa: ANN401 - as documents hold it
        """Show an amount as its document spells it."""
        return value


class Day(fields.Field[date]):
    """A calendar day, `YYYY-MM-DD`, taken as midnight UTC where a moment is meant."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        """Describe the field as a date."""
        super().__init__(metadata={"type": "string", "format": "date"}, **options)

    def _deserialize(self, value: object, *_args: object, **_options: object) -> date:
        try:
            if isinstance(value, str) and _DAY.fullmatch(value) and value >= "1970":
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(f'Must be a day such as "2026-11-01", not {shown(value)}.{day_mend(value)}')


class TimeOfDay(fields.Field[str]):
    """A time of the day to the minute, `HH:MM`; `24:00` is the end of a day."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        """Describe the field as a time."""
        super().__init__(metadata={"type": "string", "pattern": f"^{_TIME.pattern}$"}, **options)

    def _deserialize(self, value: object, *_args: object, **_options: object) -> str:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return value
        raise ValidationError('Must be a time of the day such as "08:30".')


class Zone(Text):
    """A time zone by its IANA name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        """Take the names that the zone data has."""
        super().__init__(minimum=1, maximum=60, **options)
        self.validators.append(_is_zone)


class SpeedPoint(fields.Field[tuple[int, float]]):
    """One point of a decode curve, `[streams, tokens a second and stream]`."""

    def __init__(self) -> None:
        """Describe the point as a pair of numbers."""
        pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        super().__init__(metadata=pair)

    def _deserialize(self, value: object, *_args: object, **_options: object) -> tuple[int, float]:
        if not isinstance(value, list) or len(value) != 2:
            raise ValidationError("Must be a pair of streams and tokens a second, such as [16, 70].")
        streams, speed = _STREAMS.deserialize(value[0]), _SPEED.deserialize(value[1])
        assert streams is not None
        assert speed is not None
        return streams, speed


class Variant(fields.Field[dict[str, Any]]):
    """An object whose shape is told by one of its own fields: `key` names it, `shapes` maps its values to schemas."""

    def __init__(
        self,
        key: str,
        shapes: Mapping[str, type[Schema]],
        alike: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Choose among `shapes` by the value found under `key`; `alike` are other words for them, for refusals."""
        self.alike = alike or {}
        self.key, self.shapes = key, {value: shape() for value, shape in shapes.items()}
        super().__init__(metadata={"type": "object"}, **options)

    def _deserialize(self, value: object, *_args: object, **_options: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object.")
        named = value.get(self.key)
        if not isinstance(named, str) or named not in self.shapes:
            raise ValidationError({self.key: [chosen(named, list(self.shapes), self.alike)]})
        loaded: dict[str, Any] = self.shapes[named].load(value)
        return loaded


def _is_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError(f"Must be an IANA time zone. {zone_mend(name)}")


def _one_line(text: str) -> None:
    if _UNFIT.search(text) or text != text.strip():
        raise ValidationError("Must be one line without direction overrides or blanks at its ends.")


def is_sku(sku: str) -> None:
    """Raise ValidationError with what to write instead where a name of an offer has other characters."""
    if not re.fullmatch(SKU, sku):
        written = re.sub(r"[^A-Za-z0-9._:-]+", "-", sku).strip("-._:")
        mend = f' Write "{written}".' if written else ""
        raise ValidationError(f"Must be letters, digits and . _ : - only, not {shown(sku)}.{mend}")
