"""The page of a workload: its answer, how that moved and why, its traffic and its decision."""

from datetime import UTC, datetime, timedelta

from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.evaluating import csv_of, ready, week

CSV = {"Content-Type": "text/csv"}


def evaluated(api: ApiClient, workload: str, **policy: object) -> dict[str, object]:
    answer = api.post(f"/v1/workloads/{workload}/evaluations", json={"policy": policy})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def test_it_says_how_the_answer_moved_and_which_inputs_differ(api: ApiClient, other_api: ApiClient) -> None:
    workload = ready(api)
    first = evaluated(api, workload)
    browser = Browser.of(api)
    alone = browser.get(f"/workloads/{workload}").text
    assert "The same answer since" in text(alone)
    assert "ring r-" not in alone
    api.post(f"/v1/workloads/{workload}/traffic-histories", data=csv_of(week(9)), headers=CSV)
    second = evaluated(api, workload)
    third = evaluated(api, workload, modes=["serverless"], margin="0.02")
    page = browser.get(f"/workloads/{workload}").text
    assert page.count('class="ring r-') == 3
    assert "The answer moved" in text(page)
    assert f'href="/evaluations/{second["id"]}/compare?with={first["id"]}"' in page
    assert f'href="/evaluations/{third["id"]}/compare?with={second["id"]}"' in page
    said = text(page)
    assert "Traffic compare" in said
    assert "The policy compare" in said
    assert "a longer binding must save 2 %" in said
    assert Browser.of(other_api).get(f"/workloads/{workload}").status_code == 404


def test_it_leads_to_the_decision_and_to_every_upload(api: ApiClient) -> None:
    workload = ready(api)
    evaluation = evaluated(api, workload)
    until = str(datetime.now(UTC).date() + timedelta(days=30))
    decision = api.post("/v1/decisions", json={"evaluation_id": evaluation["id"], "valid_until": until}).json
    older = api.get(f"/v1/workloads/{workload}/traffic-histories").json["items"][0]["id"]
    newer = api.post(f"/v1/workloads/{workload}/traffic-histories", data=csv_of(week(9)), headers=CSV).json["id"]
    page = Browser.of(api).get(f"/workloads/{workload}").text
    assert f'href="/decisions/{decision["id"]}"' in page
    assert page.index(f"traffic?history={newer}") < page.index(f"traffic?history={older}")
    assert page.count(">current<") == 1
    assert "Asking again would stand on something else" in page
