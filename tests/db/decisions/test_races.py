"""Steps that race over HTTP against real processes: one wins, the others are told, and each step has one event."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.decisions.guardrails import DEFAULT
from service.decisions.lapsing import LAPSE
from service.decisions.models import Guardrails
from service.kit import canonical_json, clock, ids
from service.kit.db.database import Database
from tests.clients import transaction
from tests.effort import EFFORT
from tests.evaluating import csv_of, sheet, week
from tests.server import JSON, Server, serving

RACES = 1000 if EFFORT == "prove" else 8
"""Races of last votes; a fifth as many of each other kind."""

VOTERS = 5


@dataclass
class Scene:
    """A server, its people, and decisions of which each replaces the one before, so that two approvers are enough."""

    server: Server
    database: Database
    evaluation_id: str
    organization_id: str
    voters: list[str]
    pool: ThreadPoolExecutor
    newest: str | None = None
    seen: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, path: str, body: object, key: str | None = None, tag: str = "") -> tuple[int, Any]:
        headers = {**JSON, **({"Authorization": f"Bearer {key}"} if key else {}), **({"If-Match": tag} if tag else {})}
        return self.server.call(method, path, json.dumps(body), headers)

    def half_approved(self) -> dict[str, Any]:
        """Propose a decision and approve it once; the next approval is the last."""
        until = str(datetime.now(UTC).date() + timedelta(days=30))
        said = {"evaluation_id": self.evaluation_id, "option": "dedicated:acme/gpu@12x1", "override_reason": "So."}
        status, made = self.call("POST", "/v1/decisions", {**said, "valid_until": until, "supersedes_id": self.newest})
        assert status == 201, made
        status, voted = self.vote(made, self.voters[0])
        assert (status, voted["needs"]["missing"]) == (200, 1), voted
        return dict(voted)

    def vote(self, decision: dict[str, Any], key: str) -> tuple[int, Any]:
        body = {"vote": "approve", "digest": decision["digest"]}
        return self.call("POST", f"/v1/decisions/{decision['id']}/votes", body, key)

    def state(self, decision: dict[str, Any]) -> str:
        return str(self.server.call("GET", f"/v1/decisions/{decision['id']}")[1]["state"])

    def race(self, *steps: Callable[[], tuple[int, Any]]) -> list[int]:
        """Take steps at once; return their statuses."""
        return [taken.result()[0] for taken in [self.pool.submit(step) for step in steps]]

    def events(self) -> dict[str, list[str]]:
        """Return the actions on each decision, in their order."""
        found: dict[str, list[str]] = {}
        told = "SELECT resource_id, action FROM events WHERE action LIKE 'decision.%' ORDER BY sequence"
        with self.database.reading() as session:
            for resource_id, action in session.execute(text(told)):
                found.setdefault(resource_id, []).append(action.removeprefix("decision."))
        return found


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    """Give a server whose guardrails ask for two approvers."""
    with serving(database.url, tmp_path, WORKERS="2") as server, ThreadPoolExecutor(VOTERS) as pool:
        status, _ = server.call("POST", "/v1/price-sheets", json.dumps(sheet()), JSON)
        assert status == 201
        evaluation = server.evaluated(server.workload(model="m70"), csv_of(week()), {})
        organization = server.call("GET", "/v1/organization")[1]["id"]
        enact(database, organization)
        keys = [new_voter(server, f"Voter {number}") for number in range(VOTERS)]
        yield Scene(server, database, evaluation["id"], organization, keys, pool)


def new_voter(server: Server, name: str) -> str:
    member = server.call("POST", "/v1/members", json.dumps({"name": name, "role": "approver"}), JSON)[1]["id"]
    body = {"name": name, "role": "approver", "member_id": member}
    return str(server.call("POST", "/v1/api-keys", json.dumps(body), JSON)[1]["key"])


def enact(database: Database, organization_id: str) -> None:
    """Have every amount need two approvers."""
    content = {**DEFAULT, "bands": {"USD": [{"from": "0", "approvers": 2, "role": "approver"}]}}
    with transaction(database, organization_id) as tx:
        proposer = tx.session.scalar(text("SELECT id FROM members"))
        facts = {"number": 1, "state": "in_force", "reason": "", "content": content, "votes": [], "decided_at": tx.now}
        digest = canonical_json.digest(canonical_json.dumps(content))
        owned = {"organization_id": organization_id, "created_at": tx.now, "proposer_id": proposer, "digest": digest}
        tx.session.add(Guardrails(id=ids.new("gr"), **owned, **facts))


def last_votes(scene: Scene) -> None:
    decision = scene.half_approved()
    votes = [lambda key=key: scene.vote(decision, key) for key in scene.voters[1:]]
    statuses = scene.race(*votes)
    assert sorted(statuses) == [200, *[409] * (len(votes) - 1)], statuses
    scene.newest = decision["id"]
    scene.seen["last votes"] += 1


def vote_and_withdrawal(scene: Scene) -> None:
    decision = scene.half_approved()
    path = f"/v1/decisions/{decision['id']}"
    tag = f'"v{decision["version"]}-proposed"'
    withdraw = lambda: scene.call("POST", f"{path}/withdrawal", {"reason": "So."}, tag=tag)  # noqa: E731
    voted, withdrawn = scene.race(lambda: scene.vote(decision, scene.voters[1]), withdraw)
    state = scene.state(decision)
    assert (voted, withdrawn in (409, 412), state) == (200, True, "approved") or (
        (voted, withdrawn, state) == (409, 200, "withdrawn")
    ), (voted, withdrawn, state)
    _keep(scene, decision, state)


def vote_and_lapse(scene: Scene) -> None:
    decision = scene.half_approved()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)

    def lapse() -> tuple[int, Any]:
        """Have the decision's last day pass, and the chore of the clock come by."""
        said = {"day": str(yesterday), "due": f"{yesterday}T23:59:59.000000Z", "id": decision["id"]}
        moved = "UPDATE decisions SET valid_until = :day, due_at = :due WHERE id = :id AND state = 'proposed'"
        scene.database.write(lambda session: session.execute(text(moved), said))
        scene.database.write(lambda session: LAPSE.run(session, clock.now()))
        return 200, None

    voted, _ = scene.race(lambda: scene.vote(decision, scene.voters[1]), lapse)
    state = scene.state(decision)
    assert (voted, state) in ((200, "approved"), (409, "lapsed")), (voted, state)
    _keep(scene, decision, state)


def purchase_and_replacement(scene: Scene) -> None:
    decision = scene.half_approved()
    old = scene.newest
    if old is None or scene.seen["bought"] >= 40:  # what was bought is added up for ever: the more, the slower
        return
    buy = lambda: scene.call("POST", f"/v1/decisions/{old}/purchases", {"reference": "PO"})  # noqa: E731
    voted, bought = scene.race(lambda: scene.vote(decision, scene.voters[1]), buy)
    assert voted == 200
    assert bought in (201, 409)
    assert scene.state({"id": old}) == "superseded"
    _keep(scene, decision, "approved")
    scene.seen["bought" if bought == 201 else "replaced first"] += 1


def _keep(scene: Scene, decision: dict[str, Any], state: str) -> None:
    scene.newest = decision["id"] if state == "approved" else scene.newest
    scene.seen[state] += 1


ENDS: Sequence[tuple[str, ...]] = (
    ("approved",), ("withdrawn",), ("lapsed",), ("approved", "superseded"), ("approved", "purchased", "superseded"), (),
)  # fmt: skip
"""What may have become of a decision."""


@pytest.mark.stress
def test_one_of_the_steps_that_race_wins_and_each_has_one_event(scene: Scene) -> None:
    for number in range(RACES):
        last_votes(scene)
        if number % 5 == 0:
            vote_and_withdrawal(scene)
            vote_and_lapse(scene)
            purchase_and_replacement(scene)
    found = scene.events()
    for actions in found.values():
        steps = tuple(action for action in actions[1:] if action != "voted")
        assert actions[0] == "proposed"
        assert steps in ENDS, actions
        assert actions.count("voted") == (2 if "approved" in steps else 1), actions
    assert scene.seen["last votes"] == RACES
    logging.getLogger(__name__).info("%s: %s", scene.database.url[:6], dict(scene.seen))
