"""A small evaluation: one price sheet, one week of traffic, and the values that the workflow makes of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from service import ENGINE_VERSION
from service.evaluations.comparisons.path import Side
from service.evaluations.document import Envelope, Inputs, Pinned, body_of
from service.evaluations.engine import Materials, answer_of
from service.kit import canonical_json
from service.policies.policy_schema import policy_document, policy_of
from service.price_sheets.offer_values import build_offers
from service.workflow.measure import seed_of
from service.workflow.traffic import SECOND, BucketSeries
from tests.clients import Answer, ApiClient
from tests.histories import MONDAY, ints

BUCKET_SECONDS = 600
BUCKETS = 7 * 24 * 3600 // BUCKET_SECONDS


def sheet(*, token: str = "0.60", gpu: str = "4.00", committed: str = "2.80") -> dict[str, Any]:
    """Return a price sheet of one serverless and one dedicated offer."""
    return {
        "provider": "acme",
        "name": "list",
        "currency": "USD",
        "effective_from": "2026-01-01",
        "source": {"url": "https://acme.example/pricing", "as_of": "2026-01-01"},
        "offers": [
            {
                "sku": "tokens",
                "mode": "serverless",
                "model": "m70",
                "region": "us",
                "prices": [
                    {"meter": "input_tokens", "amount": token, "per": 1_000_000},
                    {"meter": "output_tokens", "amount": "2.40", "per": 1_000_000},
                ],
                "cold_start": {"idle_seconds": 300, "start_seconds": 12.0},
                "speed": {"prefill_tokens_per_second": 9000, "decode_tokens_per_second": [[1, 70]]},
            },
            {
                "sku": "gpu",
                "mode": "dedicated",
                "model": "m70",
                "region": "us",
                "unit": "replica",
                "units": {"minimum": 1, "increment": 1, "maximum": 32},
                "rates": [{"term_months": 0, "hourly": gpu}, {"term_months": 12, "hourly": committed}],
                "capacity": {
                    "kind": "concurrency",
                    "slots": 16,
                    "prefill_tokens_per_second": 20000,
                    "decode_tokens_per_second": [[1, 90], [16, 40]],
                },
                "start_seconds": 600,
            },
        ],
    }


def wave() -> list[int]:
    """Return a week of requests per bucket: days that rise and fall."""
    days = np.arange(BUCKETS) * BUCKET_SECONDS / 86_400
    return [int(count) for count in np.rint(60 + 50 * np.sin(2 * np.pi * days))]


def week(scale: int = 1) -> BucketSeries:
    """Return the week as a series, `scale` times as many requests; each has 1,000 input and 300 output tokens."""
    requests = ints(wave()) * scale
    starts = MONDAY + ints(range(BUCKETS)) * BUCKET_SECONDS * SECOND
    return BucketSeries(BUCKET_SECONDS, starts, requests, requests * 1000, requests * 0, requests * 300)


@dataclass(frozen=True)
class Case:
    """What one evaluation stands on, said briefly."""

    scale: int = 1
    sheet: dict[str, Any] | None = None
    policy: dict[str, Any] | None = None

    @property
    def materials(self) -> Materials:
        document = self.sheet or sheet()
        return Materials(week(self.scale), build_offers(document), policy_of(self.policy or {}))

    @property
    def inputs(self) -> Inputs:
        materials = self.materials
        return Inputs(
            traffic_history=Pinned(materials.history.digest),
            price_sheets=(Pinned(canonical_json.digest(canonical_json.dumps(self.sheet or sheet()))),),
            model="m70",
            policy=policy_document(materials.policy),
            engine_version=ENGINE_VERSION,
            seed=seed_of(materials.history, materials.policy),
        )

    @property
    def side(self) -> Side:
        """The case evaluated."""
        return Side(self.inputs, body_of(Envelope(), self.inputs, answer_of(self.materials)), self.materials)


def csv_of(series: BucketSeries) -> bytes:
    """Return the series as a file that the service takes."""
    lines = ["bucket_start,requests,input_tokens,output_tokens"]
    assert series.requests is not None
    columns = (series.start_us // SECOND, series.requests, series.input_tokens, series.output_tokens)
    lines += [",".join(map(str, row)) for row in np.column_stack(columns)]
    return "\n".join(lines).encode()


def upload(api: ApiClient, workload_id: str, scale: int = 1) -> str:
    """Upload the week to a workload; return the history's id."""
    answer = api.call(
        "POST",
        f"/v1/workloads/{workload_id}/traffic-histories",
        data=csv_of(week(scale)),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json["id"])


def new_sheet(api: ApiClient, document: dict[str, Any] | None = None) -> str:
    """Store a price sheet; return its id."""
    answer = api.post("/v1/price-sheets", json=document or sheet())
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def reprice(api: ApiClient, **prices: str) -> None:
    """Add a version to the newest price sheet."""
    found = api.get("/v1/price-sheets").json["items"][0]
    path = f"/v1/price-sheets/{found['id']}"
    headers = {"If-Match": api.get(path).headers["ETag"]}
    answer = api.post(f"{path}/versions", json=sheet(**prices), headers=headers)
    assert answer.status_code == 201, answer.text


def new_workload(api: ApiClient, **facts: object) -> str:
    """Create a workload; return its id."""
    answer = api.post("/v1/workloads", json={"name": "Chat", "model": "m70", **facts})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def ready(api: ApiClient) -> str:
    """Create a workload that can be evaluated: with a price sheet in force and a week of traffic; return its id."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    return workload_id


def evaluate(api: ApiClient, workload_id: str, headers: dict[str, str] | None = None, **body: object) -> Answer:
    """Ask for an evaluation."""
    return api.post(f"/v1/workloads/{workload_id}/evaluations", json=body, headers=headers or {})


def queue(api: ApiClient, workload_id: str, **policy: object) -> str:
    """Ask for an evaluation without waiting for it; return its id."""
    answer = evaluate(api, workload_id, {"Prefer": "respond-async"}, policy=policy)
    assert answer.status_code == 202, answer.text
    return str(answer.json["id"])
