"""Differences over HTTP."""

from decimal import Decimal
from typing import Any

from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, ready, reprice, sheet, upload


def amount(money: dict[str, Any]) -> Decimal:
    return Decimal(money["amount"])


def test_prices_then_traffic_then_policy(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    reprice(api, gpu="3.00", committed="2.00", token="0.90")
    upload(api, workload_id, scale=6)
    last = evaluate(api, workload_id, policy={"margin": "0.01", "max_term_months": 0}).json
    answer = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}")
    assert answer.status_code == 200, answer.text
    diff = answer.json
    assert diff["causes"]["traffic"] is True
    assert [change["offer"] for change in diff["causes"]["prices"]] == ["acme/gpu", "acme/tokens"]
    assert [change["pointer"] for change in diff["causes"]["policy"]] == ["/margin", "/max_term_months"]
    assert [step["causes"] for step in diff["path"]] == [[], ["traffic"], ["prices"], ["prices"], ["policy"]]
    recommended = diff["recommended"]
    change = amount(last["recommendation"]["monthly_cost"]) - amount(first["recommendation"]["monthly_cost"])
    assert amount(recommended["change"]) == change == sum(amount(part["amount"]) for part in recommended["parts"])
    assert sum(map(amount, recommended["by_cause"].values())) == change
    assert set(recommended["by_cause"]) == {"traffic", "prices", "policy"}


def test_nothing_changed_nothing_to_tell(api: ApiClient) -> None:
    body = evaluate(api, ready(api)).json
    diff = api.get(f"/v1/evaluations/{body['id']}/diff?against={body['id']}").json
    assert diff["recommended"]["parts"] == []
    assert amount(diff["recommended"]["change"]) == 0
    assert diff["causes"] == {"traffic": False, "prices": [], "policy": [], "engine": False}
    assert all(amount(option["change"]) == 0 for option in diff["options"]["changed"])


def test_options_that_come_go_and_become_ineligible_are_named(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id, policy={"modes": ["serverless", "dedicated"]}).json
    policy = {"modes": ["serverless", "hybrid"], "isolation": {"required": {"tenancy": "dedicated"}}}
    last = evaluate(api, workload_id, policy=policy).json
    options = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}").json["options"]
    assert [option["option"] for option in options["vanished"]] == ["dedicated:acme/gpu@12", "dedicated:acme/gpu@0"]
    assert [option["option"] for option in options["appeared"]] == ["hybrid:acme/gpu@12", "hybrid:acme/gpu@0"]
    assert [(o["option"], o["violations"]) for o in options["became_ineligible"]] == [
        ("serverless:acme/tokens", ["tenancy"])
    ]
    diff = api.get(f"/v1/evaluations/{first['id']}/diff?against={last['id']}").json
    assert [option["option"] for option in diff["options"]["became_eligible"]] == ["serverless:acme/tokens"]
    assert diff["recommended"]["change"] is None


def test_a_rival_with_the_same_names_is_one_that_appeared_and_nothing_else(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    rival = sheet(token="9.00", gpu="99.00", committed="99.00") | {"provider": "rival"}
    new_sheet(api, rival)
    last = evaluate(api, workload_id).json
    assert last["recommendation"]["option"] == "serverless:acme/tokens"
    diff = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}").json
    assert diff["causes"]["prices"] == [
        {"change": "appeared", "offer": "rival/gpu"},
        {"change": "appeared", "offer": "rival/tokens"},
    ]
    assert {part["kind"] for part in diff["recommended"]["parts"]} == {"same_option"}
    options = diff["options"]
    assert {option["option"] for option in options["changed"]} >= {"serverless:acme/tokens"}
    assert all(amount(option["change"]) == 0 for option in options["changed"])
    assert options["vanished"] == []
    assert all(":rival/" in option["option"] for option in options["appeared"])


def test_another_providers_offer_of_the_same_name_is_another_offer(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    pin = {"id": new_sheet(api, sheet(token="0.90") | {"provider": "rival"}), "version": 1}
    last = evaluate(api, workload_id, price_sheet_versions=[pin]).json
    assert first["recommendation"]["option"] == "serverless:acme/tokens"
    assert last["recommendation"]["option"] == "serverless:rival/tokens"
    diff = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}").json
    assert {change["change"] for change in diff["causes"]["prices"]} == {"appeared", "vanished"}
    [switch] = [part for part in diff["recommended"]["parts"] if part["kind"] == "switch"]
    assert (switch["from"], switch["to"]) == ("serverless:acme/tokens", "serverless:rival/tokens")
    assert diff["options"]["changed"] == []


def test_an_incumbent_beside_the_best_of_its_way_is_compared(api: ApiClient) -> None:
    workload_id = ready(api)
    policy = {"incumbent": "dedicated:acme/gpu@12x3", "margin": "0.9", "modes": ["dedicated"]}
    first = evaluate(api, workload_id, policy=policy).json
    assert first["recommendation"]["option"] == "dedicated:acme/gpu@12x3"
    assert [option["key"] for option in first["options"]].count("dedicated:acme/gpu@12x1") == 1
    last = evaluate(api, workload_id, policy={"modes": ["dedicated"]}).json
    assert last["recommendation"]["option"] == "dedicated:acme/gpu@12x1"
    diff = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}").json
    change = amount(last["recommendation"]["monthly_cost"]) - amount(first["recommendation"]["monthly_cost"])
    assert amount(diff["recommended"]["change"]) == change != 0
    assert [(part["kind"], amount(part["amount"])) for part in diff["recommended"]["parts"]] == [
        ("same_option", change)
    ]
    assert "dedicated:acme/gpu@12x1" in [option["option"] for option in diff["options"]["vanished"]]


def test_an_evaluation_without_options_is_compared_too(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    last = evaluate(api, workload_id, policy={"modes": ["autoscaled"]}).json
    assert (last["options"], last["recommendation"]["mode"]) == ([], "no_eligible_option")
    diff = api.get(f"/v1/evaluations/{last['id']}/diff?against={first['id']}").json
    assert diff["recommended"]["change"] is None
    assert len(diff["options"]["vanished"]) == len(first["options"])


def test_a_reader_who_has_it_gets_304(api: ApiClient) -> None:
    workload_id = ready(api)
    first = evaluate(api, workload_id).json
    last = evaluate(api, workload_id, policy={"margin": "0"}).json
    path = f"/v1/evaluations/{last['id']}/diff?against={first['id']}"
    etag = api.get(path).headers["ETag"]
    assert api.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_what_cannot_be_compared_is_said(api: ApiClient, other_api: ApiClient) -> None:
    workload_id = ready(api)
    path = evaluate(api, workload_id).headers["Location"]
    assert api.get(f"{path}/diff").json["errors"][0]["code"] == "required"
    theirs = evaluate(other_api, ready(other_api)).json["id"]
    answer = api.get(f"{path}/diff?against={theirs}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unknown_evaluation")
    other = new_workload(api, name="Other")
    upload(api, other)
    policy = {"currency": "EUR", "exchange_rates": {"USD": "0.9"}}
    in_euro = evaluate(api, other, policy=policy).json["id"]
    answer = api.get(f"{path}/diff?against={in_euro}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "other_currency")
