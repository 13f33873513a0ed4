"""Keyset pages: newest first, an opaque signed cursor, no totals. A cursor works for its own query only."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from service.kit.db.transaction import Transaction
from service.kit.db.types import UtcDateTime
from service.kit.http import strict_json
from service.kit.http.fields import QueryInteger, Schema, Text
from service.kit.http.problems import FieldError, invalid

T = TypeVar("T")

LIMIT = 50
MAX_LIMIT = 200


class PageQuery(Schema):
    """Query parameters of every list; a resource's own list adds its filters in a subclass."""

    limit = QueryInteger(
        minimum=1, maximum=MAX_LIMIT, load_default=LIMIT, metadata={"description": "Most items of the page."}
    )
    cursor = Text(
        minimum=1, maximum=2000, load_default=None, metadata={"description": "`next_cursor` of the page before."}
    )


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of `item`."""
    attributes = {
        "__doc__": "A page: `next_cursor` and `next` are null on the last one.",
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return type(f"{item.__name__.removesuffix('Schema')}PageSchema", (Schema,), attributes)


class Page(Generic[T]):
    """One page as `page_of` dumps it. next: address of the next page, path and query."""

    def __init__(self, items: Sequence[T], next_cursor: str | None) -> None:
        """Hold the items; the address of the next page is the present one with the cursor."""
        self.items = items
        self.next_cursor = next_cursor
        self.next = None if next_cursor is None else _address(next_cursor)


def page(
    tx: Transaction,
    statement: Select[T],
    key: Sequence[InstrumentedAttribute[Any]],
    query: Mapping[str, Any],
    *,
    rising: bool = False,
) -> Page[T]:
    """Return the page of `statement` that `query` asks for, in falling order of `key`, or in rising order.

    key: columns that order the rows and name each one alone, e.g. `(Workload.created_at, Workload.id)`.
    query: the loaded PageQuery; all its other values are bound into the cursor, so a cursor of other filters
    is refused with 422.
    """
    serializer = _serializer(tx, query)
    if query["cursor"] is not None:
        after = _read(serializer, query["cursor"], key)
        bound = [literal(value, column.type) for column, value in zip(key, after, strict=True)]
        beyond = tuple_(*key) > tuple_(*bound) if rising else tuple_(*key) < tuple_(*bound)
        statement = statement.where(beyond)
    order = (column.asc() if rising else column.desc() for column in key)
    statement = statement.order_by(*order).limit(query["limit"] + 1)
    rows = list(tx.session.scalars(statement))
    items = rows[: query["limit"]]
    more = len(rows) > len(items)
    return Page(items, _write(serializer, items[-1], key) if more else None)


def _serializer(tx: Transaction, query: Mapping[str, Any]) -> URLSafeSerializer:
    filters = {name: str(value) for name, value in query.items() if name not in ("limit", "cursor")}
    bound = strict_json.dumps([request.path, sorted(filters.items())]).encode()
    return URLSafeSerializer(tx.actor.signing_key, salt=hashlib.sha256(bound).digest())


def _write(serializer: URLSafeSerializer, row: object, key: Sequence[InstrumentedAttribute[Any]]) -> str:
    values = [getattr(row, column.key) for column in key]
    return str(serializer.dumps([v.isoformat() if isinstance(v, datetime) else v for v in values]))


def _read(serializer: URLSafeSerializer, cursor: str, key: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    try:
        values = serializer.loads(cursor)
    except BadData as error:
        fault = FieldError("/cursor", "invalid_cursor", "Not a cursor of this list and these filters.", "query")
        raise invalid(fault) from error
    return [
        datetime.fromisoformat(value) if isinstance(column.type, UtcDateTime) else value
        for column, value in zip(key, values, strict=True)
    ]


def _address(cursor: str) -> str:
    query = {**request.args.to_dict(), "cursor": cursor}
    return f"{request.script_root}{request.path}?{urlencode(query)}"
