"""API keys: what proves a caller, what it may do, and when it stops."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from service.access import keys
from service.access.models import ApiKey
from service.access.roles import ROLES, SCOPES, Role
from service.kit.db.database import Database
from service.kit.http.idempotency import IdempotencyKey
from tests.clients import ApiClient

pytestmark = pytest.mark.both_engines


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_shown_once_and_only_its_digest_is_kept(api: ApiClient, database: Database) -> None:
    made = api.post("/v1/api-keys", json={"name": "CI", "role": "viewer"})
    assert made.status_code == 201
    key = made.json["key"]
    secret = key.split("_")[2]
    assert "key" not in api.get(made.headers["Location"]).json
    assert secret not in api.get("/v1/api-keys").text
    assert secret not in api.get("/v1/events").text
    with database.reading() as session:
        for row in session.execute(select(ApiKey.__table__)):
            assert secret not in str(tuple(row))
            assert bytes.fromhex(secret) not in tuple(row)


def test_the_answer_with_the_secret_is_not_kept_for_repeats(api: ApiClient, database: Database) -> None:
    body, headers = {"name": "CI", "role": "viewer"}, {"Idempotency-Key": "k"}
    made = api.post("/v1/api-keys", json=body, headers=headers)
    repeat = api.post("/v1/api-keys", json=body, headers=headers)
    assert repeat.status_code == 409
    assert repeat.json["type"] == "/docs/problems/answer-shown-once"
    assert repeat.headers["Location"] == made.headers["Location"]
    assert len(api.get("/v1/api-keys").json["items"]) == 2
    with database.reading() as session:
        kept = session.scalars(select(IdempotencyKey)).one()
    assert (kept.status, kept.body) == (201, b"")


def spoiled(key: str) -> list[str]:
    prefix, key_id, secret, checksum = key.split("_")
    other = keys.new().spelled()
    wrong_secret = keys.Token(f"key_{key_id}", "0" * 64).spelled()
    return [
        "",
        "x",
        key[:-1],
        key + "0",
        key.upper(),
        f"{prefix}_{key_id}_{secret}_00000000",
        f"{prefix}_{key_id}_{secret}",
        f"{prefix}_{key_id}_{'0' * 64}_{checksum}",
        wrong_secret,
        other,
        f"{key} {key}",
        key + "\x00",
        "é" * 40,
    ]


def test_every_way_a_key_can_be_wrong_answers_alike(api: ApiClient) -> None:
    answers = [api.get("/v1/organization", headers=bearer(key)) for key in spoiled(api.key)]
    answers.append(api.get("/v1/organization", headers={"Authorization": f"Basic {api.key}"}))
    answers.append(api.get("/v1/organization", headers={"Authorization": ""}))
    bodies = {re.sub(r'"request_id":"\w+"', "", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="crossover"'}


def test_the_scheme_is_read_in_any_case(api: ApiClient) -> None:
    assert api.get("/v1/organization", headers={"Authorization": f"bearer {api.key}"}).status_code == 200


def test_a_revoked_key_is_dead_at_once_and_for_ever(api: ApiClient) -> None:
    viewer = api.as_role("viewer")
    assert viewer.get("/v1/organization").status_code == 200
    made = next(item for item in api.get("/v1/api-keys").json["items"] if item["role"] == "viewer")
    for _ in range(2):
        assert api.delete(f"/v1/api-keys/{made['id']}").status_code == 204
        assert viewer.get("/v1/organization").status_code == 401
    assert api.get(f"/v1/api-keys/{made['id']}").json["revoked_at"] is not None
    assert [event["action"] for event in api.get("/v1/events").json["items"]].count("api_key.revoked") == 1


def test_a_key_cannot_revoke_itself(api: ApiClient) -> None:
    mine = api.get("/v1/api-keys").json["items"][0]
    assert api.delete(f"/v1/api-keys/{mine['id']}").status_code == 409
    assert api.get("/v1/organization").status_code == 200


def test_a_key_expires(api: ApiClient) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    body = {"name": "short", "role": "viewer", "expires_at": until.isoformat()}
    key = api.post("/v1/api-keys", json=body).json["key"]
    assert api.get("/v1/organization", headers=bearer(key)).status_code == 200
    with time_machine.travel(until, tick=False):
        assert api.get("/v1/organization", headers=bearer(key)).status_code == 401


def test_a_key_that_would_never_have_worked_is_not_made(api: ApiClient) -> None:
    body = {"name": "late", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}
    answer = api.post("/v1/api-keys", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/expires_at"


@pytest.mark.parametrize("role", ROLES)
def test_a_key_makes_no_key_of_a_wider_role(api: ApiClient, role: Role) -> None:
    maker = api.as_role(role)
    for wanted in ROLES:
        answer = maker.post("/v1/api-keys", json={"name": "x", "role": wanted})
        allowed = "api_keys:write" in SCOPES[role] and SCOPES[wanted] <= SCOPES[role]
        assert answer.status_code == (201 if allowed else 403), (role, wanted)


def test_the_use_of_a_key_is_noted_to_the_hour(api: ApiClient) -> None:
    def noted() -> str:
        return str(api.get("/v1/api-keys").json["items"][0]["last_used_at"])

    start = datetime.now(UTC)
    api.get("/v1/organization")
    first = noted()
    with time_machine.travel(start + timedelta(minutes=59), tick=False):
        assert noted() == first
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        api.get("/v1/organization")
        assert noted() > first


def test_keys_are_listed_newest_first(api: ApiClient) -> None:
    for number in range(3):
        api.post("/v1/api-keys", json={"name": f"k{number}", "role": "viewer"})
    names = [item["name"] for item in api.get("/v1/api-keys").json["items"]]
    assert names == ["k2", "k1", "k0", "owner"]


def test_the_organization_is_the_keys_own(api: ApiClient, other_api: ApiClient) -> None:
    assert api.get("/v1/organization").json["name"] == "Example"
    assert other_api.get("/v1/organization").json["name"] == "Other"
