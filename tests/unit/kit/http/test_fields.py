"""Fields take what they document and nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kit import ids
from service.kit.http import fields
from service.kit.http.fields import (
    Amount,
    Choice,
    Currency,
    Distinct,
    Flag,
    Identifier,
    Integer,
    Labels,
    List,
    MoneySchema,
    Number,
    QueryInteger,
    Text,
    Timestamp,
)

WORKLOAD = ids.new("wl")

TAKEN = [
    (Text(maximum=5), "ab\ncd", "ab\ncd"),
    (Identifier("wl"), WORKLOAD, WORKLOAD),
    (Integer(), 7, 7),
    (Integer(), Decimal("1.0"), 1),
    (Integer(), Decimal("1E+3"), 1000),
    (QueryInteger(), "-12", -12),
    (Number(), Decimal("0.5"), 0.5),
    (Number(), 3, 3.0),
    (Flag(), False, False),
    (Flag(), "true", True),
    (Amount(), "0", Decimal(0)),
    (Amount(), "12.500000000001", Decimal("12.500000000001")),
    (Amount(minimum=None), "-0.00", Decimal(0)),
    (Currency(), "USD", "USD"),
    (Timestamp(), "2026-11-23T20:00:00Z", datetime(2026, 11, 23, 20, tzinfo=UTC)),
    (Timestamp(), "2026-11-23t21:00:00.5+01:00", datetime(2026, 11, 23, 20, 0, 0, 500_000, tzinfo=UTC)),
    (Choice(("a", "b")), "b", "b"),
    (Labels(), {"team": "search"}, {"team": "search"}),
]

REFUSED = [
    (Text(maximum=5), "abcdef"),
    (Text(minimum=1), ""),
    (Text(), "a\x07"),
    (Text(), "a\rb"),
    (Text(), 5),
    (Text(pattern="[a-z]+"), "abc\n"),
    (Identifier("wl"), WORKLOAD.replace("wl_", "ps_")),
    (Identifier("wl"), WORKLOAD + "\n"),
    (Identifier("wl"), WORKLOAD.upper()),
    (Integer(), True),
    (Integer(), "1"),
    (Integer(), Decimal("1.5")),
    (Integer(), Decimal("Infinity")),
    (Integer(), Decimal("sNaN")),
    (Integer(), 2**53),
    (Integer(minimum=1), 0),
    (QueryInteger(), "１２"),
    (QueryInteger(), "1_000"),
    (QueryInteger(), "1.0"),
    (QueryInteger(), ""),
    (Number(), True),
    (Number(), "1"),
    (Number(minimum=0), Decimal("-0.1")),
    (Flag(), 1),
    (Flag(), "yes"),
    (Flag(), [True]),
    (Amount(), 12),
    (Amount(), Decimal("12.5")),
    (Amount(), "1E+1000000"),
    (Amount(), "NaN"),
    (Amount(), "Infinity"),
    (Amount(), "-1"),
    (Amount(), "+1"),
    (Amount(), "01"),
    (Amount(), "1."),
    (Amount(), ".5"),
    (Amount(), " 1"),
    (Amount(), "1\n"),
    (Amount(), "1_0"),
    (Amount(), "１"),
    (Amount(), "0.0000000000001"),
    (Amount(), "1000000000000000000"),
    (Amount(maximum=5), "5.01"),
    (Currency(), "usd"),
    (Timestamp(), "2026-11-23T20:00:00"),
    (Timestamp(), "2026-11-23"),
    (Timestamp(), "2026-02-30T00:00:00Z"),
    (Timestamp(), "2026-11-23T23:59:60Z"),
    (Timestamp(), "0001-01-01T00:00:00+01:00"),
    (Timestamp(), 1_700_000_000),
    (Choice(("a", "b")), "c"),
    (Choice(("a", "b")), 1),
    (Labels(), {"": "x"}),
    (Labels(), {"a b": "x"}),
    (Labels(), {"a": 1}),
    (Labels(), {str(i): "x" for i in range(33)}),
    (Labels(), []),
]


def named(cases: list[Any]) -> list[str]:
    """Return the cases' names: the same in every test process, which identifiers and addresses are not."""
    return [f"{type(field).__name__}-{number}" for number, (field, *_) in enumerate(cases)]


@pytest.mark.parametrize(("field", "given", "loaded"), TAKEN, ids=named(TAKEN))
def test_what_is_documented_is_taken(field: ma.fields.Field[object], given: object, loaded: object) -> None:
    value = field.deserialize(given)
    assert value == loaded
    assert type(value) is type(loaded)


@pytest.mark.parametrize(("field", "given"), REFUSED, ids=named(REFUSED))
def test_everything_else_is_refused(field: ma.fields.Field[object], given: object) -> None:
    with pytest.raises(ma.ValidationError):
        field.deserialize(given)


@given(st.decimals(min_value=0, max_value=10**18 - 1, places=12))
def test_an_amount_comes_back_to_the_last_digit(value: Decimal) -> None:
    class Body(fields.Schema):
        amount = Amount()

    assert Body().load(Body().dump({"amount": value}))["amount"] == value


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_time_comes_back_to_the_microsecond(value: datetime) -> None:
    spelled = fields.rfc3339(value)
    assert spelled.endswith("Z")
    assert Timestamp().deserialize(spelled) == value.astimezone(UTC)


def test_an_entry_given_before_is_refused_where_it_stands_again() -> None:
    numbers = Distinct(Amount())
    assert numbers.deserialize(["2", "1", "2.5"]) == [2, 1, Decimal("2.5")]
    with pytest.raises(ma.ValidationError) as raised:
        numbers.deserialize(["2", "1", "2.0", "1"])
    assert raised.value.messages == {2: ["Given before; name each once."], 3: ["Given before; name each once."]}


def test_a_set_has_one_spelling_where_it_is_alphabetical() -> None:
    assert Distinct(Text(), alphabetical=True).deserialize(["us", "eu"]) == ["eu", "us"]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ma.ValidationError) as raised:
        fields.MoneySchema().load({"amount": "1", "currency": "USD", "extra": 1})
    assert raised.value.messages == {"extra": ["Unknown field. Known here: amount, currency."]}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (Integer(), "1M", 'Must be a whole number without quotes, such as 1000000, not "1M". Write 1000000.'),
        (Integer(), 1.5, "Must be a whole number without quotes, such as 1000000, not 1.5."),
        (Number(), "0.5", 'Must be a number without quotes, such as 0.5, not "0.5". Write 0.5.'),
        (List(Integer()), {"a": 1}, "Must be a list, not an object."),
        (
            Amount(),
            Decimal("0.15"),
            'Not a decimal string: found 0.15. Put it in quotes, "0.15": a JSON number is not exact.',
        ),
        (Amount(), "0,15", 'Not a decimal string: found "0,15". Write "0.15": digits and a point, no other marks.'),
        (
            Currency(),
            "usd",
            'Must be an ISO 4217 code in capitals, such as "EUR", not "usd". Write "USD".',
        ),
    ],
)
def test_a_refusal_says_what_was_found_and_what_to_send(field: Any, value: object, told: str) -> None:  # noqa: ANN401
    with pytest.raises(ma.ValidationError) as raised:
        field.deserialize(value)
    assert raised.value.messages == [told]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ma.ValidationError, match="Did you mean amount"):
        MoneySchema().load({"amont": "1", "currency": "USD"})
