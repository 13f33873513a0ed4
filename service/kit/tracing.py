"""Traces for OpenTelemetry, where `CROSSOVER_TRACES_ENDPOINT` is set: a span a request, a statement and a job.

The libraries are the extra `otel`; without the setting nothing of them is loaded. A span of a request goes on with the
trace its caller sent (W3C Trace Context). Spans hold operations, routes, statuses and statements with their parameters
left out: no key, no body, no value.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import Engine, event

SERVICE_NAME = "crossover"

STATEMENT_CHARACTERS = 1000
"""How much of a statement a span holds."""

_tracers: list[Any] = []
"""The tracer of this process, none without the setting."""


class TracingMissing(Exception):  # noqa: N818
    """Traces are wanted and their libraries are not installed."""


def require_installed(endpoint: str) -> None:
    """Raise TracingMissing where traces are wanted and the extra `otel` is not installed."""
    if endpoint:
        try:
            import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: PLC0415 - an extra
            import opentelemetry.sdk.trace  # noqa: F401, PLC0415
        except ImportError as error:
            raise TracingMissing("traces need the extra otel: pip install 'crossover[otel]'") from error


def start(endpoint: str) -> None:
    """Send traces to an endpoint from this process on, empty: to none. After a fork, which no sender survives.

    endpoint: of OTLP over HTTP, such as `http://collector:4318/v1/traces`.
    """
    require_installed(endpoint)
    if not endpoint or _tracers:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = {"service.name": SERVICE_NAME, "service.instance.id": f"{os.getpid()}-{secrets.token_hex(4)}"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    _tracers.append(provider.get_tracer(SERVICE_NAME))
    for name, act in WATCHED.items():
        event.listen(Engine, name, act)


def flush() -> None:
    """Send what is not sent yet: a process is about to end."""
    if _tracers:
        _tracers[0].span_processor.force_flush(2000)


def trace_requests(app: Flask) -> None:
    """Have every request of `app` be a span, where traces are sent. Called before anything else is registered."""
    app.before_request(_request_begins)
    app.after_request(_request_answered)
    app.teardown_request(_request_ends)


def job(kind: str, job_id: str) -> AbstractContextManager[object]:
    """Return the context in which a job is worked at: its span."""
    return _job_span(kind, job_id) if _tracers else nullcontext()


@contextmanager
def _job_span(kind: str, job_id: str) -> Iterator[object]:
    with _tracers[0].start_as_current_span(f"job {kind}", attributes={"crossover.job.id": job_id}) as span:
        yield span


def _request_begins() -> None:
    if not _tracers:
        return
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    route = request.url_rule.rule if request.url_rule is not None else ""
    said = {"http.request.method": request.method, "http.route": route, "crossover.operation": request.endpoint or ""}
    came = TraceContextTextMapPropagator().extract(dict(request.headers.items(lower=True)))
    g.span = _tracers[0].start_as_current_span(
        f"{request.method} {route}".strip(), context=came, kind=SpanKind.SERVER, attributes=said
    )
    g.span_opened = g.span.__enter__()


def _request_answered(response: Response) -> Response:
    span = g.get("span_opened")
    if span is not None:
        span.set_attribute("http.response.status_code", response.status_code)
        span.set_attribute("crossover.request_id", g.get("request_id", ""))
    return response


def _request_ends(_error: BaseException | None) -> None:
    span = g.pop("span", None)
    if span is not None:
        span.__exit__(None, None, None)


def _statement_begins(connection: Any, _cursor: object, statement: str, *_: object) -> None:  # noqa: ANN401
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra

    said = {"db.system.name": connection.dialect.name, "db.query.text": statement[:STATEMENT_CHARACTERS]}
    name = statement.split(None, 1)[0].upper()[:20]
    connection.info.setdefault("spans", []).append(_tracers[0].start_span(name, kind=SpanKind.CLIENT, attributes=said))


def _statement_ends(connection: Any, *_: object) -> None:  # noqa: ANN401 - SQLAlchemy's connection
    spans = connection.info.get("spans")
    if spans:
        spans.pop().end()


def _statement_fails(context: Any) -> None:  # noqa: ANN401 - SQLAlchemy's context
    connection = context.connection
    spans = None if connection is None or connection.invalidated else connection.info.get("spans")
    if spans:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an extra

        span = spans.pop()
        span.set_status(StatusCode.ERROR, type(context.original_exception).__name__)
        span.end()


WATCHED: dict[str, Callable[..., Any]] = {
    "before_cursor_execute": _statement_begins,
    "after_cursor_execute": _statement_ends,
    "handle_error": _statement_fails,
}
"""What is done at events of every engine."""
