"""Commitments: entered, corrected, and what is owed on them."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.clients import Answer, ApiClient

BOUGHT = {
    "provider": "acme", "sku": "ptu", "units": 15, "currency": "USD", "monthly_per_unit": "221",
    "starts_on": "2026-05-28", "ends_on": "2027-05-27", "notice_by": "2027-04-27", "reference": "PO-1",
}  # fmt: skip


def new(api: ApiClient, **said: object) -> Answer:
    answer = api.post("/v1/commitments", json={**BOUGHT, **said})
    assert answer.status_code == 201, answer.text
    return answer


@pytest.mark.parametrize(
    ("day", "state", "owed"),
    [
        ("2026-05-01", "upcoming", "39780"),  # 365 days: twelve months of 3,315.00
        ("2026-05-28", "active", "39780"),
        ("2026-11-27", "active", "19835.51"),  # 182 days: 3,315.00 x 12 x 182 / 365
        ("2027-05-27", "active", "108.99"),
        ("2027-05-28", "ended", "0"),
    ],
)
def test_what_is_owed_falls_day_by_day(api: ApiClient, day: str, state: str, owed: str) -> None:
    made = new(api)
    with time_machine.travel(datetime.fromisoformat(f"{day}T12:00:00+00:00"), tick=False):
        shown = api.get(made.headers["Location"]).json
    assert (shown["state"], shown["owed"]["amount"], shown["monthly"]["amount"]) == (state, owed, "3315")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"ends_on": "2026-05-27"}, "/ends_on"),
        ({"notice_by": "2027-05-28"}, "/notice_by"),
        ({"renews": True, "notice_by": None}, "/notice_by"),
        ({"workload_id": "wl_01k9x3v5s8f5ma8d2p3h6q7r9t"}, "/workload_id"),
        ({"units": 0}, "/units"),
        ({"monthly_per_unit": "-1"}, "/monthly_per_unit"),
        ({"monthly_per_unit": 221}, "/monthly_per_unit"),
        ({"ends_on": "2027-02-30"}, "/ends_on"),
    ],
)
def test_what_contradicts_itself_is_refused_by_field(api: ApiClient, said: dict[str, object], pointer: str) -> None:
    refused = api.post("/v1/commitments", json={**BOUGHT, **said})
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    made = new(api)
    if "monthly_per_unit" not in said and "units" not in said:
        changed = api.patch(made.headers["Location"], json=said, headers={"If-Match": made.headers["ETag"]})
        assert changed.status_code == 422


def test_a_correction_keeps_what_it_does_not_name_and_is_an_event(api: ApiClient) -> None:
    made = new(api)
    path, tag = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    changed = api.patch(path, json={"notice_by": "2027-03-01", "monthly_per_unit": "220.50"}, headers=tag)
    assert changed.status_code == 200
    assert (changed.json["act_by"], changed.json["monthly"]["amount"]) == ("2027-03-01", "3307.5")
    assert changed.json["reference"] == "PO-1"
    assert api.patch(path, json={"units": 2}, headers=tag).status_code == 412
    actions = [event["action"] for event in api.get("/v1/events").json["items"][:2]]
    assert actions == ["commitment.changed", "commitment.created"]
    assert api.delete(path, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    assert api.get(path).status_code == 404


def test_commitments_are_found_by_what_they_say(api: ApiClient) -> None:
    first = new(api).json["id"]
    second = new(api, reference="PO-2", starts_on="2025-01-01", ends_on="2025-12-31", notice_by=None).json["id"]
    found = {
        query: [one["id"] for one in api.get(f"/v1/commitments?{query}").json["items"]]
        for query in ("reference=PO-2", "ended=true", "ended=false", "provider=acme", "provider=other")
    }
    assert datetime.now(UTC).year >= 2026
    assert found["reference=PO-2"] == found["ended=true"] == [second]
    assert found["provider=acme"] == [second, first]
    assert found["provider=other"] == []
