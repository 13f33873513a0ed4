"""Sending traffic files to the application, and reading back what became of them."""

from typing import Any

import numpy as np

from service.traffic_histories.reading.columns_file import columns_of
from service.traffic_histories.reading.time_text import instant_text
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.clients import Answer, ApiClient

CSV = {"Content-Type": "text/csv"}

LOG = b"""timestamp,input_tokens,cached_input_tokens,output_tokens
2026-10-05T00:00:00Z,100,40,7
2026-10-05T00:00:01.5Z,200,0,8
2026-10-05T00:03:00Z,300,0,9
"""
"""A log of three requests."""


def send(
    api: ApiClient, workload_id: str, content: bytes = LOG, query: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """Upload a file to a workload."""
    path = f"/v1/workloads/{workload_id}/traffic-histories?{query}"
    return api.call("POST", path, data=content, headers=CSV | (headers or {}))


def part(api: ApiClient, history_id: str, name: str) -> Any:  # noqa: ANN401
    """Return the `profile` or the `quality` of a history."""
    answer = api.get(f"/v1/traffic-histories/{history_id}/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json


def facts_in(answer: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what an answer says about the content of a history."""
    names = ("digest", "rows", "first_at", "last_at", "requests", "input_tokens", "output_tokens")
    return {name: answer[name] for name in names}


def facts_of(history: TrafficHistory) -> dict[str, Any]:
    """Return what an answer must say about a history of these rows; those of a log in any order."""
    if isinstance(history, RequestLog):
        history = _sorted(history)
    columns = columns_of(history)
    times = next(iter(columns.values()))
    requests = columns.get("requests")
    return {
        "digest": history.digest,
        "rows": len(times),
        "first_at": instant_text(int(times[0])),
        "last_at": instant_text(int(times[-1])),
        "requests": len(times) if requests is None else int(requests.sum()),
        "input_tokens": int(history.input_tokens.sum()),
        "output_tokens": int(history.output_tokens.sum()),
    }


def _sorted(log: RequestLog) -> RequestLog:
    order = np.lexsort((log.output_tokens, log.cached_input_tokens, log.input_tokens, log.arrival_us))
    return RequestLog(
        log.arrival_us[order], log.input_tokens[order], log.cached_input_tokens[order], log.output_tokens[order]
    )
