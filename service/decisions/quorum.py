"""The quorum: whose votes count, whether they suffice, and what is still missing, in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.access.models import Member
from service.decisions.guardrails import ENTITLED, Need, people


class Ballot(Protocol):
    """A vote, of whatever is voted on."""

    @property
    def member_id(self) -> str:
        """Whose vote it is."""
        ...

    @property
    def on_behalf_of(self) -> str | None:
        """For whom it is cast, None: for the voter."""
        ...

    @property
    def vote(self) -> str:
        """`approve`, `reject`, `abstain` or `none`."""
        ...

    @property
    def digest(self) -> str:
        """Of the content voted on."""
        ...


@dataclass(frozen=True, slots=True)
class Quorum:
    """How votes stand. barred: members whose vote never counts: who proposed and who owns.

    approving: entitled members whose vote counts, by themselves or by a delegate. named: whose approval is needed.
    """

    need: Need
    barred: Sequence[Member]
    approving: Sequence[Member]
    named: Sequence[Member] = ()

    @property
    def missing(self) -> int:
        """How many approvals are still needed.

        Roles are nested, so each approval fits a role and all wider ones: what is missing of any role and those above
        it, at most, is what is missing altogether (Hall's condition).
        """
        return len(self.absent) + max(0, *(self._lacking(role) for role in ENTITLED))

    @property
    def absent(self) -> list[Member]:
        """Named members who have not approved."""
        approving = {member.id for member in self.approving}
        return [member for member in self.named if member.id not in approving]

    def _lacking(self, role: str) -> int:
        """Return how many approvals of a role or a wider one are missing; negative where there are more."""
        named = {member.id for member in self.named}
        there = [member for member in self.approving if member.id not in named and member.role in ENTITLED[role]]
        return sum(asked in ENTITLED[role] for asked in self.need.roles) - len(there)

    @property
    def is_reached(self) -> bool:
        """Whether the approvals suffice."""
        return self.missing == 0

    @property
    def sentence(self) -> str:
        """What is needed, for people."""
        if self.is_reached:
            return "Needs no more approvals."
        still = Need(self.missing, self.need.role)
        taken = [*self.barred, *(member for member in self.approving if member not in self.barred)]
        said = people(still) if not self.approving else people(still).replace(" ", " more ", 1)
        names = listed([m.name for m in taken])
        return f"Needs {said} who {'is' if self.missing == 1 else 'are'} not {names}{self._besides}."

    @property
    def _besides(self) -> str:
        """Whom a rule asks for, as long as they have not approved."""
        roles = {also.role for also in self.need.also if also.role is not None and self._lacking(also.role) > 0}
        told = [f"one of the role {role}" for role in ENTITLED if role in roles]
        told += [
            f"{member.name}" + (", who may not vote on it" if member in self.barred else "") for member in self.absent
        ]
        return f"; among them {' and '.join(told)}" if told else ""


def quorum(
    need: Need,
    digest: str,
    votes: Iterable[Ballot],
    members: Mapping[str, Member],
    barred: Sequence[Member],
    delegated: Collection[tuple[str, str]] = (),
) -> Quorum:
    """Count the votes on the content of this digest: the newest of each member, for one who is entitled by now.

    votes: in the order they were cast. members: by id, as they stand now. delegated: pairs of delegator and delegate
    that hold by now. A person is one vote, for themselves or for another; where somebody votes who delegated it, their
    own vote counts.
    """
    excluded = {member.id for member in barred}
    by_principal: dict[str, Ballot] = {}
    for vote in _newest(votes):
        principal = vote.on_behalf_of or vote.member_id
        if excluded & {principal, vote.member_id} or vote.digest != digest or not is_entitled(members[principal], need):
            continue
        if vote.on_behalf_of is None:
            by_principal[principal] = vote
        elif (principal, vote.member_id) in delegated and members[vote.member_id].state == "active":
            by_principal.setdefault(principal, vote)
    approving = [members[principal] for principal, vote in by_principal.items() if vote.vote == "approve"]
    return Quorum(need, barred, approving, [members[member_id] for member_id in need.named])


def _newest(votes: Iterable[Ballot]) -> list[Ballot]:
    """Return the newest vote of each person, in the order of first votes."""
    return list({vote.member_id: vote for vote in votes}.values())


def is_entitled(member: Member, need: Need) -> bool:
    """Whether a member's vote counts: active, and of a role that is asked for, a wider one, or asked for by name."""
    if member.state != "active":
        return False
    return member.id in need.named or any(member.role in ENTITLED[role] for role in need.roles)


def listed(names: Sequence[str]) -> str:
    """Return names as `Dana or Lee`."""
    return " or ".join(([", ".join(names[:-1])] if len(names) > 1 else []) + list(names[-1:]))
