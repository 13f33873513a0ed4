"""The service as the life cycle's test finds it: people with keys, an evaluation to decide on, and guardrails."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine

from service.access.roles import Role
from service.decisions.guardrails import DEFAULT
from service.decisions.lapsing import LAPSE
from service.decisions.models import Guardrails
from service.kit import canonical_json, ids
from service.kit.db.database import Database
from tests.clients import ApiClient, transaction
from tests.deciding import Person as Caller
from tests.deciding import another_key, second
from tests.evaluating import evaluate, new_sheet, new_workload, sheet, upload
from tests.oracles.life_cycle import Key, Person

ROLES: dict[str, Role] = {
    "Olga": "owner",
    "Ada": "admin",
    "Ann": "analyst",
    "Pat": "approver",
    "Lou": "approver",
    "Vic": "viewer",
}

RULES: tuple[list[dict[str, Any]], ...] = (
    [{"from": "0", "approvers": 1, "role": "approver"}, {"from": "60000", "approvers": 2, "role": "approver"}],
    [{"from": "0", "approvers": 2, "role": "approver"}, {"from": "80000", "approvers": 1, "role": "owner"}],
    [{"from": "0", "approvers": 1, "role": "admin"}, {"from": "24528.01", "approvers": 2, "role": "admin"}],
)
"""Bands that are in force in turn; 24,528 is what a year costs."""

OPTIONS = {"dedicated:acme/gpu@12x1": Decimal(24528), "dedicated:acme/gpu@36x1": Decimal(52560), "stay": Decimal(0)}
"""What is proposed, and what it commits; `stay` goes on with tokens."""


class World:
    """The service of one test: people with two keys each, and an evaluation to decide on."""

    def __init__(self, api: ApiClient, database: Database) -> None:
        """Set up people and the evaluation, at an hour of their own."""
        self.api, self.database = api, database
        self.now = datetime(2027, 1, 1, 12, tzinfo=UTC)
        self.counted: Counter[str] = Counter()
        document = sheet()
        document["offers"][1]["rates"].append({"term_months": 36, "hourly": "2.00"})
        new_sheet(api, document)
        workload_id = new_workload(api, incumbent="serverless:acme/tokens")
        upload(api, workload_id)
        self.evaluation_id = evaluate(api, workload_id).json["id"]
        self.callers: dict[Key, Caller] = {}
        self.people = [self._person(name, role) for name, role in ROLES.items()]
        self.number = 0

    def _person(self, name: str, role: Role) -> Person:
        first = second(self.api, name, role)
        person = Person(first.member_id, name, role)
        narrower: Role = "approver" if role in ("owner", "admin") else "viewer"
        for caller, own in ((first, role), (another_key(self.api, first.member_id, narrower), narrower)):
            self.callers[Key(person, own, self.now - timedelta(days=9999))] = caller
        return person

    def change(self, person: Person, **said: str) -> None:
        """Change a member, by somebody who is none of them."""
        path = f"/v1/members/{person.id}"
        with time_machine.travel(self.now, tick=False):
            tag = self.api.get(path).headers["ETag"]
            answer = self.api.patch(path, json=said, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text
        person.role, person.is_active = answer.json["role"], answer.json["state"] == "active"

    def enact(self, bands: list[dict[str, Any]]) -> list[tuple[Decimal, int, str]]:
        """Put bands in force; return them as the model has them."""
        self.number += 1
        content = {**DEFAULT, "bands": {"USD": bands}}
        with transaction(self.database, self.api.organization_id) as tx:
            old = tx.session.query(Guardrails).filter(Guardrails.state == "in_force").one_or_none()
            if old is not None:
                old.state = "retired"
                tx.session.flush()
            tx.session.add(
                Guardrails(
                    id=ids.new("gr"), organization_id=tx.organization_id, created_at=tx.now, number=self.number,
                    state="in_force", reason="", proposer_id=self.people[0].id, content=content, votes=[],
                    digest=canonical_json.digest(canonical_json.dumps(content)), decided_at=tx.now,
                )
            )  # fmt: skip
        return [(Decimal(band["from"]), band["approvers"], band["role"]) for band in bands]

    def settle(self) -> None:
        """Do the chore of the clock."""
        self.database.write(lambda session: LAPSE.run(session, self.now))
