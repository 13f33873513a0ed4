"""Calls of capacity profiles."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT
from service.price_sheets.capacity_profiles import queries, service
from service.price_sheets.capacity_profiles.models import CapacityProfile, CapacityProfileVersion
from service.price_sheets.capacity_profiles.schemas import (
    CapacityProfileSchema,
    ProfileVersionSchema,
    StoredCapacityProfileSchema,
    WholeCapacityProfileSchema,
    WholeProfileVersionSchema,
)

blueprint = Resource(
    "capacity-profiles", __name__, description="What units serve, fitted to measurements, in versions."
)

READ, WRITE = "price_sheets:read", "price_sheets:write"
MAX_RESULTS = 4 * 1024 * 1024
PROFILES = "/capacity-profiles"
PROFILE = "/capacity-profiles/<id(cp):capacity_profile_id>"
VERSION = f"{PROFILE}/versions/<int(min=1,max=1000000000):version>"


@contextmanager
def _fitted(_actor: Actor, body: dict[str, Any], **_path: str) -> Iterator[dict[str, Any]]:
    """Read and fit the results before any transaction opens. Raises Problem 422."""
    yield service.fitted(body)


@blueprint.endpoint("GET", PROFILES, scope=READ, query=PageQuery, returns=page_of(StoredCapacityProfileSchema))
def list_capacity_profiles(tx: Transaction, query: dict[str, Any]) -> Page[CapacityProfile]:
    """List capacity profiles, newest first."""
    return page(tx, queries.profiles(tx.organization_id), (CapacityProfile.created_at, CapacityProfile.id), query)


@blueprint.endpoint(
    "POST",
    PROFILES,
    scope=WRITE,
    body=CapacityProfileSchema,
    status=201,
    returns=WholeCapacityProfileSchema,
    prepare=_fitted,
    max_body=MAX_RESULTS,
    problems=[CONFLICT],
)
def create_capacity_profile(
    tx: Transaction,
    body: dict[str, Any],  # noqa: ARG001 - read by `prepare`
    prepared: dict[str, Any],
) -> tuple[CapacityProfile, int, dict[str, str]]:
    """Fit a capacity to results of benchmarks and keep it with its source."""
    profile = service.create(tx, prepared)
    return profile, 201, {"Location": f"/v1/capacity-profiles/{profile.id}"}


@blueprint.endpoint("GET", PROFILE, scope=READ, returns=WholeCapacityProfileSchema)
def get_capacity_profile(tx: Transaction, capacity_profile_id: str) -> CapacityProfile:
    """Return a capacity profile with its latest version."""
    return service.get(tx, capacity_profile_id)


@blueprint.endpoint(
    "POST",
    f"{PROFILE}/versions",
    scope=WRITE,
    body=CapacityProfileSchema,
    status=201,
    returns=WholeProfileVersionSchema,
    guarded=True,
    prepare=_fitted,
    max_body=MAX_RESULTS,
    problems=[CONFLICT],
)
def add_capacity_profile_version(
    tx: Transaction,
    capacity_profile_id: str,
    body: dict[str, Any],  # noqa: ARG001 - read by `prepare`
    prepared: dict[str, Any],
) -> tuple[CapacityProfileVersion, int, dict[str, str]]:
    """Append what was measured anew; If-Match is the ETag of the profile."""
    version = service.revise(tx, capacity_profile_id, prepared)
    location = f"/v1/capacity-profiles/{capacity_profile_id}/versions/{version.version}"
    return version, 201, {"Location": location}


@blueprint.endpoint("GET", f"{PROFILE}/versions", scope=READ, query=PageQuery, returns=page_of(ProfileVersionSchema))
def list_capacity_profile_versions(
    tx: Transaction, capacity_profile_id: str, query: dict[str, Any]
) -> Page[CapacityProfileVersion]:
    """List a profile's versions, latest first."""
    service.get(tx, capacity_profile_id)
    found = queries.versions(tx.organization_id, capacity_profile_id)
    return page(tx, found, (CapacityProfileVersion.version,), query)


@blueprint.endpoint("GET", VERSION, scope=READ, returns=WholeProfileVersionSchema)
def get_capacity_profile_version(tx: Transaction, capacity_profile_id: str, version: int) -> CapacityProfileVersion:
    """Return a version with its fit, its points and what each figure is."""
    return service.get_version(tx, capacity_profile_id, version)
