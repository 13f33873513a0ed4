"""What may happen to decisions, said a second time in memory: days, roles, keys, votes and bands, nothing stored.

Every step answers with the status that the service must give, and changes the model as the service must change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

WIDER = {"approver": ("approver", "admin", "owner"), "admin": ("admin", "owner"), "owner": ("owner",)}

PROPOSES, VOTES, BUYS = {"analyst", "admin", "owner"}, set(WIDER["approver"]), set(WIDER["approver"])

SPEAKS = PROPOSES | VOTES
"""Who may vote at all: an analyst may do so for somebody else."""

REPLACEABLE = ("approved", "purchased", "active")

COMMITTED = (*REPLACEABLE, "ended")

OK, NO_KEY, FORBIDDEN, CONFLICT, CHANGED, INVALID = 200, 401, 403, 409, 412, 422


@dataclass(eq=False)
class Person:
    """A member. role: by now."""

    id: str
    name: str
    role: str
    is_active: bool = True


@dataclass(eq=False)
class Key:
    """A key of a person. maker: the key that made it, None: it was there before."""

    person: Person
    role: str
    made_at: datetime
    maker: "Key | None" = None

    def may(self, roles: set[str]) -> bool:
        """Whether both the key and its person have one of these roles."""
        return self.role in roles and self.person.role in roles


@dataclass(frozen=True)
class Days:
    """Days of a decision, each whole."""

    valid_until: date
    purchase_by: date
    starts_on: date
    ends_on: date


@dataclass(eq=False)
class Case:
    """A decision. votes: the newest of each person. bought: what was agreed in the end. steps: every state it had."""

    id: str
    proposer: Person
    owner: Person
    total: Decimal
    made_at: datetime
    days: Days
    replaces: "Case | None"
    votes: dict[Person, str] = field(default_factory=dict)
    approved_at: datetime | None = None
    bought: Decimal | None = None
    steps: list[str] = field(default_factory=lambda: ["proposed"])

    @property
    def state(self) -> str:
        return self.steps[-1]

    def due(self, today: date) -> str | None:
        """Return the state that the clock asks for."""
        if self.state == "proposed":
            return "lapsed" if today > self.days.valid_until else None
        if self.state == "approved" and self.total:
            return "lapsed" if today > self.days.purchase_by else None
        if self.state in ("approved", "purchased"):
            return "active" if today >= self.days.starts_on else None
        return "ended" if self.state == "active" and today > self.days.ends_on else None


@dataclass
class Model:
    """Decisions of one workload. bands: from which amount on how many of which role, the lowest first."""

    now: datetime
    bands: list[tuple[Decimal, int, str]]
    cases: list[Case] = field(default_factory=list)

    def settle(self) -> None:
        """Let the clock take every step that is due."""
        for case in self.cases:
            while (after := case.due(self.now.date())) is not None:
                case.steps.append(after)

    def need(self, case: Case, total: Decimal) -> tuple[int, str]:
        """Return how many approvals of which role an amount needs, with what else is committed within 90 days."""
        if not total:
            return 0, "approver"
        amount = total + sum(self._others(case))
        return next((count, role) for start, count, role in reversed(self.bands) if start <= amount)

    def _others(self, case: Case) -> Iterator[Decimal]:
        for other in self.cases:
            bound = other.state in COMMITTED and other is not case.replaces
            recent = other.approved_at is not None and other.approved_at > self.now - timedelta(days=90)
            if other is not case and recent and (bound or other.bought is not None):
                yield other.total if other.bought is None else other.bought

    def approving(self, case: Case) -> set[str]:
        """Return ids of the people whose approval counts by now."""
        _, role = self.need(case, case.total)
        voters = {person for person, vote in case.votes.items() if vote == "approve"} - {case.proposer, case.owner}
        return {person.id for person in voters if person.is_active and person.role in WIDER[role]}

    def proposed(self, case: Case) -> None:
        """Take in a decision that was proposed."""
        self.cases.append(case)
        if not case.total:
            self._approve(case)

    def may_propose(self, key: Key, owner: Person, replaces: Case | None) -> int:
        if not key.person.is_active or not key.may(PROPOSES):
            return _refused(key)
        if not owner.is_active:
            return INVALID
        return CONFLICT if replaces is not None and replaces.state not in REPLACEABLE else OK

    def vote(self, key: Key, case: Case, vote: str, *, reason: bool, same_digest: bool) -> int:
        if not key.person.is_active or not key.may(SPEAKS):
            return _refused(key)
        if case.state != "proposed" or not same_digest:
            return CONFLICT
        if not key.may(VOTES):
            return FORBIDDEN
        count, role = self.need(case, case.total)
        if key.person in (case.proposer, case.owner) or _is_theirs(key, case) or key.person.role not in WIDER[role]:
            return FORBIDDEN
        if vote == "reject" and not reason:
            return INVALID
        case.votes[key.person] = vote
        if vote == "reject":
            case.steps.append("rejected")
        elif vote == "approve" and len(self.approving(case)) >= count:
            self._approve(case)
        return OK

    def _approve(self, case: Case) -> None:
        case.steps.append("approved")
        case.approved_at = self.now
        if case.replaces is not None and case.replaces.state in REPLACEABLE:
            case.replaces.steps.append("superseded")
        self.settle()

    def take_back(self, key: Key, case: Case) -> int:
        if not key.person.is_active or not key.may(SPEAKS):
            return _refused(key)
        if case.state != "proposed" or case.votes.get(key.person, "none") == "none":
            return CONFLICT
        case.votes[key.person] = "none"
        return OK

    def withdraw(self, key: Key, case: Case, *, reason: bool, same_tag: bool) -> int:
        if not key.person.is_active or not key.may(PROPOSES):
            return _refused(key)
        if not same_tag or case.state != "proposed":
            return CONFLICT if same_tag else CHANGED
        if key.person is not case.proposer and (key.person.role == "analyst" or not reason):
            return FORBIDDEN if key.person.role == "analyst" else INVALID
        case.steps.append("withdrawn")
        return OK

    def buy(self, key: Key, case: Case, total: Decimal) -> int:
        if not key.person.is_active or not key.may(BUYS):
            return _refused(key)
        if case.state != "approved" or not case.total:
            return CONFLICT
        count, role = self.need(case, total)
        entitled = {p for p, vote in case.votes.items() if vote == "approve" and p.is_active and p.role in WIDER[role]}
        if total > case.total and len(entitled) < count:
            return CONFLICT
        case.bought = total
        case.steps.append("purchased")
        self.settle()
        return OK

    def end(self, key: Key, case: Case, *, reason: bool, same_tag: bool) -> int:
        if not key.person.is_active or not key.may(BUYS):
            return _refused(key)
        if not reason:
            return INVALID
        if not same_tag or case.state != "active":
            return CONFLICT if same_tag else CHANGED
        case.steps.append("ended")
        return OK


def _refused(key: Key) -> int:
    return FORBIDDEN if key.person.is_active else NO_KEY


def _is_theirs(key: Key, case: Case) -> bool:
    """Whether a key goes back, over keys made since the proposal, to one of who proposed or owns."""
    while key.maker is not None and key.made_at >= case.made_at:
        key = key.maker
        if key.person in (case.proposer, case.owner):
            return True
    return False
