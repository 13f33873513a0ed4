"""Queries on aliases of models. Every one names the organization."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.model_names.models import ModelAlias


def aliases(organization_id: str) -> Select[ModelAlias]:
    """Return the statement of the organization's aliases."""
    return select(ModelAlias).where(ModelAlias.organization_id == organization_id)


def alias(session: Session, organization_id: str, alias_id: str) -> ModelAlias | None:
    """Return one of the organization's aliases."""
    return session.scalar(aliases(organization_id).where(ModelAlias.id == alias_id))


def pairs(session: Session, organization_id: str) -> dict[str, str]:
    """Return the models that the organization's aliases stand for, by alias."""
    return {row.alias: row.model for row in session.scalars(aliases(organization_id))}
