"""Bodies of aliases of models."""

from marshmallow import fields

from service.kit.http.fields import Identifier, Schema, Text, Timestamp


class ChangedModelAliasSchema(Schema):
    """What an alias stands for from now on."""

    model = Text(minimum=1, maximum=200, required=True)


class NewModelAliasSchema(ChangedModelAliasSchema):
    """`alias`: a name of `model`, as a price sheet or a workload writes it. One that stands for itself is kept apart.

    Names that differ only in what sellers write around them are one without an alias.
    """

    alias = Text(minimum=1, maximum=200, required=True)


class ModelAliasSchema(Schema):
    """An alias as stored, `alias` in small letters. `canonical`: the name that all spellings of its model have."""

    id = Identifier("ma", required=True)
    alias = Text(required=True)
    model = Text(required=True)
    canonical = fields.String(required=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
