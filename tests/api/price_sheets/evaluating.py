"""A week of one request a minute, evaluated over HTTP: figures that can be worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.clients import ApiClient

START, END = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC)

Json = dict[str, Any]


def upload_minutes(api: ApiClient, model: str, *, tokens: int, cached: int, output: int) -> str:
    """Create a workload with a week of alike requests, one at the start of every minute; return its id."""
    workload = api.post("/v1/workloads", json={"name": "regular", "model": model})
    assert workload.status_code == 201, workload.text
    rows = [
        f"{(START + timedelta(minutes=minute)).isoformat()},{tokens},{cached},{output}" for minute in range(7 * 1440)
    ]
    table = "\n".join(["time,input_tokens,cached_input_tokens,output_tokens", *rows])
    span = f"start={START:%Y-%m-%dT%H:%M:%SZ}&end={END:%Y-%m-%dT%H:%M:%SZ}"
    path = f"/v1/workloads/{workload.json['id']}/traffic-histories?{span}"
    answer = api.post(path, data=table.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    return str(workload.json["id"])


def evaluated(api: ApiClient, workload_id: str, **request: object) -> dict[str, Json]:
    """Return the options of an evaluation by their keys."""
    answer = api.post(f"/v1/workloads/{workload_id}/evaluations", json=request)
    assert answer.status_code in (200, 201), answer.text
    return {option["key"]: option for option in answer.json["options"]}


def refused(api: ApiClient, workload_id: str, **request: object) -> list[Json]:
    """Return the errors of an evaluation that is refused."""
    answer = api.post(f"/v1/workloads/{workload_id}/evaluations", json=request)
    assert answer.status_code == 422, answer.text
    errors: list[Json] = answer.json["errors"]
    return errors
