"""Bodies of access."""

from marshmallow import fields

from service.access.roles import ROLES
from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery


class OrganizationSchema(Schema):
    """An organization."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    created_at = Timestamp(required=True)


class NewApiKeySchema(Schema):
    """A key to make. `expires_at` null or absent: it does not expire."""

    name = Text(minimum=1, maximum=100, required=True)
    role = Choice(ROLES, required=True)
    expires_at = Timestamp(load_default=None, allow_none=True)
    member_id = Identifier(
        "mb", load_default=None, allow_none=True, metadata={"description": "Whose key it is; by default your own."}
    )


class ApiKeySchema(Schema):
    """A key without its secret."""

    id = fields.String(required=True)
    member_id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    created_at = Timestamp(required=True)
    created_by = fields.String(required=True)
    expires_at = Timestamp(required=True, allow_none=True)
    revoked_at = Timestamp(required=True, allow_none=True)
    last_used_at = Timestamp(required=True, allow_none=True)


class CreatedApiKeySchema(ApiKeySchema):
    """A key just made; `key` is the whole of it and is shown only this once."""

    key = fields.String(required=True)


class KeysQuery(PageQuery):
    """Which keys: of one member."""

    member_id = Identifier("mb", load_default=None)
