"""Calls of access."""

from typing import Any

from service.access import members, queries, service
from service.access.member_schemas import ChangedMemberSchema, MemberSchema, MembersQuery, NewMemberSchema
from service.access.models import ApiKey, Member, Organization
from service.access.schemas import ApiKeySchema, CreatedApiKeySchema, KeysQuery, NewApiKeySchema, OrganizationSchema
from service.kit.app_context import runtime
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT

blueprint = Resource("access", __name__, description="Your organization, its members and their API keys.")

MEMBER = "/members/<id(mb):member_id>"


@blueprint.endpoint("GET", "/organization", scope="organization:read", returns=OrganizationSchema)
def get_organization(tx: Transaction) -> Organization:
    """Return the organization the key belongs to."""
    return queries.organization(tx)


@blueprint.endpoint("GET", "/api-keys", scope="api_keys:read", query=KeysQuery, returns=page_of(ApiKeySchema))
def list_api_keys(tx: Transaction, query: dict[str, Any]) -> Page[ApiKey]:
    """List API keys, newest first, revoked ones too; of one member if asked."""
    return page(tx, queries.api_keys(tx, query["member_id"]), (ApiKey.created_at, ApiKey.id), query)


@blueprint.endpoint(
    "POST",
    "/api-keys",
    scope="api_keys:write",
    body=NewApiKeySchema,
    status=201,
    returns=CreatedApiKeySchema,
    secret=True,
)
def create_api_key(tx: Transaction, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make an API key, of yourself or of another member. The whole key is shown only now.

    Its role may exceed neither that of the key that asks nor that of its member.
    """
    key, spelled = service.create_key(tx, **body)
    shown = {name: getattr(key, name) for name in ApiKeySchema().fields} | {"key": spelled}
    return shown, 201, {"Location": f"/v1/api-keys/{key.id}"}


@blueprint.endpoint("GET", "/api-keys/<id(key):key_id>", scope="api_keys:read", returns=ApiKeySchema)
def get_api_key(tx: Transaction, key_id: str) -> ApiKey:
    """Return one API key, without its secret."""
    return service.get_key(tx, key_id)


@blueprint.endpoint("DELETE", "/api-keys/<id(key):key_id>", scope="api_keys:write", status=204, problems=[CONFLICT])
def revoke_api_key(tx: Transaction, key_id: str) -> None:
    """Revoke an API key, at once and for ever. Doing so again changes nothing."""
    service.revoke_key(tx, key_id)
    tx.after_commit(runtime().forget_keys)  # so that nobody on this machine goes on knowing it


@blueprint.endpoint("GET", "/members", scope="members:read", query=MembersQuery, returns=page_of(MemberSchema))
def list_members(tx: Transaction, query: dict[str, Any]) -> Page[Member]:
    """List members, newest first, deactivated ones too."""
    return page(tx, queries.members(tx, query), (Member.created_at, Member.id), query)


@blueprint.endpoint(
    "POST",
    "/members",
    scope="members:write",
    body=NewMemberSchema,
    status=201,
    returns=MemberSchema,
    problems=[CONFLICT],
)
def create_member(tx: Transaction, body: dict[str, Any]) -> tuple[Member, int, dict[str, str]]:
    """Add a member. Its role may not exceed that of the key that asks."""
    member = members.create(tx, body)
    return member, 201, {"Location": f"/v1/members/{member.id}"}


@blueprint.endpoint("GET", MEMBER, scope="members:read", returns=MemberSchema)
def get_member(tx: Transaction, member_id: str) -> Member:
    """Return a member."""
    return members.get(tx, member_id)


@blueprint.endpoint(
    "PATCH",
    MEMBER,
    scope="members:write",
    body=ChangedMemberSchema,
    returns=MemberSchema,
    guarded=True,
    problems=[CONFLICT],
)
def change_member(tx: Transaction, member_id: str, body: dict[str, Any]) -> Member:
    """Replace the facts given. A deactivated member's keys and open votes are dead at once; so is a lost role."""
    member = members.change(tx, member_id, body)
    tx.after_commit(runtime().forget_keys)
    return member
