"""A decision as it is served: what was decided, its state by now, who voted, and what is next, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from service.access import queries as access
from service.access.models import Member
from service.decisions import guarding, guardrails, queries, service, voting
from service.decisions.approval_models import BreakGlass, Rebase
from service.decisions.guardrails import Finding
from service.decisions.models import Decision, Purchase, Vote
from service.decisions.quorum import Quorum
from service.decisions.states import FOCUS, State
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Beside:
    """What is read once for all decisions of an answer: rules in force, votes and purchases by decision, members."""

    rules: dict[str, Any]
    votes: dict[str, list[Vote]]
    purchases: dict[str, Purchase]
    broken: dict[str, BreakGlass]
    rebases: dict[str, list[Rebase]]
    people: dict[str, Member]


class Shown(Over[Decision]):
    """A decision as it stands now, with its tag."""

    def __init__(self, tx: Transaction, row: Decision, beside: "Beside") -> None:
        """Join what is stored and what follows from the moment."""
        votes, purchase = beside.votes[row.id], beside.purchases.get(row.id)
        self.row = row
        self.state = service.clock_of(row).at(cast("State", row.state), tx.now)
        self.findings: list[Finding] = []
        self.quorum: Quorum | None = None
        if self.state == "proposed":
            looked = guarding.facts_for_rules(tx, row, beside.rules)
            self.findings = guardrails.findings(beside.rules, looked)
            self.quorum = voting.quorum_of(tx, row, guardrails.need(beside.rules, looked), votes)
        self.votes = [_vote(vote, beside.people) for vote in votes]
        self.purchase = None if purchase is None else {"id": purchase.id, "created_at": purchase.created_at} | {
            "reference": purchase.reference, "commitment_id": purchase.commitment_id, **purchase.facts
        }  # fmt: skip
        self.break_glass = _break_glass(tx, beside.broken.get(row.id), beside.people)
        self.purchase_request_digest = (row.purchase_request or {}).get("digest")
        self.rebases = [_rebase(each, beside.people) for each in beside.rebases[row.id]]
        self.proposer, self.owner = (person(beside.people[each]) for each in (row.proposer_id, row.owner_id))
        self.needs = None if self.quorum is None else needs_of(self.quorum)
        self.sentence = self._sentence() + self._review()
        self.focus_status = FOCUS[self.state]
        if self.state == "ended" and row.ends_on is not None and tx.now.date().isoformat() <= row.ends_on:
            self.focus_status = "Canceled"

    @property
    def etag(self) -> str:
        """The tag of the row and of the state that the clock says."""
        return f"{self.row.etag}-{self.state}"

    def _sentence(self) -> str:
        row = self.row
        if self.quorum is not None:
            return f"{self.quorum.sentence} It lapses after {row.valid_until}."
        if self.state == "approved" and row.buys:
            return f"Approved: buy by {row.purchase_by} and record the purchase, or it lapses."
        if self.state in ("approved", "purchased"):
            return f"{self.state.capitalize()}: active from {row.starts_on} on."
        if self.state == "active":
            return "Active." if row.ends_on is None else f"Active until {row.ends_on}."
        if self.state == "lapsed" and row.state != "lapsed":
            return "Lapsed: the next step was not taken in time."
        told = {"superseded": f"Replaced by {row.superseded_by_id}.", "lapsed": "The next step was not taken in time."}
        return f"{self.state.capitalize()}. {told.get(self.state, row.state_reason)}".strip()

    def _review(self) -> str:
        """Say when an approval by break-glass is to be reviewed, as long as it is not."""
        broken = self.break_glass
        if broken is None or broken["review_state"] == "done":
            return ""
        late = "is overdue since" if broken["review_state"] == "overdue" else "must be reviewed by"
        return f" Approved by break-glass, which {late} {broken['review_by']}."


def shown(tx: Transaction, row: Decision) -> Shown:
    """Return one decision as it stands now."""
    return shown_all(tx, [row])[0]


def shown_all(tx: Transaction, rows: Sequence[Decision]) -> list[Shown]:
    """Return decisions as they stand now."""
    ids = [row.id for row in rows]
    votes = queries.votes_of(tx, ids)
    cast = [vote for cast_votes in votes.values() for vote in cast_votes]
    broken, rebases = queries.broken_of(tx, ids), queries.rebases_of(tx, ids)
    members = {vote.member_id for vote in cast} | {vote.on_behalf_of for vote in cast if vote.on_behalf_of is not None}
    members |= {rebase.member_id for moves in rebases.values() for rebase in moves}
    for each in broken.values():
        members |= {each.member_id, *([] if each.reviewer_id is None else [each.reviewer_id])}
    people = access.members_of(tx, members.union(*({row.proposer_id, row.owner_id} for row in rows)))
    beside = Beside(guarding.rules_in_force(tx)[1], votes, queries.purchases_of(tx, ids), broken, rebases, people)
    return [Shown(tx, row, beside) for row in rows]


def needs_of(quorum: Quorum) -> dict[str, Any]:
    """Return what is needed, as it is served."""
    return {
        "approvers": quorum.need.total,
        "role": quorum.need.role,
        "missing": quorum.missing,
        "approved_by": [person(member) for member in quorum.approving],
        "sentence": quorum.sentence,
    }


def _break_glass(tx: Transaction, broken: BreakGlass | None, people: dict[str, Member]) -> dict[str, Any] | None:
    if broken is None:
        return None
    late = broken.review_by < tx.now.date().isoformat()
    return {
        "member": person(people[broken.member_id]),
        "review_state": "done" if broken.reviewed_at is not None else "overdue" if late else "due",
        "reviewed_by": None if broken.reviewer_id is None else person(people[broken.reviewer_id]),
        **{
            name: getattr(broken, name)
            for name in ("created_at", "reason", "overridden", "review_by", "reviewed_at", "review")
        },
    }


def _rebase(rebase: Rebase, people: dict[str, Member]) -> dict[str, Any]:
    evidence = ("from_evaluation_id", "to_evaluation_id", "from_digest", "to_digest")
    parts = ("created_at", *evidence, "carried", "because", "differences")
    return {"member": person(people[rebase.member_id]), **{name: getattr(rebase, name) for name in parts}}


def _vote(vote: Vote, members: dict[str, Member]) -> dict[str, Any]:
    return {
        "member": person(members[vote.member_id]),
        "vote": vote.vote,
        "reason": vote.reason,
        "digest": vote.digest,
        "on_behalf_of": None if vote.on_behalf_of is None else person(members[vote.on_behalf_of]),
        "carried_from": vote.carried_from,
        "created_at": vote.created_at,
    }


def person(member: Member) -> dict[str, str]:
    """Return a member as it is named beside what it did."""
    return {"id": member.id, "name": member.name}
