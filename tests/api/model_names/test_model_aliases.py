"""Aliases of models over HTTP: met by workloads, pinned by answers, told in them, kept apart from one another."""

from typing import Any

import pytest

from tests.api.price_sheets.evaluating import evaluated, upload_minutes
from tests.clients import ApiClient

Json = dict[str, Any]


def offer(provider: str, model: str, price: str, **fields: object) -> Json:
    prices = [{"meter": meter, "amount": price, "per": 1000000} for meter in ("input_tokens", "output_tokens")]
    return {"provider": provider, "name": "list", "currency": "USD", "effective_from": "2026-01-01",
            "source": {"as_of": "2026-11-01"}, "offers": [
                {"sku": "chat", "mode": "serverless", "model": model, "prices": prices, **fields}]}  # fmt: skip


def store(api: ApiClient, *sheets: Json) -> None:
    for document in sheets:
        answer = api.post("/v1/price-sheets", json=document)
        assert answer.status_code == 201, answer.text


def alias(api: ApiClient, name: str, model: str) -> Any:  # noqa: ANN401
    return api.post("/v1/model-aliases", json={"alias": name, "model": model})


def answer_of(api: ApiClient, workload_id: str) -> Json:
    answer = api.post(f"/v1/workloads/{workload_id}/evaluations", json={})
    assert answer.status_code in (200, 201), answer.text
    body: Json = answer.json
    return body


def told(body: Json) -> dict[str, str]:
    return {finding["code"]: finding["sentence"] for finding in body["findings"]}


def test_one_workload_meets_every_spelling_of_its_model_and_the_answer_says_so(api: ApiClient) -> None:
    store(
        api,
        offer("openai", "gpt-4o", "3"),
        offer("azure", "azure/gpt-4o", "2"),
        offer("router", "openai/GPT-4o", "1"),
        offer("other", "gpt-4o-2024-05-13", "0.10"),
        offer("small", "gpt-4o-mini", "0.01"),
    )
    workload = upload_minutes(api, "gpt-4o", tokens=1000, cached=0, output=0)
    body = answer_of(api, workload)
    assert {option["serverless"] for option in body["options"]} == {"openai/chat", "azure/chat", "router/chat"}
    assert body["inputs"]["spellings"] == ["azure/gpt-4o", "openai/gpt-4o"]
    assert "azure/gpt-4o, openai/gpt-4o are taken as offers of gpt-4o" in told(body)["model_alias"]
    assert body["recommendation"]["monthly_cost"]["amount"] == "43.80"


def test_lists_conflicts_and_scenarios_go_by_every_name(api: ApiClient) -> None:
    store(api, offer("acme", "gpt-4o", "3"), offer("acme", "our-chat", "2") | {"name": "mine"})
    assert alias(api, "our-chat", "gpt-4o").status_code == 201
    for name in ("gpt-4o", "OpenAI/GPT-4o", "our-chat"):
        assert len(api.get(f"/v1/price-sheets?model={name}").json["items"]) == 2, name
        found = api.get(f"/v1/price-conflicts?model={name}").json["items"]
        assert [(one["model"], one["meter"]) for one in found] == [
            ("gpt-4o", "input_tokens"),
            ("gpt-4o", "output_tokens"),
        ]
        assert [each["model"] for each in found[0]["statements"]] == ["gpt-4o", "our-chat"]
    assert api.get("/v1/price-sheets?model=gpt-4o-mini").json["items"] == []
    workload = upload_minutes(api, "gpt-4o", tokens=1000, cached=0, output=0)
    grid = {"offers": [{"name": "added", "price_sheet": offer("rival", "our-chat", "0.10")}]}
    [row] = api.post(f"/v1/workloads/{workload}/scenarios", json={"grid": grid}).json["scenarios"]
    assert row["recommendation"]["option"] == "serverless:rival/chat"


def test_an_alias_is_met_pinned_and_makes_answers_stale(api: ApiClient) -> None:
    store(api, offer("openai", "gpt-4o", "3"), offer("gateway", "our-chat", "2"))
    workload = upload_minutes(api, "gpt-4o", tokens=1000, cached=0, output=0)
    before = answer_of(api, workload)
    assert [option["serverless"] for option in before["options"]] == ["openai/chat"]
    made = alias(api, "Our-Chat", "openai/gpt-4o")
    assert (made.status_code, made.json["alias"], made.json["canonical"]) == (201, "our-chat", "gpt-4o")
    stale = api.get(f"/v1/evaluations/{before['id']}/review").json
    assert "new_price_sheet" in {reason["code"] for reason in stale["reasons"]}
    after = answer_of(api, workload)
    assert "by your aliases" in told(after)["model_alias"]
    assert {option["serverless"] for option in after["options"]} == {"openai/chat", "gateway/chat"}
    assert (
        api.delete(f"/v1/model-aliases/{made.json['id']}", headers={"If-Match": made.headers["ETag"]}).status_code
        == 204
    )
    replayed = api.get(f"/v1/evaluations/{after['id']}")
    assert replayed.json["digest"] == after["digest"]
    assert set(evaluated(api, workload)) == {option["key"] for option in before["options"]}
    actions = [event["action"] for event in api.get("/v1/events").json["items"]]
    assert {"model_alias.created", "model_alias.deleted"} <= set(actions)


@pytest.mark.parametrize(
    ("name", "model", "code", "mend"),
    [
        ("azure/gpt-4o", "gpt-4o", "same_model", "no alias is needed"),
        ("ours", "our-chat", "alias_of_alias", "name that model"),
        ("gpt-4o", "gpt-4.1", "alias_of_alias", "change that alias to gpt-4.1 first"),
    ],
)
def test_an_alias_that_would_mean_nothing_or_two_things_is_refused(
    api: ApiClient, name: str, model: str, code: str, mend: str
) -> None:
    assert alias(api, "our-chat", "gpt-4o").status_code == 201
    assert alias(api, "OUR-chat", "gpt-4.1").status_code == 409
    refused = alias(api, name, model)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, code)
    assert mend in refused.json["errors"][0]["detail"]


def test_a_near_name_is_offered_where_nothing_is_met(api: ApiClient) -> None:
    store(api, offer("openai", "gpt-4o-2024-05-13", "3"))
    workload = upload_minutes(api, "gpt-4o", tokens=10, cached=0, output=0)
    named = [{"id": api.get("/v1/price-sheets").json["items"][0]["id"], "version": 1}]
    answer = api.post(f"/v1/workloads/{workload}/evaluations", json={"price_sheet_versions": named})
    detail = answer.json["errors"][0]["detail"]
    assert (answer.status_code, "gpt-4o-2024-05-13" in detail, "add an alias" in detail) == (422, True, True)
