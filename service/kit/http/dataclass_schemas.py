"""Schemas of answers out of dataclasses: one declaration for the value, its JSON, its description and its documents.

`Annotated[type, "text", {"x-…": …}]` says what a field means. A field whose default is a member of an Enum may be left
out of the JSON, and so may one that `x-since` marks, which what was stored before that version lacks.
"""

from collections.abc import Mapping
from dataclasses import Field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import marshmallow as ma

from service.kit.http.fields import Choice, Schema, Timestamp

SINCE = "x-since"

PREFIX = "Answered"
"""Begins the name of a class that answers tell of another one in short."""

DECIMAL = {"pattern": r"^-?\d+(\.\d+)?$"}


class Figure(ma.fields.Float):
    """A number that is dumped as it is: whole ones stay whole."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        return value


class Anything(ma.fields.Raw):
    """A value of one of several JSON types."""


SCALARS: dict[Any, tuple[type[ma.fields.Field[Any]], dict[str, Any]]] = {
    str: (ma.fields.String, {}),
    bool: (ma.fields.Boolean, {}),
    int: (ma.fields.Integer, {}),
    float: (Figure, {}),
    Decimal: (ma.fields.String, DECIMAL),
    datetime: (Timestamp, {}),
    date: (ma.fields.Date, {}),
}


@cache
def schema_of(declared: type[Any]) -> type[Schema]:
    """Return the schema of a dataclass's JSON, named as the class is without PREFIX, and of what is nested in it."""
    hints = get_type_hints(declared, include_extras=True)
    found = {field.name: _field(hints[field.name], field) for field in fields(declared)}
    name = declared.__name__.removeprefix(PREFIX)
    return type(f"{name}Schema", (Schema,), {"__doc__": declared.__doc__, **found})


def _field(hint: Any, field: Field[Any]) -> ma.fields.Field[Any]:  # noqa: ANN401
    told: dict[str, Any] = {}
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        for note in notes:
            told |= {"description": note} if isinstance(note, str) else note
    absent = isinstance(field.default, Enum)
    left_out = type(field.default) if absent else NoneType
    return _of(hint, left_out=left_out, metadata=told, required=not absent and SINCE not in told)


def _of(
    hint: Any,  # noqa: ANN401
    *,
    left_out: type = NoneType,
    metadata: Mapping[str, Any] | None = None,
    required: bool = False,
) -> ma.fields.Field[Any]:
    """Return the field of a type. left_out: a type whose values the JSON leaves out."""
    kinds = _kinds(hint, left_out)
    told: dict[str, Any] = {"required": required, "allow_none": NoneType in kinds, "metadata": dict(metadata or {})}
    kinds = [kind for kind in kinds if kind is not NoneType]
    if all(get_origin(kind) is Literal for kind in kinds):
        return Choice(tuple(word for kind in kinds for word in get_args(kind)), **told)
    if len(kinds) > 1:
        return _anything(kinds, told)
    (kind,) = kinds
    if get_origin(kind) is tuple:
        return ma.fields.List(_of(get_args(kind)[0]), **told)
    if get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
        return ma.fields.Dict(keys=ma.fields.String(), values=_of(get_args(kind)[1]), **told)
    if (scalar := next((each for each in SCALARS if issubclass(kind, each)), None)) is not None:
        made, more = SCALARS[scalar]
        return made(**{**told, "metadata": more | told["metadata"]})
    if hasattr(kind, "__dataclass_fields__"):
        return ma.fields.Nested(schema_of(kind), **told)
    raise TypeError(f"{kind} has no schema: say in SCALARS what its JSON is.")


def _kinds(hint: Any, left_out: type) -> list[Any]:  # noqa: ANN401
    """Return the types of a union, those of its unions too, without what the JSON leaves out."""
    if get_origin(hint) in {Union, UnionType}:
        return [kind for part in get_args(hint) for kind in _kinds(part, left_out)]
    return [] if hint is left_out and left_out is not NoneType else [hint]


def _anything(kinds: list[Any], told: dict[str, Any]) -> Anything:
    """Return a field that is text or a number."""
    names = {"string" if issubclass(kind, str | Decimal) else "number" for kind in kinds}
    types = sorted(names)
    return Anything(**{**told, "metadata": {**told["metadata"], "type": types}})
