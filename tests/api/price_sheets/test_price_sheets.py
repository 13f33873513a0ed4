"""Price sheets over HTTP: stored, revised, found and read back."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785

from service.workflow.metered_prices import METERS
from tests.clients import Answer, ApiClient
from tests.unit.price_sheets.documents import SHEET, Json, changed, sheet


def created(api: ApiClient, document: Json = SHEET) -> Json:
    answer = api.post("/v1/price-sheets", json=document)
    assert answer.status_code == 201, answer.text
    body: Json = answer.json
    return body


def revised(api: ApiClient, price_sheet_id: str, document: Json, tag: str) -> Answer:
    return api.post(f"/v1/price-sheets/{price_sheet_id}/versions", json=document, headers={"If-Match": tag})


def dated(day: str, amount: str, name: str = "ACME list") -> Json:
    document = changed("/effective_from", day)
    document["offers"][0]["prices"][0]["amount"] = amount
    return document | {"name": name}


def names(answer: Answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


def test_a_sheet_is_kept_as_it_was_sent(api: ApiClient) -> None:
    answer = api.post("/v1/price-sheets", json=SHEET)
    stored = answer.json
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"v1"')
    assert answer.headers["Location"] == f"/v1/price-sheets/{stored['id']}"
    assert {name: stored[name] for name in ("provider", "name", "currency", "version")} == {
        "provider": "acme",
        "name": "ACME list",
        "currency": "USD",
        "version": 1,
    }
    assert stored["latest"]["warnings"] == []
    assert stored["latest"]["offer_count"] == 3
    assert api.get(f"/v1/price-sheets/{stored['id']}").json == stored
    version = api.get(f"/v1/price-sheets/{stored['id']}/versions/1").json
    assert version["document"] == SHEET
    assert version["effective_from"] == "2026-11-01T00:00:00Z"
    assert version["source"] == SHEET["source"]


def test_the_digest_is_that_of_the_canonical_json_of_the_document_shown(api: ApiClient) -> None:
    stored = created(api)
    version = api.get(f"/v1/price-sheets/{stored['id']}/versions/1")
    shown = json.loads(version.data)["document"]
    digest = f"sha256:{hashlib.sha256(rfc8785.dumps(shown)).hexdigest()}"
    assert stored["digest"] == version.json["digest"] == digest
    again = api.get(f"/v1/price-sheets/{stored['id']}", headers={"If-None-Match": '"v1"'})
    assert again.status_code == 304


def test_warnings_are_kept_with_the_version_and_shown(api: ApiClient) -> None:
    stored = created(api, changed("/offers/1/capacity/slots", 65))
    (warning,) = stored["latest"]["warnings"]
    assert (warning["severity"], warning["code"]) == ("warning", "curve_ends_early")
    assert warning["pointer"] == "/offers/1/capacity/decode_tokens_per_second"
    path = f"/v1/price-sheets/{stored['id']}/versions"
    assert api.get(f"{path}/1").json["warnings"] == [warning]
    assert api.get(path).json["items"][0]["warnings"] == [warning]


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        (changed("/offers/0/prices/0/amount", "1E+1000000"), "/offers/0/prices/0/amount", "invalid"),
        (changed("/offers/0/prices/0/amount", 0.6), "/offers/0/prices/0/amount", "invalid"),
        (changed("/offers/2/sku", "m70-token"), "/offers/0/sku", "duplicate_sku"),
        (changed("/surprise", 1), "/surprise", "unknown_field"),
        (changed("/offers/1/capacity/kind", "magic"), "/offers/1/capacity/kind", "invalid"),
        (changed("/name", "\u202e"), "/name", "invalid"),
    ],
)
def test_a_sheet_that_cannot_be_taken_is_refused_at_its_place_and_nothing_is_stored(
    api: ApiClient, document: Json, pointer: str, code: str
) -> None:
    answer = api.post("/v1/price-sheets", json=document)
    assert answer.status_code == 422
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in answer.json["errors"]}
    assert api.get("/v1/price-sheets").json["items"] == []


@pytest.mark.parametrize(
    ("path", "entry", "told"),
    [
        ("/offers", "{}", "1 to 2000 offers"),
        ("/offers/0/prices", "{}", f"1 to {len(METERS)} entries"),
        ("/offers/1/rates", "{}", "1 to 20 entries"),
        ("/offers/1/capacity/decode_tokens_per_second", "[]", "1 to 100 entries"),
    ],
)
def test_a_list_of_a_million_entries_is_refused_by_its_length_alone(
    api: ApiClient, path: str, entry: str, told: str
) -> None:
    body = json.dumps(changed(path, "@")).replace('"@"', f"[{','.join([entry] * 1_000_000)}]")
    answer = api.post("/v1/price-sheets", data=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [(error["pointer"], told in error["detail"]) for error in answer.json["errors"]] == [(path, True)]


def test_no_more_than_a_hundred_errors_are_told(api: ApiClient) -> None:
    document = sheet()
    document["offers"] = [document["offers"][0]] * 200
    answer = api.post("/v1/price-sheets", json=document)
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 100


HEAD = json.dumps(SHEET).removesuffix("}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (HEAD.encode() + b', "x": NaN}', 400),
        (HEAD.encode() + b', "provider": "twice"}', 400),
        (b"[" * 100_000, 400),
        (b"{" + b"".join(b'"%d": 0, ' % number for number in range(250_000)) + b'"twice": 0, "twice": 0}', 400),
        (json.dumps(SHEET).replace("36.00", "\\u0000").encode(), 422),
        (json.dumps(SHEET).replace("36.00", "\\ud800").encode(), 422),
        (json.dumps(SHEET).replace('"slots": 64', '"slots": 1e400').encode(), 400),
        (json.dumps(SHEET).replace('"slots": 64', '"slots": 1' + "0" * 5000).encode(), 400),
        (json.dumps(SHEET).replace('"start_seconds": 600', '"start_seconds": 1e29').encode(), 422),
        (json.dumps(SHEET).replace("36.00", "１２").encode(), 422),
        (json.dumps([SHEET]).encode(), 422),
        (b'"\xff"', 400),
    ],
)
def test_hostile_bodies_are_told_what_is_wrong(api: ApiClient, body: bytes, status: int) -> None:
    answer = api.post("/v1/price-sheets", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert api.get("/v1/price-sheets").json["items"] == []


def test_a_body_past_the_limit_or_of_another_type_is_refused(api: ApiClient) -> None:
    large = changed("/offers/0/note", "x" * 5_000_000)
    assert api.post("/v1/price-sheets", json=large).status_code == 413
    answer = api.post("/v1/price-sheets", data=json.dumps(SHEET).encode(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_a_version_is_appended_and_the_one_before_stays(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    answer = revised(api, price_sheet_id, dated("2026-12-01", "0.50"), '"v1"')
    assert (answer.status_code, answer.json["version"]) == (201, 2)
    assert answer.headers["Location"] == f"/v1/price-sheets/{price_sheet_id}/versions/2"
    path = f"/v1/price-sheets/{price_sheet_id}"
    assert api.get(path).headers["ETag"] == '"v2"'
    assert api.get(path).json["latest"] == answer.json
    assert api.get(path).json["digest"] == answer.json["digest"]
    assert api.get(f"{path}/versions/1").json["document"] == SHEET
    assert [version["version"] for version in api.get(f"{path}/versions").json["items"]] == [2, 1]
    assert api.get(f"{path}/versions/3").status_code == 404
    assert api.get(f"{path}/versions/0").status_code == 404
    assert api.get(f"{path}/versions/99999999999999999999").status_code == 404


def test_a_version_needs_the_etag_of_the_sheet(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    path = f"/v1/price-sheets/{price_sheet_id}/versions"
    assert api.post(path, json=dated("2026-12-01", "0.50")).status_code == 428
    assert revised(api, price_sheet_id, dated("2026-12-01", "0.50"), '"v1"').status_code == 201
    late = revised(api, price_sheet_id, dated("2026-12-01", "0.40"), '"v1"')
    assert (late.status_code, late.headers["ETag"]) == (412, '"v2"')
    assert len(api.get(path).json["items"]) == 2


def test_what_holds_for_every_version_cannot_change(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    for name, value in (("provider", "other"), ("name", "other"), ("currency", "EUR")):
        answer = revised(api, price_sheet_id, changed(f"/{name}", value), '"v1"')
        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(f"/{name}", "fixed")]


def test_the_same_document_makes_no_version(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    assert revised(api, price_sheet_id, SHEET, '"v1"').status_code == 409
    assert api.get(f"/v1/price-sheets/{price_sheet_id}").json["version"] == 1


def test_a_provider_has_a_name_once(api: ApiClient, other_api: ApiClient) -> None:
    first = created(api)
    answer = api.post("/v1/price-sheets", json=dated("2026-12-01", "0.50"))
    assert answer.status_code == 409
    assert first["id"] in answer.json["detail"]
    assert api.post("/v1/price-sheets", json=SHEET | {"name": "Another"}).status_code == 201
    assert other_api.post("/v1/price-sheets", json=SHEET).status_code == 201


def test_the_version_in_force_is_that_of_the_latest_day_reached_and_of_one_day_the_last(api: ApiClient) -> None:
    price_sheet_id = created(api, dated("2026-03-01", "0.60"))["id"]
    days = [("2026-09-01", "0.50"), ("2026-03-01", "0.61"), ("2026-06-01", "0.55"), ("2026-01-01", "0.70")]
    for number, (day, amount) in enumerate(days, start=1):
        assert revised(api, price_sheet_id, dated(day, amount), f'"v{number}"').status_code == 201
    path = f"/v1/price-sheets/{price_sheet_id}/versions/in-force"

    def input_price(at: str) -> str:
        answer = api.get(f"{path}?at={at}")
        assert answer.status_code == 200, answer.text
        return str(answer.json["document"]["offers"][0]["prices"][0]["amount"])

    assert api.get(f"{path}?at=2025-12-31").status_code == 404
    assert input_price("2026-01-01") == input_price("2026-02-28T23:59:59Z") == "0.70"
    assert input_price("2026-03-01") == input_price("2026-06-01T01:59:59%2B02:00") == "0.61"
    assert input_price("2026-06-01") == "0.55"
    assert input_price("2026-09-01") == input_price("2030-01-01") == "0.50"
    assert api.get(path).json["version"] == 2
    assert api.get(f"{path}?at=yesterday").status_code == 422


def test_an_offers_prices_over_time(api: ApiClient) -> None:
    price_sheet_id = created(api, dated("2026-03-01", "0.60"))["id"]
    gone = dated("2026-06-01", "0")
    gone["offers"] = gone["offers"][1:]
    for number, document in enumerate([gone, dated("2026-03-01", "0.61"), dated("2026-09-01", "0.50")], start=1):
        assert revised(api, price_sheet_id, document, f'"v{number}"').status_code == 201
    answer = api.get(f"/v1/price-sheets/{price_sheet_id}/offers/m70-token/prices")
    assert answer.status_code == 200, answer.text
    series = [
        (
            item["version"],
            item["effective_from"],
            item["effective_until"],
            item["prices"] and item["prices"][0]["amount"],
        )
        for item in answer.json["items"]
    ]
    assert series == [
        (3, "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "0.61"),
        (2, "2026-06-01T00:00:00Z", "2026-09-01T00:00:00Z", None),
        (4, "2026-09-01T00:00:00Z", None, "0.50"),
    ]
    rates = api.get(f"/v1/price-sheets/{price_sheet_id}/offers/m70-ptu/prices").json["items"][0]["rates"]
    assert rates == SHEET["offers"][2]["rates"]
    assert api.get(f"/v1/price-sheets/{price_sheet_id}/offers/none/prices").status_code == 404


def test_sheets_are_found_by_provider_model_and_time(api: ApiClient) -> None:
    old = created(api, dated("2026-01-01", "0.60", "Old"))
    created(api, dated("2026-11-01", "0.60", "New") | {"provider": "zenith"})
    moved = dated("2026-12-01", "0.60", "Old")
    for offer in moved["offers"]:
        offer["model"] = "M71"
    assert revised(api, old["id"], moved, '"v1"').status_code == 201

    assert names(api.get("/v1/price-sheets")) == ["New", "Old"]
    assert names(api.get("/v1/price-sheets?provider=zenith")) == ["New"]
    assert names(api.get("/v1/price-sheets?name=Old")) == ["Old"]
    assert names(api.get("/v1/price-sheets?model=m71")) == ["Old"]
    assert names(api.get("/v1/price-sheets?model=M70")) == ["New"]
    assert names(api.get("/v1/price-sheets?model=m70&effective_at=2026-11-30")) == ["New", "Old"]
    assert names(api.get("/v1/price-sheets?model=m70&effective_at=2026-12-01")) == ["New"]
    assert names(api.get("/v1/price-sheets?effective_at=2026-01-01")) == ["Old"]
    assert names(api.get("/v1/price-sheets?model=m7")) == []
    assert api.get("/v1/price-sheets?colour=red").status_code == 422


def test_pages_follow_each_other(api: ApiClient) -> None:
    for number in range(5):
        created(api, SHEET | {"name": f"{number}"})
    first = api.get("/v1/price-sheets?limit=2&provider=acme")
    second = api.get(first.json["next"])
    third = api.get(second.json["next"])
    assert [names(page) for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.json["next"] is None


def test_another_organizations_sheets_do_not_exist(api: ApiClient, other_api: ApiClient) -> None:
    path = f"/v1/price-sheets/{created(api)['id']}"
    never = path[:-4] + "0000"
    for suffix in ("", "/versions", "/versions/1", "/versions/in-force", "/versions/1/csv", "/offers/m70-token/prices"):
        mine, absent = other_api.get(path + suffix), other_api.get(never + suffix)
        assert mine.status_code == absent.status_code == 404
        assert mine.json["detail"] == absent.json["detail"]
    assert revised(other_api, path.rpartition("/")[2], SHEET, '"v1"').status_code == 404
    assert other_api.get("/v1/price-sheets").json["items"] == []
    assert other_api.get("/v1/price-conflicts").json["items"] == []


def test_only_who_may_write_prices_writes_them(api: ApiClient) -> None:
    viewer, analyst = api.as_role("viewer"), api.as_role("analyst")
    assert viewer.post("/v1/price-sheets", json=SHEET).status_code == 403
    price_sheet_id = created(analyst)["id"]
    assert viewer.get(f"/v1/price-sheets/{price_sheet_id}").status_code == 200
    assert revised(viewer, price_sheet_id, dated("2026-12-01", "1"), '"v1"').status_code == 403
    assert viewer.post("/v1/price-sheet-imports?format=csv", data=b"x").status_code == 403


def test_every_write_is_an_event(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    assert revised(api, price_sheet_id, dated("2026-12-01", "0.50"), '"v1"').status_code == 201
    assert revised(api, price_sheet_id, dated("2026-12-01", "0.40"), '"v1"').status_code == 412
    events: list[dict[str, Any]] = api.get(f"/v1/events?resource_id={price_sheet_id}").json["items"]
    assert [event["action"] for event in events] == ["price_sheet.revised", "price_sheet.created"]
    assert events[1]["before"] is None
    assert all(event["after"] for event in events)
