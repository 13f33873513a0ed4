"""Traces reach a collector: a span a request, with the caller's trace, and a span a statement inside it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from service.kit import tracing
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready
from tests.processes import in_background

proto = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(BaseHTTPRequestHandler):
    """Takes traces as a collector does."""

    taken: list[bytes] = []  # noqa: RUF012 - one collector at a time

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def collected() -> Iterator[list[bytes]]:
    """Send traces to a collector; give what it takes."""
    Collector.taken = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    with in_background(server):
        tracing.start(f"http://127.0.0.1:{server.server_port}/v1/traces")
        yield Collector.taken
        tracing.flush()
        tracing._tracers.pop().span_processor.shutdown()
        for name, act in tracing.WATCHED.items():
            event.remove(Engine, name, act)


def spans(taken: list[bytes]) -> list[Any]:
    """Return every span, sent by now."""
    tracing.flush()
    found = []
    for content in taken:
        sent = proto.ExportTraceServiceRequest.FromString(content)
        found += [span for each in sent.resource_spans for scope in each.scope_spans for span in scope.spans]
    return found


def values(span: Any) -> dict[str, Any]:  # noqa: ANN401 - a message
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_request_is_a_span_of_its_callers_trace(collected: list[bytes], api: ApiClient) -> None:
    parent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    made = api.post("/v1/workloads", json={"name": "a secret name", "model": "m"}, headers=parent)
    found = spans(collected)
    (served,) = [span for span in found if span.name == "POST /v1/workloads"]
    assert served.trace_id.hex() == TRACE
    assert values(served)["http.response.status_code"] == made.status_code == 201
    inside = [span for span in found if span.parent_span_id == served.span_id]
    assert {"INSERT", "SELECT"} <= {span.name for span in inside}
    assert b"a secret name" not in b"".join(collected)
    assert api.key.encode() not in b"".join(collected)


def test_a_job_is_a_span(collected: list[bytes], api: ApiClient) -> None:
    assert evaluate(api, ready(api)).status_code == 201
    assert "job evaluation" in {span.name for span in spans(collected)}


def test_without_an_endpoint_nothing_is_traced(api: ApiClient) -> None:
    tracing.start("")
    assert api.get("/v1/workloads").status_code == 200
    assert tracing._tracers == []


def test_a_missing_extra_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    tracing.require_installed("")
    with pytest.raises(tracing.TracingMissing, match=r"crossover\[otel\]"):
        tracing.require_installed("http://collector:4318/v1/traces")
