"""Values come back from both databases exactly as they went in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, delete, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from service.kit.db import types
from service.kit.db.database import Database
from tests.effort import examples

TABLE = Table(
    "samples",
    MetaData(),
    Column("id", types.Int, primary_key=True),
    Column("amount", types.ExactDecimal()),
    Column("at", types.UtcDateTime()),
    Column("document", types.Json()),
    Column("flag", types.Flag()),
    Column("number", types.Real),
    Column("text", types.Str()),
    Column("content", types.Bytes),
    sqlite_strict=True,
)

on_each = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60)
)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a database with a table of one column of each type, once on each engine."""
    database = Database(empty_database_url)
    database.write(lambda session: TABLE.create(session.connection()))
    yield database
    database.dispose()


def stored(database: Database, **values: object) -> Any:  # noqa: ANN401
    """Store one row and return the named column's value as another session reads it."""

    def unit(session: Session) -> None:
        session.execute(delete(TABLE))
        session.execute(insert(TABLE).values(id=1, **values))

    database.write(unit)
    with database.reading() as session:
        return session.execute(select(TABLE.c[next(iter(values))])).scalar_one()


@on_each
@given(st.decimals(-(10**28) + 1, 10**28 - 1, places=18) | st.just(Decimal("12345678901.1234567891")))
def test_decimals_are_exact(database: Database, amount: Decimal) -> None:
    back = stored(database, amount=amount)
    assert back == amount
    assert back.as_tuple() == Decimal(types.plain_decimal(amount)).as_tuple()


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+28"), Decimal("1E-19")], ids=str)
def test_decimals_that_do_not_fit_are_refused_before_the_database(database: Database, amount: Decimal) -> None:
    with pytest.raises(StatementError, match=r"not a number of money|digits before"):
        stored(database, amount=amount)


def test_floats_are_no_money(database: Database) -> None:
    with pytest.raises(StatementError, match="stored from Decimal"):
        stored(database, amount=0.1)


@on_each
@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001 - zone added
def test_times_are_exact_and_come_back_in_utc(database: Database, at: datetime, hours: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    back = stored(database, at=aware)
    assert back == aware
    assert back.utcoffset() == timedelta(0)


def test_times_without_zone_are_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="with its zone"):
        stored(database, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_times_order_as_time(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start, start + timedelta(microseconds=1), start + timedelta(seconds=1), start + timedelta(days=400)]
    rows = [{"id": number, "at": at} for number, at in enumerate(times)]
    database.write(lambda session: session.execute(insert(TABLE), rows))
    with database.reading() as session:
        assert list(session.scalars(select(TABLE.c.at).order_by(TABLE.c.at))) == times
        assert list(session.scalars(select(TABLE.c.id).where(TABLE.c.at > times[1]))) == [2, 3]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("flag", True),
        ("flag", False),
        ("number", 0.1),
        ("number", 5e-324),
        ("text", "é\U0001f600 'x' \\"),
        ("text", ""),
        ("content", bytes(range(256))),
        ("document", {"b": 1.0, "a": [1, None, "é", {"c": 1e-300}]}),
        ("document", []),
        ("amount", None),
        ("at", None),
        ("flag", None),
        ("document", None),
    ],
)
def test_everything_else_comes_back_too(database: Database, column: str, value: object) -> None:
    back = stored(database, **{column: value})
    assert back == value
    assert type(back) is type(value)


def test_the_names_of_an_object_keep_their_order(database: Database) -> None:
    assert list(stored(database, document={"b": 1, "a": 2})) == ["b", "a"]


def test_text_orders_alike_on_both_databases(database: Database) -> None:
    words = ["Z", "a", "z", "~", "É", "é"]
    rows = [{"id": number, "text": word} for number, word in enumerate(words)]
    database.write(lambda session: session.execute(insert(TABLE), rows))
    with database.reading() as session:
        assert list(session.scalars(select(TABLE.c.text).order_by(TABLE.c.text))) == sorted(words)
