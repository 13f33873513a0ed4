"""Portfolio evaluations over HTTP: prices change, which recommendations flip."""

from decimal import Decimal

import pytest

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.price_sheets import pinned
from service.price_sheets.models import PriceSheetVersion
from service.resources import JOBS
from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, ready, reprice, sheet, upload


@pytest.fixture
def worker(database: Database) -> Worker:
    """Give a worker to run what is queued."""
    return Worker(database, JOBS)


def start(api: ApiClient, status: int = 202, **body: object) -> str:
    answer = api.post("/v1/portfolio-evaluations", json=body)
    assert answer.status_code == status, answer.text
    return str(answer.headers["Location"])


def test_a_cheaper_price_flips_some_and_the_summary_says_which(api: ApiClient, worker: Worker) -> None:
    small = ready(api)
    large = new_workload(api, name="Large")
    upload(api, large, scale=2)
    new_workload(api, name="Idle")
    before = {
        small: evaluate(api, small, policy={"margin": "0.02"}).json,
        large: evaluate(api, large).json,
    }
    assert {body["recommendation"]["mode"] for body in before.values()} == {"serverless"}
    reprice(api, gpu="0.75", committed="0.75")
    path = start(api)
    running = api.get(path).json
    assert (running["state"], running["summary"]["waiting"]) == ("running", 2)
    while worker.run_one():
        pass
    done = api.get(path).json
    assert done["state"] == "completed"
    summary = done["summary"]
    assert (summary["workloads"], summary["answered"], summary["refused"]) == (3, 2, 1)
    assert summary["flipped"] == [large]
    one, two, three = done["members"]
    assert (three["state"], "no traffic history" in three["error"]) == ("refused", True)
    assert one["after"] == one["before"]
    assert two["before"]["monthly_cost"] == before[large]["recommendation"]["monthly_cost"]
    change = Decimal(two["after"]["monthly_cost"]["amount"]) - Decimal(two["before"]["monthly_cost"]["amount"])
    assert Decimal(two["change"]["amount"]) == change < 0
    assert [Decimal(money["amount"]) for money in summary["change"]] == [change]
    kept = api.get(f"/v1/evaluations/{one['evaluation_id']}").json["inputs"]["policy"]
    assert kept["margin"] == "0.02"
    assert [item["id"] for item in api.get("/v1/portfolio-evaluations").json["items"]] == [done["id"]]


def test_what_is_known_already_is_not_computed_again(api: ApiClient) -> None:
    evaluation_id = evaluate(api, ready(api)).json["id"]
    done = api.get(start(api, 201)).json
    assert [member["evaluation_id"] for member in done["members"]] == [evaluation_id]
    assert done["summary"]["flipped"] == []


def test_a_price_sheet_chooses_the_workloads_of_its_models(api: ApiClient) -> None:
    ready(api)
    other = sheet() | {"provider": "other"}
    for offer in other["offers"]:
        offer["model"] = "m8"
    sheet_id = new_sheet(api, other)
    assert api.post("/v1/portfolio-evaluations", json={"price_sheet_id": sheet_id}).status_code == 409
    eight = new_workload(api, name="Eight", model="M8")
    upload(api, eight)
    members = api.get(start(api, price_sheet_id=sheet_id)).json["members"]
    assert [member["workload_id"] for member in members] == [eight]
    members = api.get(start(api, workload_ids=[eight])).json["members"]
    assert [member["workload_id"] for member in members] == [eight]


def test_a_price_sheet_that_drops_a_model_chooses_the_workloads_that_stood_on_it(
    api: ApiClient, worker: Worker
) -> None:
    workload_id = ready(api)
    evaluate(api, workload_id)
    new_sheet(api, sheet(gpu="99.00", committed="99.00", token="1.20") | {"provider": "rival"})
    stood_on, rival = reversed(api.get("/v1/price-sheets").json["items"])
    other = sheet()
    for offer in other["offers"]:
        offer["model"] = "m8"
    path = f"/v1/price-sheets/{stood_on['id']}"
    headers = {"If-Match": api.get(path).headers["ETag"]}
    assert api.post(f"{path}/versions", json=other, headers=headers).status_code == 201
    started = start(api, price_sheet_id=stood_on["id"])
    while worker.run_one():
        pass
    [member] = api.get(started).json["members"]
    assert (member["workload_id"], member["flipped"]) == (workload_id, True)
    chosen = (member["before"]["option"], member["after"]["option"])
    assert chosen == ("serverless:acme/tokens", "serverless:rival/tokens")
    assert api.get(start(api, 201, price_sheet_id=rival["id"])).json["members"][0]["workload_id"] == workload_id


def test_a_rival_with_the_same_names_flips_nothing(api: ApiClient, worker: Worker) -> None:
    evaluate(api, ready(api))
    new_sheet(api, sheet(gpu="99.00", committed="99.00", token="9.00") | {"provider": "rival"})
    started = start(api)
    while worker.run_one():
        pass
    done = api.get(started).json
    [member] = done["members"]
    assert (member["before"]["option"], member["after"]["option"]) == (
        "serverless:acme/tokens",
        "serverless:acme/tokens",
    )
    assert done["summary"]["flipped"] == []


def test_a_sheet_is_parsed_once_however_many_workloads_stand_on_it(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = pinned._pinned

    def counted(row: PriceSheetVersion) -> pinned.PinnedVersion:
        parsed.append(row.price_sheet_id)
        return parse(row)

    for name in ("One", "Two", "Three"):
        upload(api, new_workload(api, name=name))
    sheet_ids = [new_sheet(api), new_sheet(api, sheet() | {"provider": "rival"})]
    monkeypatch.setattr(pinned, "_pinned", counted)
    assert len(api.get(start(api)).json["members"]) == 3
    assert sorted(parsed) == sorted(sheet_ids)


def test_what_is_not_there_is_named(api: ApiClient, other_api: ApiClient) -> None:
    theirs = ready(other_api)
    assert api.post("/v1/portfolio-evaluations", json={}).status_code == 409
    answer = api.post("/v1/portfolio-evaluations", json={"workload_ids": [theirs]})
    assert [error["pointer"] for error in answer.json["errors"]] == ["/workload_ids/0"]
    answer = other_api.post("/v1/portfolio-evaluations", json={"workload_ids": [theirs, theirs]})
    assert [error["pointer"] for error in answer.json["errors"]] == ["/workload_ids/1"]
    sheet_id = other_api.get("/v1/price-sheets").json["items"][0]["id"]
    answer = api.post("/v1/portfolio-evaluations", json={"price_sheet_id": sheet_id})
    assert [error["code"] for error in answer.json["errors"]] == ["unknown_price_sheet"]
    both = {"price_sheet_id": sheet_id, "workload_ids": [theirs]}
    assert api.post("/v1/portfolio-evaluations", json=both).status_code == 422
    assert api.get(start(other_api)).status_code == 404
