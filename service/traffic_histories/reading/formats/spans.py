"""Spans of an OTLP export as rows: those that count tokens, each once."""

from collections.abc import Iterator
from typing import Any

from service.traffic_histories.reading.report import Report

Json = dict[str, Any]

ENCLOSING = ("invoke_agent", "create_agent", "execute_tool", "invoke_workflow")
"""Operations around calls of models, whose spans may repeat the sums of those inside them."""

FAILED_STATUS = ("2", "STATUS_CODE_ERROR")


def rows_of_spans(document: Json, report: Report) -> list[Json]:
    """Return a row a span of the document that counts tokens, its attributes as members."""
    spans = list(_spans(document))
    counting = [span for span in spans if _counts(span)]
    calls = [span for span in counting if span["attributes"].get("gen_ai.operation.name") not in ENCLOSING]
    inside = {span["trace"] for span in calls}
    around = [span for span in counting if span not in calls and span["trace"] in inside] if calls else []
    if len(spans) > len(counting):
        count = len(spans) - len(counting)
        report.find("other_spans", f"{count} spans count no tokens and are no calls of a model", count)
    if around:
        detail = f"{len(around)} spans of agents repeat the tokens of the calls inside them and were left out"
        report.find("enclosing_spans", detail, len(around))
    kept = [span for span in counting if span not in around] if around else counting
    return [{name: value for name, value in span.items() if name != "trace"} for span in kept]


def _spans(document: Json) -> Iterator[Json]:
    for resource in document["resourceSpans"]:
        for scope in resource.get("scopeSpans", resource.get("instrumentationLibrarySpans", [])):
            for span in scope.get("spans", []):
                attributes = {pair["key"]: _plain(pair.get("value", {})) for pair in span.get("attributes", [])}
                row = {
                    "trace": span.get("traceId"),
                    "startTimeUnixNano": str(span.get("startTimeUnixNano")),
                    "endTimeUnixNano": str(span.get("endTimeUnixNano")),
                    "attributes": attributes,
                }
                if str(span.get("status", {}).get("code")) in FAILED_STATUS:
                    attributes.setdefault("error.type", span["status"].get("message") or "error")
                if attributes.get("gen_ai.operation.name") == "embeddings":
                    attributes.setdefault("gen_ai.usage.output_tokens", 0)
                yield row


def _counts(span: Json) -> bool:
    names = span["attributes"]
    return any(".usage." in name or "token_count" in name for name in names) or (
        "error.type" in names and any(name.startswith("gen_ai.") for name in names)
    )


def _plain(value: Json) -> Any:  # noqa: ANN401 - whatever an attribute holds
    """Return an attribute's value; of a list, nothing that a column could hold."""
    for kind in ("stringValue", "intValue", "doubleValue", "boolValue"):
        if kind in value:
            return value[kind]
    return None
