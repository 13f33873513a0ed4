"""The conversation as logs: a row a call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .conversation import START_US, Call, Json, conversation, iso, lines, records_as_table, served, table

GPT = ("gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14")
CLAUDE = ("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
BEDROCK = ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0")
GEMINI = ("gemini-2.5-pro", "gemini-2.5-flash")


@dataclass(frozen=True)
class Writer:
    """How a writer tells the conversation.

    text: the file. model: whose calls are asked for; None where it names no models, so that all calls are read.
    lacks: what it does not tell: cached, written, reasoning, failed, requests. unit_us: to which
    its times are cut. options: what must be declared. throttles: whether a series counts calls that were turned away.
    """

    text: Callable[[], str]
    model: str | None = None
    lacks: frozenset[str] = frozenset()
    unit_us: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    throttles: bool = False


def name(call: Call, names: tuple[str, str]) -> str:
    """Return the model of a call."""
    return names[call.second_model]


def chat(call: Call) -> Json:
    """Return a chat completion's usage."""
    return {
        "prompt_tokens": call.input, "completion_tokens": call.output, "total_tokens": call.input + call.output,
        "prompt_tokens_details": {"cached_tokens": call.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": call.reasoning, "audio_tokens": 0, "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }  # fmt: skip


def openai_chat() -> str:
    """Return chat completions as their callers keep them; a call that was turned away has no answer to keep."""
    return lines(
        {"id": f"chatcmpl-{call.number}", "object": "chat.completion", "created": call.at_us // 1_000_000,
         "model": name(call, GPT), "choices": [{"index": 0, "finish_reason": "stop"}], "usage": chat(call),
         "service_tier": "default", "system_fingerprint": "fp_1"}
        for call in served()
    )  # fmt: skip


def openai_responses() -> str:
    """Return answers of the Responses API, failed ones included."""
    return lines(
        {"id": f"resp_{call.number}", "object": "response", "created_at": call.at_us // 1_000_000,
         "status": "failed" if call.throttled else "completed",
         "error": {"code": "rate_limit_exceeded", "message": "Rate limit reached"} if call.throttled else None,
         "model": name(call, GPT), "service_tier": "default", "max_output_tokens": None,
         "usage": None if call.throttled else {
             "input_tokens": call.input, "input_tokens_details": {"cached_tokens": call.cached},
             "output_tokens": call.output, "output_tokens_details": {"reasoning_tokens": call.reasoning},
             "total_tokens": call.input + call.output}}
        for call in conversation()
    )  # fmt: skip


def openai_batch() -> str:
    """Return the output file of a batch, whose answers are inside responses."""
    return lines(
        {"id": f"batch_req_{call.number}", "custom_id": str(call.number), "error": None,
         "response": {"status_code": 429 if call.throttled else 200, "request_id": f"r{call.number}",
          "body": {"error": {"code": "rate_limit_exceeded"}} if call.throttled else {
              "id": f"chatcmpl-{call.number}", "created": call.at_us // 1_000_000, "model": name(call, GPT),
              "usage": chat(call)}}}
        for call in conversation()
    )  # fmt: skip


def anthropic_usage(call: Call) -> Json:
    """Return a message's usage: input leaves out what was read from and written to the cache."""
    return {
        "input_tokens": call.input - call.cached - call.written, "cache_creation_input_tokens": call.written,
        "cache_read_input_tokens": call.cached,
        "cache_creation": {"ephemeral_5m_input_tokens": call.written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": call.output, "service_tier": "standard",
    }  # fmt: skip


def anthropic_messages() -> str:
    """Return messages with the time at which their caller kept them."""
    return lines(
        {"timestamp": iso(call.at_us), "id": f"msg_{call.number}", "type": "message", "role": "assistant",
         "model": name(call, CLAUDE), "stop_reason": "end_turn", "usage": anthropic_usage(call)}
        for call in served()
    )  # fmt: skip


def gemini(call: Call) -> Json:
    """Return `usageMetadata`: thoughts stand beside candidates."""
    return {
        "promptTokenCount": call.input, "candidatesTokenCount": call.output - call.reasoning,
        "totalTokenCount": call.input + call.output, "cachedContentTokenCount": call.cached,
        "thoughtsTokenCount": call.reasoning, "trafficType": "ON_DEMAND",
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": call.input}],
    }  # fmt: skip


def gemini_answers() -> str:
    """Return answers of `generateContent` as they come."""
    return lines(
        {"candidates": [{"finishReason": "STOP"}], "usageMetadata": gemini(call), "modelVersion": name(call, GEMINI),
         "createTime": iso(call.at_us), "responseId": f"r{call.number}"}
        for call in served()
    )  # fmt: skip


def vertex_logging() -> str:
    """Return the table of Vertex AI's request-response logging."""
    return lines(
        {"endpoint": "projects/p/locations/us-central1/endpoints/1", "deployed_model_id": "",
         "logging_time": iso(call.at_us, "%Y-%m-%d %H:%M:%S.%f UTC"), "request_id": call.number,
         "full_response": {"usageMetadata": gemini(call), "modelVersion": name(call, GEMINI)},
         "model": name(call, GEMINI), "api_method": "generateContent"}
        for call in served()
    )  # fmt: skip


def bedrock_record(call: Call) -> Json:
    """Return a record of Bedrock's model invocation logging."""
    fresh = call.input - call.cached - call.written
    record: Json = {
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": iso(call.at_us, "%Y-%m-%dT%H:%M:%SZ"),
        "accountId": "1", "identity": {"arn": "arn:aws:sts::1:x"}, "region": "us-east-1",
        "requestId": f"r{call.number}", "operation": "Converse", "modelId": name(call, BEDROCK),
        "input": {"inputContentType": "application/json", "inputBodyJson": {"messages": []}},
    }  # fmt: skip
    if call.throttled:
        return record | {"errorCode": "ThrottlingException"}
    record["input"] |= {
        "inputTokenCount": fresh, "cacheReadInputTokenCount": call.cached, "cacheWriteInputTokenCount": call.written,
    }  # fmt: skip
    usage = {
        "inputTokens": fresh, "outputTokens": call.output, "totalTokens": call.input + call.output,
        "cacheReadInputTokens": call.cached, "cacheWriteInputTokens": call.written,
    }  # fmt: skip
    body = {"stopReason": "end_turn", "metrics": {"latencyMs": call.milliseconds}, "usage": usage}
    output = {"outputContentType": "application/json", "outputBodyJson": body, "outputTokenCount": call.output}
    return record | {"output": output}


def bedrock() -> str:
    """Return invocation logs as they lie in a bucket."""
    return lines(bedrock_record(call) for call in conversation())


def bedrock_insights() -> str:
    """Return the same out of Logs Insights, whose rows keep the record as text."""
    return table(
        "@timestamp,@message",
        ((iso(call.at_us, "%Y-%m-%d %H:%M:%S.000"), json.dumps(bedrock_record(call))) for call in conversation()),
    )


def api_management() -> str:
    """Return API Management's log: a row a call, and rows of its messages without tokens."""
    rows: list[tuple[object, ...]] = []
    for call in served():
        at = iso(call.at_us, "%m/%d/%Y, %I:%M:%S.%f %p")
        total = call.input + call.output
        rows.append((at, f"c{call.number}", 1, "", "", "", "", "", "chat"))
        rows.append((at, f"c{call.number}", 0, name(call, GPT), "prod", call.input, call.output, total, "chat"))
    columns = "TimeGenerated [UTC],CorrelationId,SequenceNumber,ModelName,DeploymentName,PromptTokens"
    return table(f"{columns},CompletionTokens,TotalTokens,OperationName", rows)


def databricks() -> str:
    """Return `system.serving.endpoint_usage`."""
    columns = "account_id,workspace_id,client_request_id,databricks_request_id,requester,status_code,request_time,"
    columns += "input_token_count,output_token_count,input_character_count,output_character_count,usage_context,"
    return table(
        f"{columns}request_streaming,served_entity_id",
        (("a", "w", None, f"d{call.number}", "u", 429 if call.throttled else 200,
          iso(call.at_us, "%Y-%m-%dT%H:%M:%S.%f+00:00"), None if call.throttled else call.input,
          None if call.throttled else call.output, 8000, 1200, "{}", "false", "s")
         for call in conversation()),
    )  # fmt: skip


def databricks_inference() -> str:
    """Return an inference table, whose answers are JSON text."""
    return table(
        "databricks_request_id,client_request_id,date,timestamp_ms,status_code,execution_time_ms,request,response",
        ((f"d{call.number}", None, iso(call.at_us, "%Y-%m-%d"), call.at_us // 1000, 429 if call.throttled else 200,
          call.milliseconds, '{"messages": []}',
          '{"error_code": "REQUEST_LIMIT_EXCEEDED"}' if call.throttled
          else json.dumps({"id": f"chatcmpl-{call.number}", "model": GPT[0], "usage": chat(call)}))
         for call in conversation()),
    )  # fmt: skip


def burstgpt() -> str:
    """Return BurstGPT's columns: seconds from a start; a failed call has no answer."""
    return table(
        "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type",
        (((call.at_us - START_US) // 1_000_000, 1, call.milliseconds / 1000, name(call, ("GPT-4", "ChatGPT")),
          call.input, 0 if call.throttled else call.output, call.input + (0 if call.throttled else call.output),
          "Conversation log") for call in conversation()),
    )  # fmt: skip


def spreadsheet(form: str, thousands: str, delimiter: str) -> str:
    """Return a sheet kept by hand."""
    return table(
        "Date,Time,Model,Prompt Tokens,Cached Tokens,Completion Tokens,Status",
        ((iso(call.at_us, form), iso(call.at_us, "%I:%M:%S.%f %p"), name(call, GPT),
          f"{call.input:,}".replace(",", thousands), call.cached, call.output, 429 if call.throttled else 200)
         for call in conversation()),
        delimiter,
    )  # fmt: skip


OPENAI = frozenset({"written"})
NO_CACHE = frozenset({"cached", "written", "reasoning"})
SECONDS, MILLISECONDS = 1_000_000, 1_000

LOGS: dict[str, Writer] = {
    "OpenAI chat completions": Writer(openai_chat, "gpt-4.1", OPENAI | {"failed"}, SECONDS),
    "OpenAI responses": Writer(openai_responses, "gpt-4.1", OPENAI, SECONDS),
    "OpenAI batch output": Writer(openai_batch, "gpt-4.1", OPENAI, SECONDS),
    "Anthropic messages": Writer(anthropic_messages, "claude-sonnet-4-5", frozenset({"reasoning", "failed"})),
    "Gemini answers": Writer(gemini_answers, "gemini-2.5-pro", OPENAI | {"failed"}),
    "Vertex AI request-response logging": Writer(vertex_logging, "gemini-2.5-pro", OPENAI | {"failed"}),
    "Bedrock invocation log": Writer(bedrock, "claude-sonnet-4-5", frozenset({"reasoning"}), SECONDS),
    "Bedrock out of Logs Insights": Writer(bedrock_insights, "claude-sonnet-4-5", frozenset({"reasoning"}), SECONDS),
    "API Management": Writer(api_management, "gpt-4.1", NO_CACHE | {"failed"}),
    "Databricks endpoint usage": Writer(databricks, None, NO_CACHE),
    "Databricks inference table": Writer(databricks_inference, None, OPENAI, MILLISECONDS),
    "BurstGPT": Writer(burstgpt, "gpt-4", NO_CACHE, SECONDS, {"start_us": START_US}),
    "American spreadsheet": Writer(
        lambda: spreadsheet("%m/%d/%Y", ",", ","), "gpt-4.1", OPENAI | {"reasoning"}, 1, {"zone": "UTC"}
    ),
    "German spreadsheet": Writer(
        lambda: spreadsheet("%d.%m.%Y", ".", ";"), "gpt-4.1", OPENAI | {"reasoning"}, 1, {"zone": "UTC"}
    ),
}
"""Writers of logs that are providers' own, and spreadsheets; `records_as_table` writes them flat."""

__all__ = ["LOGS", "Writer", "records_as_table"]
