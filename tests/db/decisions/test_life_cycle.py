"""The life cycle of decisions against a model of it: random people, keys, votes, days and guardrails, step by step."""

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import time_machine
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from service.decisions.states import ALLOWED, EVENTS
from service.kit.db.database import Database
from tests.clients import Answer, ApiClient
from tests.db.decisions.world import OPTIONS, ROLES, RULES, World
from tests.deciding import another_key
from tests.effort import EFFORT
from tests.oracles.life_cycle import BUYS, OK, PROPOSES, REPLACEABLE, VOTES, Case, Days, Key, Model, Person

EXAMPLES, LENGTH = (350, 30) if EFFORT == "prove" else (8, 20)

STEPS = (
    *["vote"] * 6, *["propose"] * 3, "take_back", "withdraw", "end", *["buy"] * 2, *["let_time_pass"] * 3, "change",
)  # fmt: skip
"""What happens, and how often beside the rest."""

STATES = {action: state for state, action in EVENTS.items()}

_ROLES = [{"role": role} for role in sorted({*ROLES.values()})]

CHANGES: tuple[Any, ...] = (
    *RULES, *[{}] * 4, {"state": "deactivated"}, {"state": "active"}, *_ROLES,
)  # fmt: skip
"""Guardrails; a key to make; what changes of a member."""

T = TypeVar("T")


class LifeCycle(RuleBasedStateMachine):
    """Steps on decisions of one workload, each compared with the model's answer and then with all it knows."""

    world: World

    @initialize(rules=st.sampled_from(RULES))
    def begin(self, rules: list[dict[str, Any]]) -> None:
        """Everybody is as at first, and what was decided before lies too far back to count."""
        world = self.world
        world.now += timedelta(days=100)
        world.settle()
        for person in world.people:
            if (person.role, person.is_active) != (ROLES[person.name], True):
                world.change(person, role=ROLES[person.name], state="active")
        self.model = Model(world.now, world.enact(rules))
        self.keys = [key for key in world.callers if key.maker is None]
        self.tags: dict[Case, str] = {}
        self.propose(0, 0, 0, 5, 6, 0)

    @rule(step=st.sampled_from(STEPS), lots=st.tuples(*[st.integers(0, 99)] * 6))
    def step(self, step: str, lots: tuple[int, ...]) -> None:
        """Take a step; what it takes is drawn by lot."""
        getattr(self, step)(*lots)
        self.compare()

    def propose(self, key: int, owner: int, option: int, days: int, starts: int, old: int) -> None:
        holder = self.holder(key, PROPOSES)
        responsible = _one([holder.person] * 3 + self.world.people, owner)
        replaces = self.one(old, REPLACEABLE) if old % 3 == 1 and self.model.cases else None
        name = _one(sorted(OPTIONS), option)
        today = self.world.now.date()
        valid_until = today + timedelta(days=days % 8)
        purchase_by = valid_until + timedelta(days=days % 3)
        starts_on = today + timedelta(days=starts % 12)
        ends_on = starts_on + timedelta(days=starts % 7)
        said = {
            "evaluation_id": self.world.evaluation_id, "override_reason": "Calm nights.", "owner_id": responsible.id,
            "valid_until": str(valid_until), "purchase_by": str(purchase_by), "starts_on": str(starts_on),
            "ends_on": str(ends_on), "supersedes_id": None if replaces is None else replaces.id,
            **({"kind": "stay", "option": "serverless:acme/tokens"} if name == "stay" else {"option": name}),
        }  # fmt: skip
        expected = self.model.may_propose(holder, responsible, replaces)
        answer = self.call(holder, "POST", "/v1/decisions", expected, json=said)
        if expected == OK:
            assert Decimal(answer.json["total_commitment"]) == OPTIONS[name]
            days_of = Days(valid_until, purchase_by, starts_on, ends_on)
            made = Case(answer.json["id"], holder.person, responsible, OPTIONS[name], self.world.now, days_of, replaces)
            self.model.proposed(made)

    def vote(self, key: int, case: int, vote: int, how: int, *_: int) -> None:
        decision = self.one(case, ["proposed"])
        holder = self.holder(key, VOTES, decision)
        shown = self.show(_one(self.model.cases, how) if how < 10 else decision)
        choice, reason = (
            ("reject" if vote < 8 else "abstain" if vote < 16 else "approve"),
            "" if how % 8 == 7 else "So.",
        )
        same = shown["digest"] == self.show(decision)["digest"]
        expected = self.model.vote(holder, decision, choice, reason=bool(reason), same_digest=same)
        said = {"vote": choice, "digest": shown["digest"], "reason": reason}
        self.call(holder, "POST", f"/v1/decisions/{decision.id}/votes", expected, json=said)

    def take_back(self, key: int, case: int, *_: int) -> None:
        decision = self.one(case, ["proposed"])
        voted = [each for each in self.keys if decision.votes.get(each.person, "none") != "none"]
        holder = _one(voted, key) if voted and key % 3 else self.holder(key, VOTES, decision)
        expected = self.model.take_back(holder, decision)
        self.call(holder, "DELETE", f"/v1/decisions/{decision.id}/votes", expected)

    def withdraw(self, key: int, case: int, reason: int, fresh: int, *_: int) -> None:
        self.go_back("withdrawal", self.one(case, ["proposed"]), key, reason, fresh)

    def end(self, key: int, case: int, reason: int, fresh: int, *_: int) -> None:
        self.go_back("end", self.one(case, ["active"]), key, reason, fresh)

    def go_back(self, step: str, decision: Case, key: int, reason: int, fresh: int) -> None:
        holder = self.holder(key, PROPOSES & BUYS)
        before, tag = self.tags.get(decision), self.tag(decision)
        sent = before if before is not None and not fresh % 4 else tag
        act = self.model.withdraw if step == "withdrawal" else self.model.end
        expected = act(holder, decision, reason=bool(reason % 3), same_tag=sent == tag)
        body = {"reason": "So." if reason % 3 else ""}
        path = f"/v1/decisions/{decision.id}/{step}"
        self.call(holder, "POST", path, expected, json=body, headers={"If-Match": sent})

    def buy(self, key: int, case: int, dearer: int, *_: int) -> None:
        holder, decision = self.holder(key, BUYS), self.one(case, ["approved"])
        money = self.show(decision)["content"]["money"]
        more = _one([0, 0, 500, -100], dearer) if decision.total else 0
        total = decision.total + more * Decimal(money["term_months"])
        expected = self.model.buy(holder, decision, total)
        said = {"reference": "PO", **({"monthly_per_unit": str(Decimal(money["monthly"]) + more)} if more else {})}
        self.call(holder, "POST", f"/v1/decisions/{decision.id}/purchases", expected, json=said)

    def let_time_pass(self, days: int, edge: int, settle: int, *_: int) -> None:
        """Go to the last second of a day, to the first, or to noon; the chore of the clock may have come by or not."""
        day = self.world.now.replace(hour=0, minute=0, second=0) + timedelta(days=days % 5)
        day += timedelta(seconds=_one([-1, 0, 43_200], edge))
        self.world.now = self.model.now = max(self.world.now, day)
        self.model.settle()
        if settle % 2:
            self.world.settle()
        self.count("let_time_pass", OK)

    def change(self, who: int, whose: int, what: int, *_: int) -> None:
        """Make a key, change a member or change the guardrails."""
        change = _one(CHANGES, what)
        if isinstance(change, list):
            self.model.bands = self.world.enact(change)
        elif change:
            self.world.change(_one(self.world.people, who), **change)
        else:
            self.make_a_key(self.holder(who, {"admin", "owner"}), _one(self.world.people, whose))
        self.count("change", OK)

    def make_a_key(self, maker: Key, owner: Person) -> None:
        """Have a key made for a person where its maker may."""
        wide = {"owner": 3, "admin": 2, "approver": 1, "analyst": 1, "viewer": 0}
        may = maker.person.is_active and owner.is_active and maker.may({"admin", "owner"})
        if may and wide[owner.role] <= min(wide[maker.role], wide[maker.person.role]):
            with self.at():
                made = another_key(self.world.callers[maker], owner.id, owner.role)  # type: ignore[arg-type]
            self.keys.append(Key(owner, owner.role, self.world.now, maker))
            self.world.callers[self.keys[-1]] = made

    def call(self, key: Key, method: str, path: str, expected: int, **said: Any) -> Answer:  # noqa: ANN401
        with self.at():
            answer = self.world.callers[key].call(method, path, **said)
        status = OK if answer.status_code == 201 else answer.status_code
        assert status == expected, f"{method} {path} as {key.person.name}: {answer.text}"
        self.count(f"{method} {path.rsplit('/', maxsplit=1)[-1] if '/dc_' in path else 'decisions'}", status)
        return answer

    def count(self, what: str, status: int) -> None:
        self.world.counted[f"{what} {status}"] += 1

    def at(self) -> time_machine.travel:
        return time_machine.travel(self.world.now, tick=False)

    def one(self, number: int, states: Collection[str]) -> Case:
        """Return a decision, more often than not one of these states."""
        apt = [case for case in self.model.cases if case.state in states]
        return _one(apt if apt and number < 75 else self.model.cases, number)

    def holder(self, number: int, roles: set[str], about: Case | None = None) -> Key:
        """Return a key, more often than not one of these roles, of nobody who proposed or owns."""
        barred = () if about is None else (about.proposer, about.owner)
        apt = [key for key in self.keys if key.person.is_active and key.may(roles) and key.person not in barred]
        return _one(apt if apt and number < 75 else self.keys, number)

    def tag(self, case: Case) -> str:
        with self.at():
            self.tags[case] = self.world.api.get(f"/v1/decisions/{case.id}").headers["ETag"]
        return self.tags[case]

    def show(self, case: Case) -> dict[str, Any]:
        with self.at():
            return dict(self.world.api.get(f"/v1/decisions/{case.id}").json)

    def compare(self) -> None:
        """Assert that states, votes that count, and events are those of the model."""
        with self.at():
            listed = self.world.api.get(f"/v1/decisions?limit={len(self.model.cases)}").json["items"]
        found = {one["id"]: one for one in listed}
        for case in self.model.cases:
            shown = found[case.id]
            assert shown["state"] == case.state, (shown, case)
            for before, after in zip(case.steps, case.steps[1:], strict=False):
                assert (before, after) in ALLOWED
            if case.state == "proposed":
                needs = shown["needs"]
                count, role = self.model.need(case, case.total)
                approving = self.model.approving(case)
                assert (needs["approvers"], needs["role"]) == (count, role)
                assert {each["id"] for each in needs["approved_by"]} == approving
                assert needs["missing"] == max(0, count - len(approving))
        if self.model.cases:
            self.compare_events(self.model.cases[-1])

    def compare_events(self, case: Case, *, whole: bool = False) -> None:
        """Assert that the events are the model's steps; those the clock took may still be to come, unless `whole`."""
        with self.at():
            events = self.world.api.get(f"/v1/events?resource_id={case.id}&limit=100").json["items"]
        stored = [STATES[event["action"]] for event in reversed(events) if event["action"] in STATES]
        assert stored == case.steps[: len(stored)]
        assert set(case.steps[len(stored) :]) <= {"lapsed", "active", "ended"}
        assert stored.count("approved") <= 1
        assert not whole or stored == case.steps

    def teardown(self) -> None:
        """Have the clock's steps taken, after which every step has its event and no other has one."""
        if hasattr(self, "model"):
            self.world.settle()
            for case in self.model.cases:
                self.compare_events(case, whole=True)
            told = self.world.counted
            logging.getLogger(__name__).info("%s: %d steps, %s", self.world.database.url[:6], told.total(), told)


def _one(among: Sequence[T], number: int) -> T:
    return among[number % len(among)]


def test_the_life_cycle_is_the_model_s(api: ApiClient, database: Database) -> None:
    world = World(api, database)
    machine = type("Machine", (LifeCycle,), {"world": world})
    sized = settings(max_examples=EXAMPLES, stateful_step_count=LENGTH, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=sized)
    assert world.counted.total() >= EXAMPLES * LENGTH * 0.4, world.counted
