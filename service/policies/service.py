"""Creating policies and their versions, setting the default, and finding what a policy says."""

from typing import Any

from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import FieldError, invalid, or_not_found
from service.policies import queries
from service.policies.models import DefaultPolicy, PolicyVersion, StoredPolicy
from service.policies.policy_schema import merged
from service.policies.presets import PRESETS


def get_version(tx: Transaction, policy_id: str, number: int | None = None) -> PolicyVersion:
    """Return a version of a policy, the newest where `number` is None. Raises Problem 404."""
    return or_not_found(queries.version(tx, policy_id, number), "No policy has this id and version.")


def create(tx: Transaction, facts: dict[str, Any]) -> PolicyVersion:
    """Add a policy with its first version; facts: the loaded NewPolicyVersionSchema."""
    stored = StoredPolicy(
        id=ids.new("po"), organization_id=tx.organization_id, created_at=tx.now, updated_at=tx.now, version=1
    )
    tx.session.add(stored)
    tx.session.flush()
    version = _add_version(tx, stored, facts)
    events.append(tx, "policy.created", stored.id, after=_facts(version))
    return version


def add_version(tx: Transaction, policy_id: str, facts: dict[str, Any]) -> PolicyVersion:
    """Add the next version of a policy. Raises Problem 404, 412 and 428."""
    stored = or_not_found(queries.policy(tx, policy_id), "No policy has this id.")
    etags.require_match(stored)
    before = get_version(tx, policy_id)
    stored.updated_at = tx.now
    tx.session.flush()
    version = _add_version(tx, stored, facts)
    events.append(tx, "policy.changed", stored.id, before=_facts(before), after=_facts(version))
    return version


def set_default(tx: Transaction, facts: dict[str, Any]) -> DefaultPolicy:
    """Make a policy the organization's default; facts: the loaded NewDefaultPolicySchema. Raises Problem 422."""
    policy_id, number = facts["policy_id"], facts["policy_version"]
    if policy_id is not None and queries.version(tx, policy_id, number) is None:
        raise invalid(FieldError("/policy_id", "unknown_policy", "No policy has this id and version."))
    before = queries.default(tx)
    row = DefaultPolicy(id=ids.new("pd"), organization_id=tx.organization_id, created_at=tx.now, **facts)
    tx.session.add(row)
    was = None if before is None else {"policy_id": before.policy_id, "policy_version": before.policy_version}
    events.append(tx, "default_policy.set", row.id, before=was, after=facts)
    return row


def document_of(tx: Transaction, *, preset: str | None, policy_id: str | None, number: int | None) -> dict[str, Any]:
    """Return what the named policy says: a preset, a stored policy, or else the organization's default.

    Raises Problem 422 for a policy that does not exist.
    """
    if preset is not None:
        return PRESETS[preset].policy
    if policy_id is None:
        default = queries.default(tx)
        if default is None or default.policy_id is None:
            return {}
        policy_id, number = default.policy_id, default.policy_version
    version = queries.version(tx, policy_id, number)
    if version is None:
        raise invalid(FieldError("/policy_id", "unknown_policy", "No policy has this id and version."))
    return version.document


def _add_version(tx: Transaction, stored: StoredPolicy, facts: dict[str, Any]) -> PolicyVersion:
    base = {} if facts["preset"] is None else PRESETS[facts["preset"]].policy
    version = PolicyVersion(
        policy_id=stored.id,
        number=stored.version,
        organization_id=tx.organization_id,
        name=facts["name"],
        description=facts["description"],
        preset=facts["preset"],
        document=merged(base, facts["policy"]),
        created_at=tx.now,
    )
    tx.session.add(version)
    return version


def _facts(version: PolicyVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in ("number", "name", "description", "preset", "document")}
