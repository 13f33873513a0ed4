"""Members: adding, changing and deactivating them. Who decides is a member, whichever of its keys it uses."""

from typing import Any, cast

from service.access import queries
from service.access.models import Member
from service.access.roles import ROLES, SCOPES, Role
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FORBIDDEN, Problem, or_not_found

FACTS = ("kind", "name", "email", "subject", "role", "state")


def get(tx: Transaction, member_id: str) -> Member:
    """Return a member of the organization. Raises Problem 404."""
    return or_not_found(queries.member(tx, member_id), "No member has this id.")


def acting(tx: Transaction) -> Member:
    """Return the member who acts. Raises Problem 403 where nobody does, or a member who was deactivated."""
    member = known(tx)
    if member is None or member.state != "active":
        raise Problem(FORBIDDEN, "Only an active member of the organization does this.")
    return member


def known(tx: Transaction) -> Member | None:
    """Return the member who acts, None where nobody does."""
    return None if tx.actor.member_id is None else queries.member(tx, tx.actor.member_id)


def join(tx: Transaction, subject: str, name: str, email: str, *, verified: bool) -> Member:
    """Return the member a person of the identity provider is, who signs in for the first time.

    email: as the provider says, empty where it says none; verified: whether it says that it was. Who was added here by
    that address before is that member from now on, so that one person never is two. Raises Problem 403 where the
    address is another's, or nobody verified it.
    """
    found = queries.member_of_subject(tx, subject)
    if found is not None:
        return found
    known = tx.session.scalar(queries.members(tx, {"email": email.lower()})) if email else None
    if known is None:
        role = next(role for role in reversed(ROLES) if SCOPES[role] <= tx.actor.scopes)
        kept = email if verified else ""
        return create(tx, {"kind": "person", "name": name, "email": kept, "subject": subject, "role": role})
    if not verified or known.kind != "person" or known.subject is not None:
        raise Problem(
            FORBIDDEN,
            f"A member of your e-mail address is here already ({known.id}); an admin can set its subject to {subject} "
            "under /v1/members, or change its address.",
        )
    before = facts(known)
    known.subject = subject
    events.append(tx, "member.changed", known.id, before=before, after=facts(known))
    return known


def create(tx: Transaction, said: dict[str, Any]) -> Member:
    """Add a member; said: the loaded NewMemberSchema. Raises Problem 403, 409 where the e-mail is taken."""
    _require_role(tx, said["role"])
    _require_one_person(tx, said, None)
    member = Member(id=ids.new("mb"), organization_id=tx.organization_id, created_at=tx.now, **_columns(said))
    tx.session.add(member)
    events.append(tx, "member.created", member.id, after=facts(member))
    return member


def change(tx: Transaction, member_id: str, said: dict[str, Any]) -> Member:
    """Replace the facts given. Raises Problem 404, 412, 428; 403 for a role wider than one's own; 409.

    Nobody changes their own role or state, so an organization never loses its last owner and nobody rises alone.
    """
    member = get(tx, member_id)
    etags.require_match(member)
    before = facts(member)
    if {"role", "state"} & said.keys():
        _require_other(tx, member)
    _require_role(tx, said.get("role", member.role))
    _require_one_person(tx, said, member.id)
    for name, value in _columns(said).items():
        setattr(member, name, value)
    if "state" in said and said["state"] != before["state"]:
        member.deactivated_at = tx.now if said["state"] == "deactivated" else None
    if facts(member) != before:
        events.append(tx, _action(before, member), member.id, before=before, after=facts(member))
    return member


def facts(member: Member) -> dict[str, Any]:
    """Return what is said of a member, as JSON values."""
    return {name: getattr(member, name) for name in FACTS}


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in said.items() if name != "state"}
    return columns | ({"email": columns["email"].lower()} if "email" in columns else {})


def _action(before: dict[str, Any], member: Member) -> str:
    if before["state"] == member.state:
        return "member.changed"
    return "member.deactivated" if member.state == "deactivated" else "member.reactivated"


def _require_other(tx: Transaction, member: Member) -> None:
    if member.id == tx.actor.member_id:
        raise Problem(CONFLICT, "Nobody changes their own role or state; another admin or owner can.")
    _require_role(tx, member.role)


def _require_role(tx: Transaction, role: str) -> None:
    if not SCOPES[cast("Role", role)] <= tx.actor.scopes:
        raise Problem(FORBIDDEN, f"Nobody gives, takes or changes a role wider than their own; {role} is wider.")


def _require_one_person(tx: Transaction, said: dict[str, Any], but: str | None) -> None:
    """Raise Problem 409 where the e-mail address or the subject is another member's already."""
    email, subject = said.get("email"), said.get("subject")
    holders = list(tx.session.scalars(queries.members(tx, {"email": email.lower()}))) if email else []
    holder = queries.member_of_subject(tx, subject) if subject else None
    for found in [*holders, *([] if holder is None else [holder])]:
        if found.id != but:
            raise Problem(CONFLICT, f"{found.name} ({found.id}) has this address or subject; one person is one member.")
