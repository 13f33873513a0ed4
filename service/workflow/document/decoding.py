"""From JSON back to the dataclasses of an answer, by the types of their fields: the inverse of `encoding`.

What an answer of an older engine lacks is the field's default, else None where that is allowed, else nothing: no
entries, no text. A field for which none of these holds must be there.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from service.workflow.document.encoding import UNSET, Unrounded, Unset

Reader = Callable[[Any], Any]

Decoded = TypeVar("Decoded", bound=Hashable)

CONVERTED: tuple[type, ...] = (Decimal, Unrounded, date)
"""Types whose JSON is another one; subclasses are made as they are. Whole numbers do as floats."""


def decode(kind: type[Decoded], found: Mapping[str, Any]) -> Decoded:
    """Return the dataclass `kind` that a JSON object was encoded from. Raises KeyError, TypeError for what it lacks."""
    return cast("Decoded", _reader_of(kind)(found))


@cache
def _reader_of(kind: type) -> Reader:
    hints = get_type_hints(kind, include_extras=True)
    absent = {field.name: _absent(hints[field.name], field) for field in fields(kind)}
    lacking = {name: value for name, value in absent.items() if value is not MISSING}
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    converted = [(name, convert) for name, convert in readers.items() if convert is not None]
    names = readers.keys()

    def read(found: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the dataclass
        held = {**lacking, **found} if lacking else dict(found)
        for name, convert in converted:
            value = held[name]
            if value is not None and value is not UNSET:
                held[name] = convert(value)
        if len(held) > len(names):  # what older engines told besides
            held = {name: held[name] for name in names}
        return kind(**held)

    return read


def _absent(hint: Any, field: Field[Any]) -> Any:  # noqa: ANN401 - a field's value
    """Return the value of a field that is not in the JSON, MISSING where it must be."""
    kinds = _kinds(hint)
    if field.default is not MISSING or NoneType in kinds:
        return None if field.default is MISSING else field.default
    return () if get_origin(kinds[0]) is tuple else "" if kinds == [str] else MISSING


def _reader(hint: Any) -> Reader | None:  # noqa: ANN401 - a type
    """Return what makes a value of a type out of its JSON, None where that is the value itself."""
    kinds = [kind for kind in _kinds(hint) if kind not in (NoneType, Unset)]
    if len(kinds) != 1:
        return None  # text or a number, as it is
    (kind,) = kinds
    origin = get_origin(kind)
    if origin is tuple:
        return _reader_of_tuple(get_args(kind)[0])
    if origin is not None:
        return None if origin is Literal else _reader_of_mapping(get_args(kind)[1])
    assert isinstance(kind, type), kind
    if is_dataclass(kind):
        return _reader_of(kind)
    return None if not issubclass(kind, CONVERTED) else kind.fromisoformat if issubclass(kind, date) else kind


def _reader_of_tuple(entry: Any) -> Reader:  # noqa: ANN401 - a type
    read = _reader(entry)
    return tuple if read is None else lambda found: tuple([read(each) for each in found])


def _reader_of_mapping(entry: Any) -> Reader | None:  # noqa: ANN401 - a type
    read = _reader(entry)
    return None if read is None else lambda found: {name: read(each) for name, each in found.items()}


def _kinds(hint: Any) -> list[Any]:  # noqa: ANN401 - a type
    """Return the types of a union, without what is noted beside them."""
    if get_origin(hint) is Annotated:
        return _kinds(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return [kind for part in get_args(hint) for kind in _kinds(part)]
    return [hint]
