"""Resources: blueprints whose every operation says how it is called, so that nothing is open by omission."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

import marshmallow as ma
from flask import g
from flask_smorest import Blueprint

from service.kit.db.transaction import Transaction
from service.kit.http.etags import Tagged
from service.kit.http.fields import Schema
from service.kit.http.paging import Page
from service.kit.http.problems import (
    BUSY,
    FORBIDDEN,
    IN_FLIGHT,
    INVALID,
    MALFORMED,
    NOT_FOUND,
    PRECONDITION_FAILED,
    PRECONDITION_REQUIRED,
    SHOWN_ONCE,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemKind,
)
from service.kit.http.query import StrictParser
from service.kit.http.unit_of_work import Call, Follow, Prepare, View, enter, transact

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class NoQuery(Schema):
    """No query parameters."""


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint under `/v1` whose operations are registered with `endpoint` alone."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        """Make the resource; `name` is its tag in the documentation."""
        super().__init__(name, import_name, url_prefix="/v1", description=description)
        self.calls: dict[str, Call] = {}

    def endpoint(  # noqa: PLR0913 - each says one thing about the call
        self,
        method: str,
        rule: str,
        *,
        scope: str,
        status: int = 200,
        returns: type[ma.Schema] | None = None,
        body: type[ma.Schema] | None = None,
        query: type[ma.Schema] = NoQuery,
        guarded: bool = False,
        prepare: Prepare | None = None,
        streams: Sequence[str] = (),
        max_body: int | None = None,
        writes: bool | None = None,
        secret: bool = False,
        follow: Follow | None = None,
        also: Mapping[int, type[ma.Schema] | None] | None = None,
        forms: Sequence[str] = (),
        problems: Sequence[ProblemKind] = (),
    ) -> Callable[[View], View]:
        """Register an operation. The view is called as `view(tx, body=…, query=…, prepared=…, **path)`.

        method, rule: e.g. "GET", "/workloads/<id(wl):workload_id>". scope: what the key's role must include.
        status, returns: of success; `returns` dumps what the view returns, which may also be `(result, status,
        headers)` or a finished Response. also: other successes and their schemas. forms: media types, beside JSON,
        that a success may be of. body, query: schemas of the JSON body
        and of the query, passed as `body` and `query` when given.
        guarded: `If-Match` is required and the view must call `etags.require_match(row)`.
        prepare: context manager `prepare(actor, **what the view gets)` for work before the transaction opens; what it
        yields is passed as `prepared`. It may read, never write.
        streams: media types of a raw body that `prepare` reads itself; what it yields then has `fingerprint: bytes`.
        max_body: most bytes of the body, None: the configured limit. writes: to say of a POST that it changes nothing.
        secret: the answer is shown once. follow: `follow(response, actor)` after the commit returns the answer to send,
        as `Prefer` asks; what it raises is logged. problems: kinds beyond those every call may answer.
        """
        writes = method in WRITING if writes is None else writes
        path, streamed = self.url_prefix + rule, bool(streams)
        call = Call(method, path, scope, writes, max_body, guarded, prepare, streamed, secret, follow)

        def decorate(function: View) -> View:
            """Register the view behind everything the call declares."""
            view = transact(call, self.response(status, returns)(_called(function)))
            for other, schema in (also or {}).items():
                view = self.alt_response(other, schema=schema, success=True)(view)
            if query is not NoQuery:
                view = self.arguments(query, location="query", arg_name="query")(view)
            if body is not None:
                view = self.arguments(body, arg_name="body")(view)
            view = _documented(self, call, enter(call, view, takes_query=query is not NoQuery), streams, problems)
            if forms:
                content = {"application/json": {"schema": returns}} | {media: {"schema": _BINARY} for media in forms}
                told = {"description": HTTPStatus(status).phrase, "content": content}
                view = self.doc(responses={str(status): told})(view)
            self.calls[function.__name__] = call
            self.add_url_rule(rule, function.__name__, view, methods=[method])
            return function

        return decorate

    @staticmethod
    def _make_doc_response_schema(schema: ma.Schema | None) -> type[ma.Schema] | None:
        """Describe answers by the class of their schema: each step of an operation copies what the one before noted."""
        return None if schema is None else type(schema)

    def route(self, rule: str, **options: Any) -> NoReturn:  # noqa: ANN401
        """Refuse: an operation without a declared scope is not served."""
        raise TypeError(f"register {rule} with endpoint(), which declares its scope ({options})")


_BINARY = {"type": "string", "format": "binary"}


def _called(function: View) -> View:
    """Return the view with its rows written, and the tag and next page of its result noted for the door."""

    @wraps(function)
    def called(tx: Transaction, **kwargs: Any) -> Any:  # noqa: ANN401
        """Call the view, note its tag and its next page."""
        result = function(tx, **kwargs)
        tx.session.flush()  # versions are counted when rows are written
        row = result[0] if isinstance(result, tuple) else result
        g.etag = row.etag if isinstance(row, Tagged) else None
        g.next = row.next if isinstance(row, Page) else None
        return result

    return called


def _documented(
    resource: Resource, call: Call, view: View, streams: Sequence[str], problems: Sequence[ProblemKind]
) -> View:
    kinds = {*problems, *_usual(call, takes_body=bool(streams) or _has_body(view))}
    statuses = {kind.status for kind in kinds} | ({HTTPStatus.NOT_MODIFIED} if call.method == "GET" else set())
    extra: dict[str, Any] = {"operationId": view.__name__, "x-scope": call.scope}
    if streams:
        extra["requestBody"] = {"required": True, "content": {media: {"schema": _BINARY} for media in streams}}
    view = resource.doc(**extra)(view)
    apidoc: dict[str, Any] = vars(view)["_apidoc"]
    apidoc.setdefault("arguments", {}).setdefault("parameters", []).extend(_headers(call))
    for status in sorted(statuses, reverse=True):
        apidoc["response"]["responses"].setdefault(status, []).append(HTTPStatus(status).name)
    return view


def _has_body(view: View) -> bool:
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(parameter["in"] == "json" for parameter in parameters)


def _usual(call: Call, *, takes_body: bool) -> Iterator[ProblemKind]:
    """Yield the kinds of problem that follow from how the operation is called."""
    yield from (UNAUTHENTICATED, FORBIDDEN, INVALID, TOO_MANY, BUSY)
    if "<" in call.rule:
        yield NOT_FOUND
    if takes_body:
        yield from (MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE)
    if call.guarded:
        yield from (PRECONDITION_FAILED, PRECONDITION_REQUIRED)
    if call.is_repeatable:
        yield IN_FLIGHT
    if call.secret:
        yield SHOWN_ONCE


def _headers(call: Call) -> list[str]:
    """Return the names of the header parameters the operation reads, as the application registers them."""
    names = ["If-None-Match"] if call.method == "GET" else []
    if call.is_repeatable:
        names.append("Idempotency-Key")
    if call.follow is not None:
        names.append("Prefer")
    return [*names, "If-Match"] if call.guarded else names
