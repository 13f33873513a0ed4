"""Calls of policies."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import NOT_FOUND, Problem
from service.policies import queries, service
from service.policies.models import DefaultPolicy, PolicyVersion
from service.policies.presets import PRESETS, Preset
from service.policies.schemas import (
    DefaultPolicySchema,
    NewDefaultPolicySchema,
    NewPolicyVersionSchema,
    PolicyVersionSchema,
    PresetSchema,
    PresetsSchema,
)

blueprint = Resource("policies", __name__, description="The knobs of evaluations, named and versioned.")

READ, WRITE = "evaluations:read", "evaluations:write"

PolicyVersionPage = page_of(PolicyVersionSchema)


@blueprint.endpoint("GET", "/policies", scope=READ, query=PageQuery, returns=PolicyVersionPage)
def list_policies(tx: Transaction, query: dict[str, Any]) -> Page[PolicyVersion]:
    """List the newest version of each policy, newest first."""
    return page(tx, queries.newest(tx), (PolicyVersion.created_at, PolicyVersion.policy_id), query)


@blueprint.endpoint(
    "POST", "/policies", scope=WRITE, body=NewPolicyVersionSchema, status=201, returns=PolicyVersionSchema
)
def create_policy(tx: Transaction, body: dict[str, Any]) -> tuple[PolicyVersion, int, dict[str, str]]:
    """Create a policy with its first version."""
    version = service.create(tx, body)
    return version, 201, {"Location": f"/v1/policies/{version.policy_id}"}


@blueprint.endpoint("GET", "/policies/<id(po):policy_id>", scope=READ, returns=PolicyVersionSchema)
def get_policy(tx: Transaction, policy_id: str) -> PolicyVersion:
    """Return the newest version of a policy."""
    return service.get_version(tx, policy_id)


@blueprint.endpoint(
    "GET",
    "/policies/<id(po):policy_id>/versions",
    scope=READ,
    query=PageQuery,
    returns=PolicyVersionPage,
)
def list_policy_versions(tx: Transaction, policy_id: str, query: dict[str, Any]) -> Page[PolicyVersion]:
    """List a policy's versions, newest first."""
    service.get_version(tx, policy_id)
    return page(tx, queries.versions(tx, policy_id), (PolicyVersion.number,), query)


@blueprint.endpoint(
    "POST",
    "/policies/<id(po):policy_id>/versions",
    scope=WRITE,
    body=NewPolicyVersionSchema,
    status=201,
    returns=PolicyVersionSchema,
    guarded=True,
)
def add_policy_version(
    tx: Transaction, policy_id: str, body: dict[str, Any]
) -> tuple[PolicyVersion, int, dict[str, str]]:
    """Add the next version of a policy. Evaluations made under earlier versions stay as they are."""
    version = service.add_version(tx, policy_id, body)
    return version, 201, {"Location": f"/v1/policies/{policy_id}/versions/{version.number}"}


@blueprint.endpoint(
    "GET", "/policies/<id(po):policy_id>/versions/<int:number>", scope=READ, returns=PolicyVersionSchema
)
def get_policy_version(tx: Transaction, policy_id: str, number: int) -> PolicyVersion:
    """Return one version of a policy."""
    return service.get_version(tx, policy_id, number)


@blueprint.endpoint("GET", "/default-policies", scope=READ, query=PageQuery, returns=page_of(DefaultPolicySchema))
def list_default_policies(tx: Transaction, query: dict[str, Any]) -> Page[DefaultPolicy]:
    """List the organization's defaults, newest first; the first is in force."""
    return page(tx, queries.defaults(tx), (DefaultPolicy.created_at, DefaultPolicy.id), query)


@blueprint.endpoint(
    "POST", "/default-policies", scope=WRITE, body=NewDefaultPolicySchema, status=201, returns=DefaultPolicySchema
)
def set_default_policy(tx: Transaction, body: dict[str, Any]) -> DefaultPolicy:
    """Make a policy the default of evaluations that name none."""
    return service.set_default(tx, body)


@blueprint.endpoint("GET", "/policy-presets", scope=READ, returns=PresetsSchema)
def list_policy_presets(tx: Transaction) -> dict[str, list[Preset]]:  # noqa: ARG001
    """List the presets, each knob with its reason."""
    return {"items": list(PRESETS.values())}


@blueprint.endpoint("GET", "/policy-presets/<string:name>", scope=READ, returns=PresetSchema)
def get_policy_preset(tx: Transaction, name: str) -> Preset:  # noqa: ARG001
    """Return one preset."""
    if name not in PRESETS:
        raise Problem(NOT_FOUND, f"No preset has this name; there are: {', '.join(PRESETS)}.")
    return PRESETS[name]
