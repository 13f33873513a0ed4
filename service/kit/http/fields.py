"""Fields of request and answer bodies: strict where marshmallow is lenient, and documented as they are."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.kit import ids
from service.kit.db.types import plain_decimal
from service.kit.http.mends import MISSING, NO_OBJECT, UNKNOWN, chosen, missing, no_object, shown, unknown
from service.kit.http.number_mends import amount_mend, numbers, whole_mend

MAX_INTEGER = 2**53 - 1
"""Largest integer every JSON reader keeps exactly (RFC 8259, section 6)."""

AMOUNT_PATTERN = r"-?(0|[1-9]\d{0,17})(\.\d{1,12})?"


def _no_control(text: str) -> None:
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text):
        raise ma.ValidationError("Contains control characters; remove them.")


def _documented(kwargs: dict[str, Any], **extra: str | None) -> dict[str, Any]:
    known = {name: f"^{value}$" for name, value in extra.items() if value is not None}
    return {**known, **kwargs.pop("metadata", {})}


def _kind(field: fields.Field[Any]) -> str:
    """Return what a field holds, in words."""
    kinds = (
        (fields.List, "a list"), ((fields.Nested, fields.Dict), "an object"), (fields.Boolean, "true or false"),
        ((fields.Integer, fields.Float), "a number"), (fields.String, "a text"),
    )  # fmt: skip
    return next((word for kind, word in kinds if isinstance(field, kind)), "as documented")


class Schema(ma.Schema):
    """A body or the query parameters: unknown names are refused, fields keep their order."""

    class Meta:
        """Refuse what is not declared."""

        unknown = ma.RAISE

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Say of unknown names which ones there are, of missing ones what they are."""
        known = {field.data_key or name: field for name, field in self.fields.items() if not field.dump_only}
        for name, faults in error.messages.items() if isinstance(error.messages, dict) else ():
            if faults == [UNKNOWN]:
                faults[:] = [unknown(str(name), known)]
            elif faults == [MISSING] and name in known:
                faults[:] = [missing(str(name), _kind(known[str(name)]))]
            elif faults == [NO_OBJECT]:
                faults[:] = [no_object(data)]


class Text(fields.String):
    """Text of `minimum` to `maximum` characters, without control characters other than tab and newline."""

    def __init__(self, *, minimum: int = 0, maximum: int = 200, pattern: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """Bound the length; `pattern` must match in full."""
        checks: list[Any] = [validate.Length(min=minimum, max=maximum), _no_control]
        if pattern is not None:
            checks.append(validate.Regexp(rf"^{pattern}\Z", error="Does not look as documented."))
        super().__init__(validate=checks, metadata=_documented(kwargs, pattern=pattern), **kwargs)


class Identifier(fields.String):
    """A typed identifier such as `wl_01k9x3v5s8f5ma8d2p3h6q7r9t`."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:  # noqa: ANN401
        """Take identifiers of `prefix` only."""
        spelling = validate.Regexp(rf"^{ids.pattern(prefix)}\Z", error=f"Not an identifier that starts with {prefix}_.")
        super().__init__(validate=spelling, metadata=_documented(kwargs, pattern=ids.pattern(prefix)), **kwargs)


class Integer(fields.Integer):
    """A whole JSON number within ±(2**53 - 1), or within `minimum` and `maximum`; no strings, no booleans."""

    def __init__(self, *, minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER, **kwargs: Any) -> None:  # noqa: ANN401
        """Bound the value, both ends included."""
        super().__init__(validate=validate.Range(minimum, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:  # noqa: ANN401, ARG002
        if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            detail = f"Must be a whole number without quotes, such as 1000000, not {shown(value)}."
            raise ma.ValidationError(detail + whole_mend(value))
        return value


class QueryInteger(Integer):
    """An integer in a query string: plain ASCII digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:  # noqa: ANN401
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,16}", value):
            raise ma.ValidationError(f"Must be a whole number such as 100, not {shown(value)}.")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Number(fields.Float):
    """A finite JSON number within `minimum` and `maximum`; no strings, no booleans. Never money."""

    def __init__(self, *, minimum: float | None = None, maximum: float | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """Bound the value, both ends included."""
        super().__init__(validate=validate.Range(minimum, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            found = numbers(value) if isinstance(value, str) else []
            mend = f" Write {' or '.join(f'{number:f}' for number in found)}." if found else ""
            raise ma.ValidationError(f"Must be a number without quotes, such as 0.5, not {shown(value)}.{mend}")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """A JSON `true` or `false`, in a query the words; nothing else counts as true."""

    truthy = {True, "true"}  # noqa: RUF012 - marshmallow's own name
    falsy = {False, "false"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:  # noqa: ANN401, ARG002
        if not isinstance(value, bool) and value not in ("true", "false"):
            meant = {"1": "true", "0": "false", "yes": "true", "no": "false"}.get(str(value).casefold())
            mend = f" Write {meant or str(value).lower()}." if meant or str(value).lower() in ("true", "false") else ""
            raise ma.ValidationError(f"Must be true or false, not {shown(value)}.{mend}")
        return value in (True, "true")


class Amount(fields.Field[Decimal]):
    """An exact decimal as a string, such as `"1203.10"`: at most 18 digits before and 12 after the point."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own name
        "invalid": "Not a decimal string: found {found}. {mend}",
        "minimum": "Must be at least {minimum}.",
        "maximum": "Must be at most {maximum}.",
    }

    def __init__(
        self,
        *,
        minimum: Decimal | int | None = 0,
        maximum: Decimal | int | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Bound the value, both ends included; by default it is not negative."""
        self.minimum, self.maximum = minimum, maximum
        super().__init__(metadata=_documented(kwargs, pattern=AMOUNT_PATTERN), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:  # noqa: ANN401, ARG002
        if not isinstance(value, str) or not re.fullmatch(AMOUNT_PATTERN, value, re.ASCII):
            raise self.make_error("invalid", found=shown(value), mend=amount_mend(value))
        number = Decimal(value)
        if self.minimum is not None and number < self.minimum:
            raise self.make_error("minimum", minimum=self.minimum)
        if self.maximum is not None and number > self.maximum:
            raise self.make_error("maximum", maximum=self.maximum)
        return abs(number) if number == 0 else number

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else plain_decimal(value)


class Currency(Text):
    """An ISO 4217 code in capitals, such as `USD`."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        """Take three capitals."""
        super().__init__(pattern="[A-Z]{3}", **kwargs)
        self.validators = [_is_currency]


SIGNS = {"$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "us dollar": "USD", "us dollars": "USD",
         "pound": "GBP", "pounds": "GBP", "yen": "JPY", "€": "EUR", "euro": "EUR", "euros": "EUR",
         "£": "GBP", "¥": "JPY", "yuan": "CNY", "rmb": "CNY"}  # fmt: skip
"""Words for currencies that are no codes, for refusals."""


def _is_currency(value: str) -> None:
    if not re.fullmatch(r"[A-Z]{3}", value):
        meant = SIGNS.get(value.casefold(), value.upper() if re.fullmatch(r"[A-Za-z]{3}", value) else "")
        mend = f' Write "{meant}".' if meant else ""
        raise ma.ValidationError(f'Must be an ISO 4217 code in capitals, such as "EUR", not {shown(value)}.{mend}')


class List(fields.List[Any]):
    """A list whose length is checked before its entries are read: a body of millions of them is refused at once."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(value, list):
            raise ma.ValidationError(f"Must be a list, not {shown(value)}.")
        self._validate(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Distinct(List):
    """A list that means a set: an entry given before is refused where it stands again.

    alphabetical: entries are sorted, so that a set is kept in one spelling whatever the order it is sent in.
    """

    def __init__(self, entry: fields.Field[Any], *, alphabetical: bool = False, **kwargs: Any) -> None:  # noqa: ANN401
        """Take a list of `entry`."""
        self.alphabetical = alphabetical
        super().__init__(entry, metadata={"uniqueItems": True, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:  # noqa: ANN401
        entries = super()._deserialize(value, attr, data, **kwargs)
        again = {index: ["Given before; name each once."] for index, it in enumerate(entries) if it in entries[:index]}
        if again:
            raise ma.ValidationError(again)
        return sorted(entries) if self.alphabetical else entries


class MoneySchema(Schema):
    """Money: `{"amount": "1203.10", "currency": "USD"}`."""

    amount = Amount(required=True)
    currency = Currency(required=True)


class Timestamp(fields.Field[datetime]):
    """A time as RFC 3339 with zone: any offset is read, UTC with `Z` is written."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own name
        "invalid": 'Not an RFC 3339 time with zone, such as "2026-11-23T20:00:00Z".'
    }
    _pattern = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:  # noqa: ANN401, ARG002
        if not isinstance(value, str) or not self._pattern.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else rfc3339(value)


class Choice(fields.String):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...], *, alike: Mapping[str, str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """Take one of `choices`; `alike` are other words and the choice that each means, for refusals."""
        self.choices, self.alike = choices, alike or {}
        super().__init__(validate=validate.OneOf(choices), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:  # noqa: ANN401, ARG002
        if not isinstance(value, str) or value not in self.choices:
            raise ma.ValidationError(chosen(value, self.choices, self.alike))
        return value


class Labels(fields.Dict):
    """Up to 32 labels of the user's own: names of 1 to 63 characters, text of up to 200."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        """Bound names, texts and their number."""
        super().__init__(
            keys=Text(minimum=1, maximum=63, pattern=r"[A-Za-z0-9._/-]+"),
            values=Text(maximum=200),
            validate=validate.Length(max=32),
            **kwargs,
        )


def rfc3339(value: datetime) -> str:
    """Return a time as RFC 3339 in UTC: `2026-11-23T20:00:00.123456Z`, the fraction only where there is one."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
