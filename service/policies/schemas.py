"""Bodies of policies."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from service.kit.http.fields import Choice, Identifier, Integer, Schema, Text, Timestamp
from service.policies.policy_schema import PolicySchema, partial_document
from service.policies.presets import PRESETS


class PolicyDocument(fields.Nested):
    """A policy that says only what differs from what it lies on; loads as the JSON it is, checked and respelled."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        """Describe it by PolicySchema."""
        super().__init__(PolicySchema, **options)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Return the document as JSON; raises ValidationError naming each field that is wrong."""
        loaded = super().deserialize(value, *args, **kwargs)
        return partial_document(value) if isinstance(value, dict) else loaded

    def serialize(self, attr: str, obj: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401
        """Return the stored document as it is."""
        return getattr(obj, self.attribute or attr)


class NewPolicyVersionSchema(Schema):
    """A version of a policy: a preset to start from, and what differs from it and from the defaults."""

    name = Text(minimum=1, maximum=200, required=True)
    description = Text(maximum=4000, load_default="")
    preset = Choice(tuple(PRESETS), allow_none=True, load_default=None)
    policy = PolicyDocument(load_default=dict)


class PolicyVersionSchema(Schema):
    """A version as stored. `policy`: what it says; `effective`: every knob, defaults written out."""

    id = Identifier("po", required=True, attribute="policy_id")
    version = Integer(required=True, attribute="number")
    name = Text(required=True)
    description = Text(maximum=4000, required=True)
    preset = Choice(tuple(PRESETS), allow_none=True, required=True)
    policy = PolicyDocument(required=True, attribute="document")
    effective = PolicyDocument(required=True)
    created_at = Timestamp(required=True)


class NewDefaultPolicySchema(Schema):
    """Which policy evaluations lie on when they name none: null for the built-in defaults."""

    policy_id = Identifier("po", allow_none=True, required=True)
    policy_version = Integer(
        minimum=1, allow_none=True, load_default=None, metadata={"description": "Null follows the newest version."}
    )

    @ma.validates_schema
    def _version_of_something(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        if data["policy_version"] is not None and data["policy_id"] is None:
            raise ma.ValidationError("Name the policy whose version this is.", "policy_version")


class DefaultPolicySchema(NewDefaultPolicySchema):
    """A default as set; the newest one is in force."""

    id = Identifier("pd", required=True)
    policy_version = Integer(allow_none=True, required=True)
    created_at = Timestamp(required=True)


class PresetSchema(Schema):
    """A preset. `reasons`: why each knob is set so, by JSON pointer into `policy`."""

    name = Choice(tuple(PRESETS), required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    policy = PolicyDocument(required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class PresetsSchema(Schema):
    """Every preset."""

    items = fields.List(fields.Nested(PresetSchema), required=True)
