"""What forms of pages say, read as the API reads a body."""

from collections.abc import Collection, Mapping
from typing import Any

import marshmallow as ma

from service.kit.http.problems import Problem, invalid
from service.kit.http.query import schema_errors

Json = dict[str, Any]


def said(form: Mapping[str, str], names: Collection[str]) -> Json:
    """Return the fields of these names that say something, without space around it."""
    return {name: form[name].strip() for name in names if form.get(name, "").strip()}


def loaded(schema: ma.Schema, body: Json) -> Json:
    """Return a body as the schema reads it. Raises Problem 422 for each field that does not hold."""
    try:
        found: Json = schema.load(body)
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    return found


def faults(problem: Problem | None) -> dict[str, str]:
    """Return what is wrong with each field of a form that was refused, by the field's name."""
    return {} if problem is None else {fault.pointer.strip("/"): fault.detail for fault in problem.errors}
