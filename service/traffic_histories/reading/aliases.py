"""How the field spells its columns: the one table of column knowledge. A new dialect is new rows here."""

import re
from typing import Literal

Field = Literal[
    "arrival",
    "end",
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "cache_write_5m_input_tokens",
    "cache_write_1h_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "image_input_tokens",
    "total_tokens",
    "seconds",
    "milliseconds",
    "status",
    "success",
    "error",
    "cache_hit",
    "request_id",
]
"""What a column can mean.

arrival: the row's time, a request's arrival or a bucket's start. end: a request's completion or a bucket's end.
requests: in the bucket. input_tokens: all input, or all but cached where the dialect says so. uncached_input_tokens:
input neither read from nor written to the prompt cache. cached_input_tokens: read from it. cache_write_*: written to
it. reasoning_output_tokens, audio_*, image_*: the parts of output and input that are, told apart. total_tokens: input
and output, which tells whether cached ones stand beside or inside the input. seconds, milliseconds: measured time in
service. status, success, error: of the
response. cache_hit: answered by a response cache without reaching a model. request_id:
unique a request.
"""

SPELLINGS: dict[Field, tuple[str, ...]] = {
    "arrival": (
        "arrival", "arrival_time", "arrived_at", "arrival_timestamp", "request_time", "requested_at",
        "start_time", "started_at", "starting_at", "start_time_unix_nano", "timestamp", "time", "ts",
        "timestamp_ms", "bucket_start", "bucket", "window_start", "start", "datetime", "created_at", "created",
        "create_time", "logging_time",
        "time_generated", "timestamp [utc]", "time_generated [utc]", "aggregation_timestamp", "usage_date_utc",
        "usage_date", "date",
        "request_created_at", "request_start_time", "@timestamp", "event_timestamp", "event_time",
        "start_date", "interval_start", "charge_period_start", "requested_time", "logged_at",
        "usage_start_time", "time_utc", "datetime_utc", "date_utc", "created_at_utc", "start_time_utc",
    ),
    "end": (
        "end_time", "ended_at", "ending_at", "end_time_unix_nano", "completed_at", "finished_at",
        "bucket_end", "window_end", "end",
        "charge_period_end", "response_created_at",
    ),
    "requests": (
        "requests", "num_requests", "request_count", "num_model_requests", "n_requests", "total_requests",
        "api_requests", "calls", "invocations",
        "azure_open_ai_requests", "model_requests", "vllm:request_success_total", "vllm_request_success_total",
        "request_success_total", "vllm:request_success", "number_of_requests", "invocation_count", "gen_ai_requests",
    ),
    "input_tokens": (
        "input_tokens", "prompt_tokens", "context_tokens", "num_prefill_tokens", "input_length", "request_tokens",
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "attributes.gen_ai.usage.input_tokens",
        "attributes.gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "usage.input_tokens",
        "usage.prompt_tokens", "n_context_tokens_total", "total_input_tokens", "input.input_token_count",
        "input_token_count", "prompt_token_count", "tokens_prompt", "processed_prompt_tokens", "prompt_tokens_total",
        "vllm:prompt_tokens_total", "vllm_prompt_tokens_total", "vllm:prompt_tokens", "vllm_prompt_tokens",
        "usage_metadata.prompt_token_count", "usage_details.input", "usage.input", "prompt_usage", "input_usage",
        "tokens_input", "tokens_in", "llm.token_count.prompt", "attributes.llm.token_count.prompt",
        "ai.usage.prompt_tokens", "ai.usage.input_tokens", "sglang:prompt_tokens_total", "$ai_input_tokens",
        "properties.$ai_input_tokens", "num_prompt_tokens", "num_input_tokens", "n_prompt_tokens", "n_input_tokens",
    ),
    "uncached_input_tokens": (
        "uncached_input_tokens", "usage_input_tokens_no_cache", "input_tokens_no_cache", "input_uncached_tokens",
        "prompt_cache_miss_tokens", "usage.prompt_cache_miss_tokens",
    ),
    "cached_input_tokens": (
        "cached_input_tokens", "input_cached_tokens", "cache_read_input_tokens", "usage_input_tokens_cache_read",
        "input_tokens_cache_read", "gen_ai.usage.cache_read.input_tokens",
        "attributes.gen_ai.usage.cache_read.input_tokens", "usage.cache_read_input_tokens",
        "usage.prompt_tokens_details.cached_tokens", "usage.input_tokens_details.cached_tokens",
        "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens",
        "metadata.usage_object.prompt_tokens_details.cached_tokens", "cache_read_tokens", "cached_tokens",
        "n_cached_context_tokens_total", "input.cache_read_input_token_count",
        "cache_read_input_token_count", "cached_content_token_count", "usage_metadata.cached_content_token_count",
        "tokens_cached", "prompt_cache_read_tokens", "$ai_cache_read_input_tokens",
        "properties.$ai_cache_read_input_tokens", "num_cached_tokens", "usage_details.input_cached_tokens",
        "usage_details.cache_read_input_tokens", "usage_details.input_cache_read",
 "gen_ai.usage.details.cache_read_tokens",
        "attributes.gen_ai.usage.details.cache_read_tokens",
        "native_tokens_cached", "tokens_cache_read", "cache_read",
        "azure_open_ai_cached_tokens", "cached_prompt_tokens", "prompt_tokens_cached",
        "vllm:prompt_tokens_cached_total", "gen_ai.usage.details.cached_tokens",
        "attributes.gen_ai.usage.details.cached_tokens", "llm.token_count.prompt_details.cache_read",
        "input_token_details.cache_read", "prompt_cached_tokens", "prompt_cache_hit_tokens",
        "usage.prompt_cache_hit_tokens", "metadata.usage_object.cache_read_input_tokens",
    ),
    "cache_write_input_tokens": (
        "cache_creation_input_tokens", "usage.cache_creation_input_tokens", "cache_write_input_tokens",
        "usage.cache_write_input_tokens", "input.cache_write_input_token_count",
        "cache_write_input_token_count", "prompt_cache_write_tokens", "cache_write_tokens", "cache_creation_tokens",
        "gen_ai.usage.cache_creation.input_tokens", "attributes.gen_ai.usage.cache_creation.input_tokens",

        "gen_ai.usage.details.cache_write_tokens", "attributes.gen_ai.usage.details.cache_write_tokens",
        "gen_ai.usage.details.cache_creation_input_tokens", "usage_details.cache_creation_input_tokens",
        "usage_details.input_cache_creation", "input_token_details.cache_creation",
        "metadata.usage_object.cache_creation_input_tokens", "usage.prompt_tokens_details.cache_write_tokens",
        "usage.input_tokens_details.cache_write_tokens", "tokens_cache_write",
    ),
    "cache_write_5m_input_tokens": (
        "usage_input_tokens_cache_write_5m", "input_tokens_cache_write_5m",
        "cache_creation.ephemeral_5m_input_tokens", "usage.cache_creation.ephemeral_5m_input_tokens",
        "cache_creation_5m_input_tokens", "cache_write_5m_input_tokens",
    ),
    "cache_write_1h_input_tokens": (
        "usage_input_tokens_cache_write_1h", "input_tokens_cache_write_1h",
        "cache_creation.ephemeral_1h_input_tokens", "usage.cache_creation.ephemeral_1h_input_tokens",
        "cache_creation_1h_input_tokens", "cache_write_1h_input_tokens",
    ),
    "output_tokens": (
        "output_tokens", "completion_tokens", "generated_tokens", "num_decode_tokens", "output_length",
        "response_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
        "attributes.gen_ai.usage.output_tokens", "attributes.gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens", "usage.output_tokens", "usage.completion_tokens",
        "n_generated_tokens_total", "total_output_tokens", "output.output_token_count",
        "output_token_count", "candidates_token_count", "tokens_completion", "generation_tokens",
        "generation_tokens_total", "vllm:generation_tokens_total", "vllm_generation_tokens_total",
        "vllm:generation_tokens", "vllm_generation_tokens", "usage_metadata.candidates_token_count",
        "usage_details.output", "usage.output", "output_usage", "completion_usage", "tokens_output", "tokens_out",
        "llm.token_count.completion", "attributes.llm.token_count.completion", "ai.usage.completion_tokens",
        "ai.usage.output_tokens", "sglang:generation_tokens_total", "$ai_output_tokens", "properties.$ai_output_tokens",
        "num_generation_tokens", "num_output_tokens", "num_completion_tokens", "n_output_tokens", "n_completion_tokens",
    ),
    "reasoning_output_tokens": (
        "reasoning_output_tokens", "reasoning_tokens", "tokens_reasoning", "thoughts_token_count",
        "usage_metadata.thoughts_token_count",
        "completion_tokens_details.reasoning_tokens", "usage.completion_tokens_details.reasoning_tokens",
        "usage.output_tokens_details.reasoning_tokens", "output_tokens_details.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens", "attributes.gen_ai.usage.details.reasoning_tokens",
        "usage_details.output_reasoning_tokens", "output_reasoning_tokens",
        "gen_ai.usage.reasoning.output_tokens", "attributes.gen_ai.usage.reasoning.output_tokens",
        "metadata.usage_object.completion_tokens_details.reasoning_tokens", "thinking_tokens",
    ),
    "audio_input_tokens": (
        "input_audio_tokens", "audio_input_tokens", "prompt_audio_tokens", "usage.prompt_tokens_details.audio_tokens",
        "usage.input_tokens_details.audio_tokens", "usage_details.input_audio_tokens",
    ),
    "audio_output_tokens": (
        "output_audio_tokens", "audio_output_tokens", "completion_audio_tokens",
        "usage.completion_tokens_details.audio_tokens", "usage.output_tokens_details.audio_tokens",
        "usage_details.output_audio_tokens",
    ),
    "image_input_tokens": (
        "input_image_tokens", "image_input_tokens", "usage.input_tokens_details.image_tokens", "image_tokens",
    ),
    "total_tokens": (
        "total_tokens", "total_token_count", "usage.total_tokens", "usage_metadata.total_token_count", "tokens_total",
        "usage_details.total", "usage.total", "gen_ai.usage.total_tokens", "attributes.gen_ai.usage.total_tokens",
        "llm.usage.total_tokens", "llm.token_count.total",
    ),
    "seconds": (
        "seconds", "service_seconds", "duration_seconds", "latency_seconds", "duration_s", "latency_s",
        "elapsed_seconds", "gen_ai.server.request.duration", "gen_ai.client.operation.duration",
        "execution_duration_seconds",
    ),
    "milliseconds": (
        "milliseconds", "service_ms", "duration_ms", "latency_ms", "response_time_ms", "request_duration_ms",
        "response_ms", "elapsed_ms",
        "generation_time_ms", "delay_ms", "execution_duration_ms", "execution_time_ms",
    ),
    "status": (
        "status", "status_code", "http_status", "response_status", "response_code", "http.response.status_code",
        "attributes.http.response.status_code",
        "response_status_code", "http_status_code", "attributes.http.status_code",
    ),
    "success": ("success", "is_success", "succeeded", "successful", "is_successful", "ok"),
    "error": (
        "error", "error_type", "attributes.error.type", "error_message", "exception",
        "error_code", "failure_reason", "attributes.error",
        "is_error", "has_error", "failed", "is_failed",
    ),
    "cache_hit": (
        "cache_hit", "response_cache_hit", "is_cache_hit", "from_cache", "is_cached", "served_from_cache",
        "cached_response",
    ),
    "request_id": (
        "request_id", "response_id", "gen_ai.response.id", "attributes.gen_ai.response.id", "x_request_id",
        "databricks_request_id", "generation_id", "correlation_id",
    ),
}  # fmt: skip
"""Spellings of each field, the surest first. Case, blanks, `_`, `-`, `.` and brackets do not matter: `plain_name`."""


COUNTED = re.compile(r"\b(?:i?rate|increase|i?delta)\(\s*([A-Za-z_:][\w:]*)")
"""What PromQL counts in an expression, which is what Grafana heads a column with."""


def plain_name(name: str) -> str:
    """Return `name` without what spellings differ in: case, blanks, `_`, `-`, `.`, brackets and `{labels}`.

    Of an expression such as `sum(increase(NAME{...}[1m]))` that is NAME.
    """
    counted = COUNTED.search(name)
    text = (counted[1] if counted else name).casefold().partition("{")[0]
    return "".join(character for character in text if character not in " _-.\t()[]")
