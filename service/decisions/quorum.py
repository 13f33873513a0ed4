"""The quorum: whose votes count, whether they suffice, and what is still missing, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.access.models import Member
from service.decisions.guardrails import ENTITLED, Need, people
from service.decisions.models import Vote


@dataclass(frozen=True, slots=True)
class Quorum:
    """How votes stand. barred: members whose vote never counts: who proposed and who owns.

    approving, rejecting: entitled members by their newest vote on this content.
    """

    need: Need
    barred: Sequence[Member]
    approving: Sequence[Member]
    rejecting: Sequence[Member]

    @property
    def missing(self) -> int:
        """How many approvals are still needed."""
        return max(0, self.need.approvers - len(self.approving))

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
        return f"Needs {said} who {'is' if self.missing == 1 else 'are'} not {listed([m.name for m in taken])}."


def quorum(
    need: Need, digest: str, votes: Iterable[Vote], members: Mapping[str, Member], barred: Sequence[Member]
) -> Quorum:
    """Count the votes on the content of this digest: the newest of each member, if it is entitled by now.

    votes: in the order they were cast. members: by id, as they stand now.
    """
    newest = {vote.member_id: vote for vote in votes}
    excluded = {member.id for member in barred}
    counting = [
        (members[vote.member_id], vote.vote)
        for vote in newest.values()
        if vote.digest == digest and vote.member_id not in excluded and is_entitled(members[vote.member_id], need.role)
    ]
    return Quorum(
        need,
        barred,
        [member for member, vote in counting if vote == "approve"],
        [member for member, vote in counting if vote == "reject"],
    )


def is_entitled(member: Member, role: str) -> bool:
    """Whether a member's vote counts where approvals of a role are asked for."""
    return member.state == "active" and member.role in ENTITLED[role]


def listed(names: Sequence[str]) -> str:
    """Return names as `Dana or Lee`."""
    return " or ".join(([", ".join(names[:-1])] if len(names) > 1 else []) + list(names[-1:]))
