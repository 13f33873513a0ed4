"""People who decide, and decisions for them: what tests of decisions stand on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from service.access.roles import Role
from tests.clients import Answer, ApiClient


class Person(ApiClient):
    """A caller who is a member of their own."""

    def __init__(self, app: Flask, organization_id: str, key: str, member_id: str) -> None:
        super().__init__(app, organization_id, key)
        self.member_id = member_id

    def vote(self, decision: dict[str, Any], vote: str = "approve", **said: object) -> Answer:
        body = {"vote": vote, "digest": decision["digest"], **said}
        return self.post(f"/v1/decisions/{decision['id']}/votes", json=body)


def second(api: ApiClient, name: str, role: Role = "approver") -> Person:
    """Return another person of the organization."""
    made = api.post("/v1/members", json={"name": name, "role": role})
    assert made.status_code == 201, made.text
    return another_key(api, made.json["id"], role)


def another_key(api: ApiClient, member_id: str, role: Role) -> Person:
    """Return a person with a new key."""
    key = api.post("/v1/api-keys", json={"name": "key", "role": role, "member_id": member_id})
    assert key.status_code == 201, key.text
    return Person(api.app, api.organization_id, key.json["key"], member_id)


def option_of(api: ApiClient, evaluation_id: str, months: int) -> str:
    """Return the key of a dedicated option of that term."""
    options = api.get(f"/v1/evaluations/{evaluation_id}").json["options"]
    found = [
        o["key"] for o in options if o["mode"] == "dedicated" and o["term_months"] == months and not o["ruled_out"]
    ]
    return str(found[0])


def proposed(api: ApiClient, evaluation_id: str, months: int, **said: object) -> Answer:
    """Propose the dedicated option of that term."""
    option = option_of(api, evaluation_id, months)
    until = str(datetime.now(UTC).date() + timedelta(days=30))
    given = {"option": option, "override_reason": "Calm nights.", "valid_until": until}
    body = {"evaluation_id": evaluation_id, **given, **said}
    return api.post("/v1/decisions", json=body)


def propose(api: ApiClient, evaluation_id: str, months: int = 12, **said: object) -> dict[str, Any]:
    """Propose the dedicated option of that term; return the decision."""
    answer = proposed(api, evaluation_id, months, **said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)
