"""Incumbents over HTTP: an option in use stays known when another provider begins to sell the same sku."""

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, sheet, upload

RIVAL = sheet(gpu="99.00", committed="99.00", token="9.00") | {"provider": "rival"}


def using(api: ApiClient, incumbent: str) -> str:
    """Create a workload that uses an option of the one price sheet today; return its id."""
    new_sheet(api)
    workload_id = new_workload(api, incumbent=incumbent)
    upload(api, workload_id)
    return workload_id


def test_an_incumbent_that_names_its_provider_is_known_with_a_rival_and_without(api: ApiClient) -> None:
    workload_id = using(api, "dedicated:acme/gpu@0x1")

    def recommended() -> str:
        # Tokens are far cheaper, yet not by as much: only what is in use can be recommended beside them.
        answer = evaluate(api, workload_id, policy={"margin": "0.9"})
        return str(answer.json["recommendation"]["option"])

    assert recommended() == "dedicated:acme/gpu@0x1"
    new_sheet(api, RIVAL)
    assert recommended() == "dedicated:acme/gpu@0x1"


def test_an_incumbent_without_a_provider_is_written_out_and_makes_no_answer_stale(api: ApiClient) -> None:
    answer = evaluate(api, using(api, "dedicated:gpu@0x1")).json
    assert answer["inputs"]["policy"]["incumbent"] == "dedicated:acme/gpu@0x1"
    assert api.get(f"/v1/evaluations/{answer['id']}/review").json["reasons"] == []


def test_an_incumbent_that_two_providers_sell_is_refused_with_the_keys_it_may_mean(
    api: ApiClient, database: Database
) -> None:
    workload_id = using(api, "serverless:tokens")
    assert evaluate(api, workload_id).status_code == 201
    new_sheet(api, RIVAL)
    answer = evaluate(api, workload_id)
    assert answer.status_code == 422
    for word in ("/policy/incumbent: serverless:tokens names", "serverless:acme/tokens", "serverless:rival/tokens"):
        assert word in answer.json["detail"]
    round_ = api.post("/v1/portfolio-evaluations", json={}).headers["Location"]
    while Worker(database, JOBS).run_one():
        pass
    [member] = api.get(round_).json["members"]
    assert (member["state"], "serverless:acme/tokens" in member["error"]) == ("failed", True)
