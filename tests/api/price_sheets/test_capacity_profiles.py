"""Capacity profiles over HTTP: fitted, versioned, and filled into the offers that refer to them."""

import copy
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.unit.price_sheets.capacity_profiles.sweeps import sweep, table
from tests.unit.price_sheets.documents import SHEET

OFFER = 2


def profile(api: ApiClient) -> str:
    answer = api.post("/v1/capacity-profiles", json=sweep())
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def referring(**fields: object) -> dict[str, Any]:
    document = copy.deepcopy(SHEET)
    offer = document["offers"][OFFER]
    offer.pop("capacity", None)
    offer.update(fields)
    return document


def stored(api: ApiClient, document: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/v1/price-sheets", json=document)
    assert answer.status_code == 201, answer.text
    version = api.get(f"/v1/price-sheets/{answer.json['id']}/versions/1")
    offer: dict[str, Any] = version.json["document"]["offers"][OFFER]
    return offer


def test_a_profile_is_fitted_and_kept_with_its_source(api: ApiClient) -> None:
    answer = api.post("/v1/capacity-profiles", json=sweep())
    told = answer.json["latest"]["document"]
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"v1"')
    assert told["source"] == {"as_of": "2026-11-01", "name": "our sweep"}
    assert (told["capacity"]["kind"], len(told["points"]), len(told["left_out"])) == ("concurrency", 5, 3)
    assert all(abs(point["error"]) < 0.05 for point in told["left_out"])
    assert api.get(answer.headers["Location"]).json == answer.json
    assert [item["id"] for item in api.get("/v1/capacity-profiles").json["items"]] == [answer.json["id"]]


def test_what_was_measured_anew_is_a_version_and_old_sheets_keep_theirs(api: ApiClient) -> None:
    named = profile(api)
    before = stored(api, referring(capacity_profile_id=named))
    address = f"/v1/capacity-profiles/{named}/versions"
    assert api.post(address, json=sweep(slower=2)).status_code == 428
    answer = api.post(address, json=sweep(slower=2), headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json["version"]) == (201, 2)
    assert api.post(address, json=sweep(slower=2), headers={"If-Match": '"v2"'}).status_code == 409
    other = sweep() | {"model": "acme-8b"}
    assert api.post(address, json=other, headers={"If-Match": '"v2"'}).json["errors"][0]["pointer"] == "/model"
    after = stored(api, referring(capacity_profile_id=named) | {"name": "Later"})
    kept = stored(api, referring(capacity_profile_id=named, capacity_profile_version=1) | {"name": "Pinned"})
    assert [offer["capacity_profile_version"] for offer in (before, after, kept)] == [1, 2, 1]
    assert before["capacity"] == kept["capacity"] != after["capacity"]
    versions = api.get(address).json["items"]
    assert [item["version"] for item in versions] == [2, 1]
    first = api.get(f"{address}/1").json["document"]
    assert before["capacity"] == first["capacity"]


def test_a_sheet_that_is_sent_back_as_it_was_shown_is_taken(api: ApiClient) -> None:
    named = profile(api)
    offer = stored(api, referring(capacity_profile_id=named))
    assert stored(api, referring(**offer) | {"name": "Again"}) == offer


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"capacity_profile_id": "cp_00000000000000000000000000"}, "capacity_profile_id"),
        ({"capacity_profile_version": 7}, "capacity_profile_version"),
        (
            {"capacity": {"kind": "throughput", "window_seconds": 60, "axes": [{"per_minute": "1", "weights": {}}]}},
            "capacity",
        ),
    ],
)
def test_a_reference_that_does_not_hold_is_told_by_its_place(
    api: ApiClient, fields: dict[str, Any], pointer: str
) -> None:
    answer = api.post("/v1/price-sheets", json=referring(**({"capacity_profile_id": profile(api)} | fields)))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith(f"/offers/{OFFER}/{pointer}")


@pytest.mark.parametrize(
    ("change", "pointer", "told"),
    [
        ({"results": [table(), "nothing"]}, "/results/1", "does not say|no result"),
        ({"results": [table().replace("16,320,15.5", "16,320,0.5")]}, "/results", "faster"),
        ({"results": [table().replace("1,60,10,", "1,60,1e12,")]}, "/results", "faster|capacity"),
        ({"results": []}, "/results", "1 to 200 files"),
    ],
)
def test_results_that_cannot_be_used_are_refused(
    api: ApiClient, change: dict[str, Any], pointer: str, told: str
) -> None:
    answer = api.post("/v1/capacity-profiles", json=sweep() | change)
    assert answer.status_code == 422
    (fault,) = answer.json["errors"]
    assert fault["pointer"] == pointer
    assert any(each in fault["detail"] for each in told.split("|")), fault


def test_a_name_is_taken_once_and_others_see_nothing(api: ApiClient, other_api: ApiClient) -> None:
    named = profile(api)
    assert api.post("/v1/capacity-profiles", json=sweep()).status_code == 409
    assert other_api.get(f"/v1/capacity-profiles/{named}").status_code == 404
    answer = other_api.post("/v1/price-sheets", json=referring(capacity_profile_id=named))
    assert answer.json["errors"][0]["code"] == "unknown_profile"
