"""Reading bodies and query parameters: strict JSON, unknown names refused, every fault as a field of a problem."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NoReturn

import flask
import marshmallow as ma
from webargs.flaskparser import FlaskParser

from service.kit.http import json_body, strict_json
from service.kit.http.mends import MISSING, UNKNOWN
from service.kit.http.problems import MALFORMED, UNSUPPORTED_MEDIA_TYPE, FieldError, Problem, Where, invalid

CODES = {MISSING: "required", UNKNOWN: "unknown_field", "Field may not be null.": "null"}
"""Codes of marshmallow's own messages; every other fault of a value is `invalid`."""


def _code(text: str) -> str:
    # A sentence begins so; what to do about it may follow.
    return next((code for start, code in CODES.items() if text.startswith(start)), "invalid")


@cache
def _made(schema: type[ma.Schema]) -> ma.Schema:
    """Return the one instance of a schema: to make all that it nests takes longer than to read most bodies."""
    return schema()


class StrictParser(FlaskParser):
    """Parses with our JSON reader and leaves unknown names to the schema, which refuses them."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 - webargs' own name

    def _get_schema(self, argmap: Any, req: flask.Request) -> ma.Schema:  # noqa: ANN401
        return _made(argmap) if isinstance(argmap, type) else super()._get_schema(argmap, req)

    def _raw_load_json(self, req: flask.Request) -> Any:  # noqa: ANN401
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send the body as JSON with Content-Type: application/json.")
        if req.headers.get("Content-Encoding", "identity") != "identity":
            raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send JSON as it is, without Content-Encoding.")
        content = json_body.content()
        if not content:
            raise Problem(MALFORMED, "The body is empty; send a JSON object.")
        return strict_json.loads(content)

    def load_querystring(self, req: flask.Request, schema: ma.Schema) -> dict[str, str]:  # noqa: ARG002
        """Return the query parameters; refuse text no database keeps and parameters given twice."""
        faults = [
            FieldError(strict_json.pointer(name), code, detail, "query")
            for name, values in req.args.lists()
            for code, detail in _query_faults(name, values)
        ]
        if faults:
            raise invalid(*faults)
        return req.args.to_dict()

    def handle_error(
        self,
        error: ma.ValidationError,
        req: flask.Request,  # noqa: ARG002
        schema: ma.Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Raise the problem with one entry a fault."""
        raise invalid(*field_errors(error.messages))


def field_errors(messages: Any) -> list[FieldError]:  # noqa: ANN401
    """Return webargs' messages, `{location: {field: …}}`, as field errors in one order, whatever the hash seed."""
    found = [
        FieldError(strict_json.pointer(*path), _code(text), text, _where(location))
        for location, tree in messages.items()
        for path, text in _leaves(tree, ())
    ]
    return _in_order(found)


def schema_errors(error: ma.ValidationError, at: str = "") -> list[FieldError]:
    """Return the faults of a schema loaded by hand, their pointers starting with `at`."""
    found = [
        FieldError(at + strict_json.pointer(*path), _code(text), text) for path, text in _leaves(error.messages, ())
    ]
    return _in_order(found)


def _in_order(found: list[FieldError]) -> list[FieldError]:
    """Sort unknown names, which marshmallow keeps in a set, behind the faults of known fields."""
    return sorted(found, key=lambda fault: fault.pointer if fault.code == "unknown_field" else "")


def _query_faults(name: str, values: list[str]) -> Iterator[tuple[str, str]]:
    for text in (name, *values):
        if fault := strict_json.text_fault(text):
            yield "unstorable_text", fault
    if len(values) > 1:
        yield "repeated", "Given more than once; give it once."


def _where(location: str) -> Where:
    return "query" if location == "query" else "body"


def _leaves(tree: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401
    if isinstance(tree, dict):
        for name, branch in tree.items():
            # marshmallow files an object's own faults under `_schema`, a dictionary's under `key` and `value`.
            step = () if name == "_schema" or (name in ("key", "value") and isinstance(branch, list)) else (name,)
            yield from _leaves(branch, (*path, *step))
    elif isinstance(tree, list):
        for branch in tree:
            yield from _leaves(branch, path)
    else:
        yield path, str(tree)
