"""OpenAPI 3.1 of the application: flask-smorest with our problem documents, headers and field types."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from threading import Lock
from typing import Any, cast

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response
from flask_smorest import Api, Blueprint

from service.kit.http import fields
from service.kit.http.converters import IdConverter, NumberConverter, id_schema, number_schema
from service.kit.http.problems import CONTENT_TYPE


class FieldErrorSchema(ma.Schema):
    """One field's fault."""

    where = ma.fields.String(data_key="in", required=True, metadata={"description": "body, query, path or header"})
    pointer = ma.fields.String(required=True, metadata={"description": "JSON pointer (RFC 6901)"})
    code = ma.fields.String(required=True)
    detail = ma.fields.String(required=True)


class ProblemSchema(ma.Schema):
    """A problem document (RFC 9457)."""

    type = ma.fields.String(required=True, metadata={"format": "uri-reference"})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    instance = ma.fields.String(required=True)
    request_id = ma.fields.String(required=True)
    errors = ma.fields.List(ma.fields.Nested(FieldErrorSchema), required=True)


HEADERS: dict[str, dict[str, Any]] = {
    "If-None-Match": {"description": "ETags you have; the answer is 304 when one is still current."},
    "If-Match": {"description": "ETag of the version you read. Required."},
    "Idempotency-Key": {"description": "Makes the call safe to repeat: the same key and request, the same answer."},
    "Prefer": {
        "description": "`respond-async`: 202 at once. `wait=20`: wait up to so many seconds for the answer (RFC 7240)."
    },
}


class Converter(OpenAPIConverter):
    """Bodies whose defaults are told in words: makers of clients take a field with a `default` for one that is there.

    In a request it need not be, and so it is not required of those who write one.
    """

    def fields2jsonschema(self, fields: Mapping[str, ma.fields.Field[Any]], *, partial: Any = None) -> dict[str, Any]:  # noqa: ANN401
        """Return the JSON schema of a body's fields."""
        schema: dict[str, Any] = super().fields2jsonschema(dict(fields), partial=partial)  # type: ignore[no-untyped-call]
        for prop in schema["properties"].values():
            if (default := prop.pop("default", None)) is not None:
                told = f"Default: {json.dumps(default)}."
                prop["description"] = f"{prop['description']} {told}" if "description" in prop else told
        return schema


class Plugin(MarshmallowPlugin):
    """Schemas as Converter describes them."""

    Converter = Converter


class OpenApi(Api):  # type: ignore[misc]
    """The specification; errors are answered by kit/errors.py, not by flask-smorest.

    What blueprints say is written down when somebody asks first: a server need not have it to answer.
    """

    def __init__(self, app: Flask, **options: Any) -> None:  # noqa: ANN401 - flask-smorest's
        """Serve the specification from `app`."""
        self._unwritten: list[Blueprint] = []
        self._writing = Lock()
        super().__init__(app, **options)

    def register_blueprint(self, blp: Blueprint) -> None:
        """Register a blueprint, to be described later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._unwritten.append(blp)

    def _openapi_json(self) -> Response:
        """Serve the specification, with all that was registered."""
        with self._writing:
            for blueprint in self._unwritten:
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            self._unwritten.clear()
        return cast("Response", super()._openapi_json())

    def _register_error_handlers(self) -> None:
        """Leave errors to kit/errors.py."""

    def _register_responses(self) -> None:
        """Describe every error as a problem document."""
        content = {CONTENT_TYPE: {"schema": ProblemSchema}}
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                response["content"] = content
            self.spec.components.response(status.name, response, lazy=True)
        default = {"description": "Any other problem", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, default, lazy=True)


def create(app: Flask, *, title: str, version: str, description: str) -> OpenApi:
    """Return the specification of `app`, which blueprints are registered on."""
    app.config.update(
        API_TITLE=title,
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        API_SPEC_OPTIONS={
            "info": {"description": description},
            "security": [{"api_key": []}],
        },
    )
    app.url_map.converters |= {"id": IdConverter, "int": NumberConverter}
    api = OpenApi(app, spec_kwargs={"marshmallow_plugin": Plugin()})
    api.spec.components.security_scheme("api_key", {"type": "http", "scheme": "bearer"})
    for name, header in HEADERS.items():
        schema = {"type": "string"}  # an empty list of tags is a header like any other: it names none
        parameter = {**header, "name": name, "schema": schema, "required": name == "If-Match"}
        api.spec.components.parameter(name, "header", parameter, lazy=True)
    api.register_converter(IdConverter, id_schema)
    api.register_converter(NumberConverter, number_schema)
    api.register_field(fields.Amount, "string", None)
    api.register_field(fields.Timestamp, "string", "date-time")
    return api
