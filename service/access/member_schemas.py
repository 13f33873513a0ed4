"""Bodies of members."""

from marshmallow import fields

from service.access.roles import ROLES
from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery

_EMAIL = r"([^@\s]{1,64}@[^@\s]{1,190})?"

MEMBER_STATES = ("active", "deactivated")


class NewMemberSchema(Schema):
    """A person, or a service account (`kind` `service`), to add. It can do nothing before it has a key."""

    kind = Choice(("person", "service"), load_default="person")
    name = Text(minimum=1, maximum=100, required=True)
    email = Text(maximum=254, pattern=_EMAIL, load_default="")
    subject = Text(
        minimum=1,
        maximum=255,
        allow_none=True,
        load_default=None,
        metadata={"description": "Of a person at the identity provider."},
    )
    role = Choice(ROLES, required=True)


class ChangedMemberSchema(Schema):
    """Facts to replace; what is left out stays as it is. A deactivated member's keys and votes are dead at once."""

    name = Text(minimum=1, maximum=100)
    email = Text(maximum=254, pattern=_EMAIL)
    subject = Text(
        minimum=1, maximum=255, allow_none=True, metadata={"description": "Of a person at the identity provider."}
    )
    role = Choice(ROLES)
    state = Choice(MEMBER_STATES)


class MemberSchema(Schema):
    """A member. `role`: the most its keys may do."""

    id = Identifier("mb", required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    state = fields.String(required=True)
    deactivated_at = Timestamp(required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)


class MembersQuery(PageQuery):
    """Which members: all filters given must fit."""

    role = Choice(ROLES, load_default=None)
    state = Choice(MEMBER_STATES, load_default=None)
    email = Text(minimum=1, maximum=254, load_default=None)
