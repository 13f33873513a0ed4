"""What may stand in a path: identifiers and small numbers, spelled one way; anything else is not found."""

from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter, Map

from service.kit import ids


class IdConverter(BaseConverter):
    """Path converter `<id(wl):workload_id>`."""

    def __init__(self, map: Map, prefix: str) -> None:  # noqa: A002 - Werkzeug's name
        """Match identifiers of `prefix`."""
        super().__init__(map)
        self.prefix = prefix
        self.regex = ids.pattern(prefix)


class NumberConverter(IntegerConverter):
    """Path converter `<int:number>`: 1 to 999,999,999 in ASCII digits, which every database holds."""

    regex = r"[1-9][0-9]{0,8}"


def id_schema(converter: IdConverter) -> dict[str, Any]:
    """Return the OpenAPI schema of an identifier in a path."""
    return {"type": "string", "pattern": f"^{converter.regex}$"}


def number_schema(_converter: NumberConverter) -> dict[str, Any]:
    """Return the OpenAPI schema of a number in a path."""
    return {"type": "integer", "minimum": 1, "maximum": 999_999_999}
