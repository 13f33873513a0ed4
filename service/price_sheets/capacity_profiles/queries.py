"""Queries on capacity profiles. Every one names the organization."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.price_sheets.capacity_profiles.models import CapacityProfile, CapacityProfileVersion


def profiles(organization_id: str) -> Select[CapacityProfile]:
    """Return the statement of all profiles."""
    return select(CapacityProfile).where(CapacityProfile.organization_id == organization_id)


def profile(session: Session, organization_id: str, capacity_profile_id: str) -> CapacityProfile | None:
    """Return one profile."""
    return session.scalar(profiles(organization_id).where(CapacityProfile.id == capacity_profile_id))


def profile_named(session: Session, organization_id: str, name: str) -> CapacityProfile | None:
    """Return the profile of this name."""
    return session.scalar(profiles(organization_id).where(CapacityProfile.name == name))


def versions(organization_id: str, capacity_profile_id: str) -> Select[CapacityProfileVersion]:
    """Return the statement of a profile's versions."""
    return select(CapacityProfileVersion).where(
        CapacityProfileVersion.organization_id == organization_id,
        CapacityProfileVersion.capacity_profile_id == capacity_profile_id,
    )


def version(
    session: Session, organization_id: str, capacity_profile_id: str, number: int
) -> CapacityProfileVersion | None:
    """Return one version of a profile."""
    statement = versions(organization_id, capacity_profile_id)
    return session.scalar(statement.where(CapacityProfileVersion.version == number))
