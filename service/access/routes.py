"""Calls of access."""

from typing import Any

from service.access import queries, service
from service.access.models import ApiKey, Organization
from service.access.schemas import ApiKeySchema, CreatedApiKeySchema, NewApiKeySchema, OrganizationSchema
from service.kit.app_context import runtime
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT

blueprint = Resource("access", __name__, description="Your organization and its API keys.")


@blueprint.endpoint("GET", "/organization", scope="organization:read", returns=OrganizationSchema)
def get_organization(tx: Transaction) -> Organization:
    """Return the organization the key belongs to."""
    return queries.organization(tx)


@blueprint.endpoint("GET", "/api-keys", scope="api_keys:read", query=PageQuery, returns=page_of(ApiKeySchema))
def list_api_keys(tx: Transaction, query: dict[str, Any]) -> Page[ApiKey]:
    """List API keys, newest first, revoked ones too."""
    return page(tx, queries.api_keys(tx), (ApiKey.created_at, ApiKey.id), query)


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
    """Make an API key. Its role may not exceed that of the key that asks. The whole key is shown only now."""
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
