"""Bad input to every operation: a problem document that names the field, never a 5xx, nothing stored."""

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.access.models import ApiKey
from service.kit.db.database import Database
from service.models import Base
from tests.clients import Answer, ApiClient
from tests.effort import EFFORT
from tests.examples import Good, Operation, call, good_requests, operations, rows

NOT_JSON = [
    b"",
    b"   ",
    b"not json",
    b'{"name": ',
    b'{"name": "a",}',
    b'{"name": "a", "name": "b"}',
    b'{"name": NaN}',
    b'{"name": -Infinity}',
    b'{"a": 1E+1000000}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 200 + b"1" + b"}" * 200,
    b"\xff\xfe\x00",
    b'{"name": "\xc3\x28"}',
    b"\x00",
]
"""Bodies that are no JSON: 400."""

NOT_AN_OBJECT = [b"null", b"true", b"7", b'"text"', b"[]", b"[{}]", b'{"\\u0000": 1}', b'{"a": "\\ud800"}']
"""JSON that is no body: 422."""

WRONG: list[Any] = [
    None,
    True,
    -1,
    10**15,
    10**39,
    1.0,
    1.5,
    1e-30,
    "",
    "x\0",
    "x" * 5000,
    "\x1b[0m",
    "NaN",
    [],
    {},
    [[]],
    {"a": {}},
    "\u202e' OR 1=1 --",
]
"""Values that most fields cannot take; what one may, it takes."""

HEADERS = [
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/xml"},
    {"Content-Type": ""},
]


@pytest.fixture
def described(app: Flask) -> list[Operation]:
    """Give every operation."""
    return operations(app)


def counts(database: Database) -> dict[str, int]:
    """Return how many rows every table has."""
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def faults(operation: Operation, answer: Answer, statuses: tuple[int, ...], what: object) -> Iterator[str]:
    """Yield what is wrong with the answer to a bad request, so that one run shows everything."""
    said = f"{operation.id} {str(what)[:80]!r}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code not in statuses:
        yield said
    elif answer.status_code >= 400:
        document = answer.json
        if answer.headers["Content-Type"] != "application/problem+json" or document["status"] != answer.status_code:
            yield f"no problem document: {said}"
        if answer.status_code == 422 and not document["errors"] and "idempotency" not in document["type"]:
            yield f"names no field: {said}"


def raw(api: ApiClient, operation: Operation, at: dict[str, str], content: bytes, **headers: str) -> Answer:
    sent = {"Content-Type": "application/json", **headers}
    return call(api, operation, at, Good(data=content), **sent)


def some_wrong(name: str) -> list[Any]:
    """Return what to put into a field: in a long proof everything, else a third of it, other values by its name."""
    return WRONG if EFFORT == "prove" else WRONG[crc32(name.encode()) % 3 :: 3]


def with_wrong(good: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield the good body with one value replaced by a wrong one, at every depth; of a list its first entry."""
    for name, value in good.items():
        for wrong in some_wrong(name):
            yield f"/{name}", {**good, name: wrong}
        if isinstance(value, dict):
            for pointer, inner in with_wrong(value):
                yield f"/{name}{pointer}", {**good, name: inner}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for pointer, inner in with_wrong(value[0]):
                yield f"/{name}/0{pointer}", {**good, name: [inner, *value[1:]]}


def test_bodies_that_are_no_body(api: ApiClient, database: Database, described: list[Operation]) -> None:
    at = rows(api)
    before = counts(database)
    found: list[str] = []
    for operation in filter(lambda operation: operation.takes_json, described):
        for content in NOT_JSON:
            found += faults(operation, raw(api, operation, at, content), (400,), content)
        for content in NOT_AN_OBJECT:
            found += faults(operation, raw(api, operation, at, content), (422,), content)
        for headers in HEADERS:
            found += faults(operation, raw(api, operation, at, b"{}", **headers), (415,), headers)
        too_long = b'{"name": "' + b"x" * 20_000_000 + b'"}'
        found += faults(operation, raw(api, operation, at, too_long), (413,), "20 MB")
    assert not found, "\n".join(found)
    assert counts(database) == before


def test_fields_nobody_knows(api: ApiClient, database: Database, described: list[Operation]) -> None:
    at = rows(api)
    good = good_requests(api, at)
    before = counts(database)
    found: list[str] = []
    for operation in filter(lambda operation: operation.takes_json, described):
        for name in ("no_such_field", "id", "organization_id", "created_at", "__proto__"):
            body = {**good[operation.id].json, name: "x"}
            answer = call(api, operation, at, Good(json=body))
            found += faults(operation, answer, (422,), name)
            if answer.status_code == 422 and f"/{name}" not in [e["pointer"] for e in answer.json["errors"]]:
                found.append(f"{operation.id} does not name /{name}: {answer.text[:300]}")
    assert not found, "\n".join(found)
    assert counts(database) == before


def test_wrong_values_in_every_field(api: ApiClient, database: Database, described: list[Operation]) -> None:
    at = rows(api)
    good = good_requests(api, at)
    found: list[str] = []
    for operation in filter(lambda operation: operation.takes_json, described):
        before = counts(database)
        for pointer, body in with_wrong(good[operation.id].json):
            answer = call(api, operation, at, Good(json=body))
            found += faults(operation, answer, (200, 201, 202, 404, 409, 422), (pointer, body))
            if answer.status_code == 422:
                named = [error["pointer"] for error in answer.json["errors"]]
                if not any(name.startswith(pointer) or pointer.startswith(name) for name in named):
                    found.append(f"{operation.id} does not name {pointer} but {named}")
            if answer.status_code < 300:
                before = counts(database)
        if counts(database) != before:
            found.append(f"{operation.id} stored something it refused")
    assert not found, "\n".join(found)


def test_query_parameters(api: ApiClient, database: Database, described: list[Operation]) -> None:
    at = rows(api)
    good = good_requests(api, at)
    before = counts(database)
    found: list[str] = []
    bad = ["no_such=1", "no_such", "=1", "%00=1", "a%00b=1", "%ff=1"]
    for operation in described:
        request = good.get(operation.id, Good())
        for query in bad:
            asked = Good(request.json, request.data, query, request.headers)
            found += faults(operation, call(api, operation, at, asked), (422,), query)
        for name in operation.query_parameters:
            for value in ("%00", "%ED%A0%80", "x" * 4000, "-1", "NaN", "%F0%9F%98%80", "", "' OR 1=1 --"):
                query = f"{name}={value}"
                if operation.method == "GET":
                    answer = call(api, operation, at, Good(query=query))
                    found += faults(operation, answer, (200, 404, 409, 422), query)
            answer = call(api, operation, at, Good(request.json, request.data, f"{name}=a&{name}=b"))
            found += faults(operation, answer, (422,), f"{name} twice")
    assert not found, "\n".join(found)
    assert counts(database) == before


PATHS = [
    "%00",
    "..%2f..%2fetc",
    "x" * 3000,
    "%ff",
    "wl_",
    "' OR 1=1",
    "-1",
    "99999999999999999999999",
    "NaN",
    "%E2%80%AE",
]


def test_addresses(api: ApiClient, described: list[Operation]) -> None:
    at = rows(api)
    good = good_requests(api, at)
    found: list[str] = []
    for operation in described:
        for name in operation.path_parameters:
            for value in PATHS:
                answer = call(api, operation, {**at, name: value}, good.get(operation.id, Good()))
                found += faults(operation, answer, (404, 405, 422), (name, value))
    assert not found, "\n".join(found)


BAD_HEADERS = [
    {"If-Match": "junk"},
    {"If-Match": '"v1'},
    {"If-Match": '"' + "x" * 3000 + '"'},
    {"If-Match": 'W/"v1"'},
]


def test_preconditions(api: ApiClient, database: Database, described: list[Operation]) -> None:
    at = rows(api)
    good = good_requests(api, at)
    before = counts(database)
    found: list[str] = []
    for operation in filter(lambda operation: operation.is_guarded, described):
        request = good.get(operation.id, Good())
        for headers in BAD_HEADERS:
            found += faults(operation, call(api, operation, at, request, **headers), (412,), headers)
        bare = api.call(operation.method, operation.at(at), json=request.json)
        found += faults(operation, bare, (428,), "no If-Match")
    assert not found, "\n".join(found)
    assert counts(database) == before


def test_methods_nobody_serves(api: ApiClient, described: list[Operation]) -> None:
    at = rows(api)
    served: dict[str, set[str]] = {}
    for operation in described:
        served.setdefault(operation.at(at), set()).add(operation.method)
    for path, methods in served.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
            answer = api.call(method, path)
            assert answer.status_code == 405, f"{method} {path}"
            assert methods <= set(answer.headers["Allow"].split(", "))
            assert json.loads(answer.text)["type"] == "/docs/problems/method-not-allowed"


def test_no_bad_input_ever_reaches_a_keys_row(api: ApiClient, database: Database) -> None:
    """The control of `counts`: it sees every table, so a row more is a difference."""
    before = counts(database)
    api.post("/v1/api-keys", json={"name": "one more", "role": "viewer"})
    after = counts(database)
    assert after[ApiKey.__tablename__] == before[ApiKey.__tablename__] + 1
    assert after != before
