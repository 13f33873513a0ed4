"""How the documentation shows a `Variant`: as one of its shapes, told apart by its key."""

from typing import Any

from flask.blueprints import BlueprintSetupState

from service.price_sheets.fields import Variant


def describe_variants(state: BlueprintSetupState) -> None:
    """Teach the OpenAPI of the application that registers the blueprint what a `Variant` is."""
    api = state.app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    api.ma_plugin.converter.add_attribute_function(variant2properties)


def variant2properties(converter: Any, field: Any, **_options: object) -> dict[str, Any]:  # noqa: ANN401 - apispec's own classes
    """Return `oneOf` and `discriminator` of a `Variant`, nothing of any other field."""
    if not isinstance(field, Variant):
        return {}
    shapes = {value: converter.resolve_nested_schema(shape) for value, shape in field.shapes.items()}
    mapping = {value: shape["$ref"] for value, shape in shapes.items()}
    return {"oneOf": list(shapes.values()), "discriminator": {"propertyName": field.key, "mapping": mapping}}
