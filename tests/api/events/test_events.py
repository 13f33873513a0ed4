"""Events: one for every write, in order, chained so that no change of them goes unseen."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.events.verification import verify
from service.kit.db.database import Database
from tests.clients import ApiClient, transaction

pytestmark = pytest.mark.both_engines

CHAT = {"name": "Chat", "model": "m70"}


def listed(api: ApiClient, query: str = "") -> list[dict[str, object]]:
    items: list[dict[str, object]] = api.get(f"/v1/events?limit=200{query}").json["items"]
    return items


def test_every_write_appends_one_event_that_says_who_and_under_which_request(api: ApiClient) -> None:
    headers = {"X-Request-Id": "my-request-1"}
    made = api.post("/v1/workloads", json=CHAT, headers=headers)
    workload = made.json["id"]
    changed = api.patch(f"/v1/workloads/{workload}", json={"name": "Talk"}, headers={"If-Match": made.headers["ETag"]})
    api.delete(f"/v1/workloads/{workload}", headers={"If-Match": changed.headers["ETag"]})
    deleted, changed_event, created, first, member = listed(api)
    assert [event["action"] for event in (deleted, changed_event, created, first, member)] == [
        "workload.deleted",
        "workload.changed",
        "workload.created",
        "api_key.created",
        "member.created",
    ]
    assert [event["sequence"] for event in (member, first, created, changed_event, deleted)] == [1, 2, 3, 4, 5]
    assert created["request_id"] == "my-request-1"
    assert created["actor_kind"] == "api_key"
    assert created["resource_id"] == workload
    assert created["before"] is None
    assert created["after"] == changed_event["before"]
    assert changed_event["after"] == deleted["before"]
    assert deleted["after"] is None


def test_what_changes_nothing_appends_nothing(api: ApiClient) -> None:
    made = api.post("/v1/workloads", json=CHAT)
    path, tag = made.headers["Location"], made.headers["ETag"]
    before = len(listed(api))
    same = api.patch(path, json={"name": "Chat"}, headers={"If-Match": tag})
    assert (same.status_code, same.headers["ETag"]) == (200, tag)
    api.patch(path, json={"name": 5}, headers={"If-Match": tag})
    api.patch(path, json={"name": "X"}, headers={"If-Match": '"v7"'})
    api.get(path)
    assert len(listed(api)) == before


def test_events_are_found_by_what_they_say(api: ApiClient) -> None:
    first, second = (api.post("/v1/workloads", json=CHAT).json["id"] for _ in range(2))
    assert [event["resource_id"] for event in listed(api, f"&resource_id={first}")] == [first]
    assert [event["resource_id"] for event in listed(api, "&action=workload.created")] == [second, first]
    assert listed(api, "&actor_id=key_nobody") == []
    at = listed(api, f"&resource_id={second}")[0]["at"]
    assert [event["resource_id"] for event in listed(api, f"&created_after={at}")] == [second]
    assert second not in [event["resource_id"] for event in listed(api, f"&created_before={at}")]


def test_pages_of_events_hold_every_event_once(api: ApiClient) -> None:
    for _ in range(7):
        api.post("/v1/workloads", json=CHAT)
    seen, address = [], "/v1/events?limit=3"
    while address:
        page = api.get(address).json
        seen += [event["sequence"] for event in page["items"]]
        address = page["next"]
    assert seen == list(range(9, 0, -1))


def test_an_organization_sees_its_own_events_only(api: ApiClient, other_api: ApiClient) -> None:
    api.post("/v1/workloads", json=CHAT)
    assert [event["action"] for event in listed(other_api)] == ["api_key.created", "member.created"]


def run(database: Database, statement: str) -> None:
    database.write(lambda session: session.execute(text(statement)))


def broken(database: Database, api: ApiClient) -> int | None:
    with transaction(database, api.organization_id) as tx:
        found = verify(tx).first_break
        return None if found is None else found.sequence


def test_events_cannot_be_changed_by_any_statement(api: ApiClient, database: Database) -> None:
    api.post("/v1/workloads", json=CHAT)
    for statement in ("UPDATE events SET action = 'x'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="rows of events never change"):
            run(database, statement)
    assert broken(database, api) is None


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE events SET action = 'workload.invented' WHERE sequence = 3", 3),
        ("UPDATE events SET after = 'sha256:0' WHERE sequence = 2", 2),
        ("DELETE FROM events WHERE sequence = 2", 2),
        ("UPDATE events SET sequence = 99 WHERE sequence = 4", 4),
        ("UPDATE events SET at = (SELECT max(at) FROM events) WHERE sequence = 1", 1),
    ],
)
def test_a_change_past_the_protection_breaks_the_chain(
    api: ApiClient, database: Database, statement: str, first: int
) -> None:
    for _ in range(4):
        api.post("/v1/workloads", json=CHAT)
    assert broken(database, api) is None
    where = "" if database.is_sqlite else " ON events"
    for trigger in ("update", "delete"):
        run(database, f"DROP TRIGGER events_refuse_{trigger}{where}")
    run(database, statement)
    assert broken(database, api) == first
