"""The one table of a decision's states and of the steps between them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

State = Literal["proposed", "approved", "purchased", "active", "ended", "rejected", "withdrawn", "lapsed", "superseded"]

STATES: tuple[State, ...] = get_args(State)

EVENTS: dict[State, str] = {state: f"decision.{state}" for state in STATES} | {"active": "decision.activated"}
"""Action of the event of each state's beginning."""

FOCUS: dict[State, str | None] = {
    "proposed": "Proposed",
    "approved": "Proposed",
    "purchased": "Pending",
    "active": "Active",
    "ended": "Expired",
    "superseded": "Superseded",
    "rejected": None,
    "withdrawn": None,
    "lapsed": None,
}
"""ContractCommitmentLifecycleStatus of FOCUS 1.4; an end before `ends_on` is Canceled."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step from one of some states to another. who: may take it; condition: must hold. Both are sentences."""

    before: tuple[State, ...]
    after: State
    who: str
    condition: str


TRANSITIONS: tuple[Step, ...] = (
    Step(
        ("proposed",), "approved", "the last vote that makes the quorum", "guardrails hold, voters are still entitled"
    ),
    Step(("proposed",), "rejected", "one entitled rejection", "with a reason"),
    Step(("proposed",), "withdrawn", "its proposer, or an admin", "an admin gives a reason"),
    Step(("proposed", "approved"), "lapsed", "the clock", "valid_until or purchase_by passed without the next step"),
    Step(("approved",), "purchased", "who may purchase", "something is to be bought; with reference, price and dates"),
    Step(("approved", "purchased"), "active", "the clock", "at starts_on; bought, or nothing is to be bought"),
    Step(("active",), "ended", "the clock, or who may purchase", "at ends_on, or before with a reason"),
    Step(
        ("approved", "purchased", "active"),
        "superseded",
        "the approval of another decision",
        "of the workload, naming it",
    ),
)
"""Every step there is."""

ALLOWED = frozenset((before, step.after) for step in TRANSITIONS for before in step.before)


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clock asks of a decision: its days, and whether something is to be bought. Ends count whole days."""

    valid_until: date
    purchase_by: date
    starts_on: date
    ends_on: date | None
    buys: bool

    def next(self, state: State) -> tuple[datetime, State] | None:
        """Return when the clock moves a decision of this state, and where to; None where it never does."""
        if state == "proposed":
            return _after(self.valid_until), "lapsed"
        if state == "approved" and self.buys:
            return _after(self.purchase_by), "lapsed"
        if state in ("approved", "purchased"):
            return _midnight(self.starts_on), "active"
        if state == "active" and self.ends_on is not None:
            return _after(self.ends_on), "ended"
        return None

    def at(self, state: State, now: datetime) -> State:
        """Return the state that a decision stored in `state` has by now."""
        due = self.next(state)
        while due is not None and due[0] <= now:
            state = due[1]
            due = self.next(state)
        return state


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _after(day: date) -> datetime:
    return _midnight(day + timedelta(days=1))
