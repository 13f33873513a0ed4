"""Queries on policies."""

from sqlalchemy import Select, select

from service.kit.db.transaction import Transaction
from service.policies.models import DefaultPolicy, PolicyVersion, StoredPolicy


def policies(tx: Transaction) -> Select[StoredPolicy]:
    """Return the statement of the organization's policies."""
    return select(StoredPolicy).where(StoredPolicy.organization_id == tx.organization_id)


def policy(tx: Transaction, policy_id: str) -> StoredPolicy | None:
    """Return one of the organization's policies."""
    return tx.session.scalar(policies(tx).where(StoredPolicy.id == policy_id))


def newest(tx: Transaction) -> Select[PolicyVersion]:
    """Return the statement of the newest version of each of the organization's policies."""
    return (
        select(PolicyVersion)
        .join(StoredPolicy, StoredPolicy.id == PolicyVersion.policy_id)
        .where(StoredPolicy.organization_id == tx.organization_id, PolicyVersion.number == StoredPolicy.version)
    )


def versions(tx: Transaction, policy_id: str) -> Select[PolicyVersion]:
    """Return the statement of a policy's versions."""
    return select(PolicyVersion).where(
        PolicyVersion.organization_id == tx.organization_id, PolicyVersion.policy_id == policy_id
    )


def version(tx: Transaction, policy_id: str, number: int | None) -> PolicyVersion | None:
    """Return one version of a policy, the newest where `number` is None."""
    statement = versions(tx, policy_id).order_by(PolicyVersion.number.desc()).limit(1)
    return tx.session.scalar(statement if number is None else statement.where(PolicyVersion.number == number))


def defaults(tx: Transaction) -> Select[DefaultPolicy]:
    """Return the statement of the organization's defaults, past and present."""
    return select(DefaultPolicy).where(DefaultPolicy.organization_id == tx.organization_id)


def default(tx: Transaction) -> DefaultPolicy | None:
    """Return the default in force."""
    newest_first = (DefaultPolicy.created_at.desc(), DefaultPolicy.id.desc())
    return tx.session.scalar(defaults(tx).order_by(*newest_first).limit(1))
