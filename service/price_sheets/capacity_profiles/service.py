"""Storing capacity profiles and their versions, and filling them into the offers that refer to them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from service.events import service as events
from service.kit import canonical_json, ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found
from service.price_sheets.capacity_profiles import queries
from service.price_sheets.capacity_profiles.fitting import ResultsError, profile_of
from service.price_sheets.capacity_profiles.models import CapacityProfile, CapacityProfileVersion
from service.price_sheets.lint.capacity import concurrency
from service.price_sheets.offer_schemas import CAPACITIES

Json = dict[str, Any]

FIXED = ("name", "model", "unit")
"""What holds for every version of a profile."""


def fitted(body: Mapping[str, Any]) -> Json:
    """Return the document of a version: its source, and what its results tell. Raises Problem 422."""
    lengths = {name: body.get(name) for name in ("input_tokens", "output_tokens")}
    try:
        told = profile_of(body["results"], lengths, body.get("system"))
    except ResultsError as error:
        at = "/results" if error.place is None else f"/results/{error.place}"
        raise invalid(FieldError(at, "results", str(error))) from error
    _require_usable(told["capacity"])
    source = body["source"] | {"as_of": body["source"]["as_of"].isoformat()}
    return {name: body[name] for name in FIXED} | {"source": source} | told


def _require_usable(capacity: Json) -> None:
    """Raise Problem 422 where no offer could have this capacity."""
    try:
        CAPACITIES[capacity["kind"]]().load(capacity)
    except ValidationError as error:
        detail = f"What they tell is no capacity of an offer ({error.messages}): check their units."
        raise invalid(FieldError("/results", "results", detail[:1000])) from error
    wrong = next((each for each in concurrency({"capacity": capacity}, "") if each.severity == "error"), None)
    if wrong is not None:
        raise invalid(FieldError("/results", "results", f"{wrong.detail} Check the results."))


def get(tx: Transaction, capacity_profile_id: str) -> CapacityProfile:
    """Return a profile of the organization. Raises Problem 404."""
    return or_not_found(
        queries.profile(tx.session, tx.organization_id, capacity_profile_id), "No capacity profile has this id."
    )


def get_version(tx: Transaction, capacity_profile_id: str, number: int) -> CapacityProfileVersion:
    """Return a version of a profile. Raises Problem 404."""
    return or_not_found(
        queries.version(tx.session, tx.organization_id, capacity_profile_id, number),
        "No capacity profile of this id has this version.",
    )


def create(tx: Transaction, document: Json) -> CapacityProfile:
    """Add a profile with its first version. Raises Problem 409 where its name is taken."""
    taken = queries.profile_named(tx.session, tx.organization_id, document["name"])
    if taken is not None:
        raise Problem(CONFLICT, f"{taken.id} has this name already; add a version to it, or choose another name.")
    content = canonical_json.dumps(document)
    profile = CapacityProfile(
        id=ids.new("cp"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        digest=canonical_json.digest(content),
        **{name: document[name] for name in FIXED},
    )
    tx.session.add(profile)
    events.append(tx, "capacity_profile.created", profile.id, after=_facts(profile))
    _add_version(tx, profile, content)
    return profile


def revise(tx: Transaction, capacity_profile_id: str, document: Json) -> CapacityProfileVersion:
    """Append a version under `If-Match`.

    Raises Problem 404, 412 and 428, 422 where it is of another name, model or unit, 409 where nothing changed.
    """
    profile = get(tx, capacity_profile_id)
    etags.require_match(profile)
    others = [name for name in FIXED if document[name] != getattr(profile, name)]
    if others:
        detail = "Is {!r} for every version of this profile; what is measured of another is a profile of its own."
        raise invalid(*(FieldError(f"/{name}", "fixed", detail.format(getattr(profile, name))) for name in others))
    content = canonical_json.dumps(document)
    if canonical_json.digest(content) == profile.digest:
        raise Problem(CONFLICT, f"This is what version {profile.version} says already; nothing was added.")
    before = _facts(profile)
    profile.digest, profile.updated_at = canonical_json.digest(content), tx.now
    tx.session.flush()
    events.append(tx, "capacity_profile.revised", profile.id, before=before, after=_facts(profile))
    return _add_version(tx, profile, content)


def filled(tx: Transaction, document: Json) -> Json:
    """Return a price sheet whose offers state the capacities of the profiles that they refer to, and the versions.

    Of a profile without a version its latest is taken. Raises Problem 422 where there is none such, and where an
    offer states another capacity than its profile.
    """
    offers: list[Json] = []
    faults: list[FieldError] = []
    for index, offer in enumerate(document["offers"]):
        found = _filled(tx, offer, f"/offers/{index}") if "capacity_profile_id" in offer else offer
        if isinstance(found, FieldError):
            faults.append(found)
        else:
            offers.append(found)
    if faults:
        raise invalid(*faults)
    return document | {"offers": offers}


def _filled(tx: Transaction, offer: Json, at: str) -> Json | FieldError:
    named = offer["capacity_profile_id"]
    profile = queries.profile(tx.session, tx.organization_id, named)
    if profile is None:
        detail = f"No capacity profile has the id {named}: /v1/capacity-profiles lists them."
        return FieldError(f"{at}/capacity_profile_id", "unknown_profile", detail)
    number = offer.get("capacity_profile_version", profile.version)
    version = queries.version(tx.session, tx.organization_id, named, number)
    if version is None:
        detail = f"{named} has the versions 1 to {profile.version}; left out, the latest is taken."
        return FieldError(f"{at}/capacity_profile_version", "unknown_version", detail)
    capacity = version.document["capacity"]
    if offer.get("capacity", capacity) != capacity:
        detail = f"States another capacity than {named} in version {number}: leave `capacity` out to take that one."
        return FieldError(f"{at}/capacity", "not_the_profile", detail)
    return offer | {"capacity_profile_version": number, "capacity": capacity}


def _add_version(tx: Transaction, profile: CapacityProfile, content: bytes) -> CapacityProfileVersion:
    tx.session.flush()
    version = CapacityProfileVersion(
        capacity_profile_id=profile.id,
        version=profile.version,
        organization_id=tx.organization_id,
        created_at=tx.now,
        digest=profile.digest,
        content=content,
    )
    tx.session.add(version)
    tx.session.flush()
    return version


def _facts(profile: CapacityProfile) -> Json:
    return {"name": profile.name, "digest": profile.digest, "version": profile.version}
