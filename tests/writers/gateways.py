"""The conversation as gateways and tracers keep it: a row a call."""

import json

from .conversation import Call, Json, conversation, iso, lines, records_as_table, served
from .logs import GPT, NO_CACHE, OPENAI, Writer, chat, name

LACKS_REASONING = frozenset({"reasoning"})


def litellm(*, details: bool, text: bool) -> list[Json]:
    """Return LiteLLM's spend logs; the details of the cache are in metadata, which a table keeps as text."""
    rows = []
    for call in conversation():
        metadata: Json = {
            "user_api_key_alias": "k",
            "usage_object": None if call.throttled or not details else chat(call),
        }
        if metadata["usage_object"]:
            metadata["usage_object"] |= {
                "cache_creation_input_tokens": call.written, "cache_read_input_tokens": call.cached,
            }  # fmt: skip
        tokens = (0, 0) if call.throttled else (call.input, call.output)
        rows.append({
            "request_id": f"r{call.number}", "call_type": "acompletion", "api_key": "88dc", "spend": 0.001,
            "total_tokens": sum(tokens), "prompt_tokens": tokens[0], "completion_tokens": tokens[1],
            "startTime": iso(call.at_us, "%Y-%m-%d %H:%M:%S.%f"), "endTime": iso(call.end_us, "%Y-%m-%d %H:%M:%S.%f"),
            "completionStartTime": iso(call.at_us + 200_000, "%Y-%m-%d %H:%M:%S.%f"),
            "model": name(call, ("openai/gpt-4.1", "openai/gpt-4.1-mini")), "model_id": "d1",
            "model_group": "assistant",
            "custom_llm_provider": "openai", "cache_hit": "False", "cache_key": "Cache OFF", "user": "u",
            "team_id": "t",
            "metadata": json.dumps(metadata) if text else metadata, "request_tags": "[]",
            "status": "failure" if call.throttled else "success",
        })  # fmt: skip
    return rows


def langfuse(call: Call) -> Json:
    """Return usage as Langfuse keeps it: kinds do not overlap, the total adds them up."""
    return {
        "input": call.input - call.cached - call.written, "input_cached_tokens": call.cached,
        "input_cache_creation": call.written, "output": call.output - call.reasoning,
        "output_reasoning_tokens": call.reasoning, "total": call.input + call.output,
    }  # fmt: skip


def langfuse_api() -> str:
    """Return observations of Langfuse's API, the spans around calls included."""
    rows: list[Json] = []
    for call in conversation():
        base = {"traceId": f"t{call.number}", "startTime": iso(call.at_us), "endTime": iso(call.end_us)}
        rows.append(base | {"id": f"s{call.number}", "type": "SPAN", "name": "turn", "level": "DEFAULT", "model": None,
                            "usageDetails": {}})  # fmt: skip
        rows.append(base | {
            "id": f"g{call.number}", "type": "GENERATION", "name": "chat", "model": name(call, GPT),
            "level": "ERROR" if call.throttled else "DEFAULT",
            "statusMessage": "429 rate limit" if call.throttled else None,
            "usageDetails": {} if call.throttled else langfuse(call),
        })  # fmt: skip
    return json.dumps({"data": rows, "meta": {"page": 1, "limit": 500, "totalItems": len(rows), "totalPages": 1}})


def langfuse_blobs() -> str:
    """Return Langfuse's export of observations to blob storage."""
    return lines(
        {"id": f"g{call.number}", "trace_id": f"t{call.number}", "type": "GENERATION",
         "start_time": iso(call.at_us, "%Y-%m-%d %H:%M:%S.%f"), "end_time": iso(call.end_us, "%Y-%m-%d %H:%M:%S.%f"),
         "level": "ERROR" if call.throttled else "DEFAULT", "status_message": "429" if call.throttled else None,
         "provided_model_name": name(call, GPT), "usage_details": {} if call.throttled else langfuse(call)}
        for call in conversation()
    )  # fmt: skip


def helicone() -> list[Json]:
    """Return Helicone's requests."""
    return [
        {"response_id": f"p{call.number}", "response_created_at": iso(call.end_us, "%Y-%m-%d %H:%M:%S.%f"),
         "response_status": 429 if call.throttled else 200, "request_id": f"q{call.number}",
         "request_created_at": iso(call.at_us, "%Y-%m-%d %H:%M:%S.%f"), "request_model": "gpt-4.1",
         "response_model": name(call, GPT), "provider": "OPENAI", "delay_ms": call.milliseconds,
         "time_to_first_token": 200, "total_tokens": None if call.throttled else call.input + call.output,
         "prompt_tokens": None if call.throttled else call.input,
         "completion_tokens": None if call.throttled else call.output, "reasoning_tokens": call.reasoning,
         "prompt_cache_write_tokens": 0, "prompt_cache_read_tokens": 0 if call.throttled else call.cached,
         "prompt_audio_tokens": 0, "completion_audio_tokens": 0, "cost": 0.001, "cache_enabled": False}
        for call in conversation()
    ]  # fmt: skip


def openrouter() -> str:
    """Return OpenRouter's activity, which tells no call that was turned away."""
    return records_as_table([
        {"generation_id": f"gen-{call.number}", "created_at": iso(call.at_us, "%Y-%m-%d %H:%M:%S.%f"),
         "cost_total": "0.0031", "cost_web_search": 0, "cost_cache": "-0.002", "cost_file_processing": 0,
         "byok_usage_inference": 0, "tokens_prompt": call.input, "tokens_completion": call.output,
         "tokens_reasoning": call.reasoning, "tokens_cached": call.cached,
         "model_permaslug": f"openai/{name(call, GPT)}", "provider_name": "OpenAI", "variant": "standard",
         "cancelled": "false", "streamed": "true", "user": "", "finish_reason_raw": "stop",
         "finish_reason_normalized": "stop", "generation_time_ms": call.milliseconds, "time_to_first_token_ms": 300,
         "api_key_disabled": "false", "api_key_name": "k", "app_name": "app"}
        for call in served()
    ])  # fmt: skip


def span(call: Call) -> Json:
    """Return a span of OTLP JSON after the conventions for generative AI."""
    attributes: list[tuple[str, str, object]] = [
        ("gen_ai.operation.name", "stringValue", "chat"), ("gen_ai.provider.name", "stringValue", "openai"),
        ("gen_ai.request.model", "stringValue", name(call, ("gpt-4.1", "gpt-4.1-mini"))),
    ]  # fmt: skip
    if call.throttled:
        attributes.append(("error.type", "stringValue", "429"))
    else:
        attributes += [
            ("gen_ai.response.model", "stringValue", name(call, GPT)),
            ("gen_ai.usage.input_tokens", "intValue", str(call.input)),
            ("gen_ai.usage.output_tokens", "intValue", str(call.output)),
            ("gen_ai.usage.cache_read.input_tokens", "intValue", str(call.cached)),
            ("gen_ai.usage.cache_creation.input_tokens", "intValue", str(call.written)),
            ("gen_ai.usage.reasoning.output_tokens", "intValue", str(call.reasoning)),
        ]
    return {
        "traceId": f"{call.number:032x}", "spanId": f"{call.number:016x}", "name": "chat gpt-4.1", "kind": 3,
        "startTimeUnixNano": f"{call.at_us}000", "endTimeUnixNano": f"{call.end_us}000",
        "attributes": [{"key": key, "value": {kind: value}} for key, kind, value in attributes],
        "status": {"code": 2, "message": "rate limited"} if call.throttled else {},
    }  # fmt: skip


def otlp() -> str:
    """Return what a collector's file exporter writes: a document a batch of spans."""
    return lines(
        {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "app"}}]},
         "scopeSpans": [{"scope": {"name": "x"}, "spans": [span(call) for call in conversation()[at : at + 50]]}]}]}
        for at in range(0, len(conversation()), 50)
    )  # fmt: skip


GATEWAYS: dict[str, Writer] = {
    "LiteLLM, table with details": Writer(
        lambda: records_as_table(litellm(details=True, text=True)), "gpt-4.1"
    ),
    "LiteLLM, JSON with details": Writer(lambda: json.dumps(litellm(details=True, text=False)), "gpt-4.1"),
    "LiteLLM without details": Writer(
        lambda: json.dumps(litellm(details=False, text=False)), "gpt-4.1", NO_CACHE
    ),
    "Langfuse API": Writer(langfuse_api, "gpt-4.1"),
    "Langfuse blob storage": Writer(langfuse_blobs, "gpt-4.1"),
    "Helicone": Writer(lambda: records_as_table(helicone()), "gpt-4.1", OPENAI),
    "Helicone, JSON": Writer(lambda: lines(helicone()), "gpt-4.1", OPENAI),
    "OpenRouter": Writer(openrouter, "gpt-4.1", OPENAI | {"failed"}),
    "OTLP": Writer(otlp, "gpt-4.1"),
}  # fmt: skip
