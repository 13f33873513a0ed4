"""How the field spells its columns: the one table of column knowledge. A new dialect is new rows here."""

from dataclasses import dataclass
from typing import Literal

from .options import Kind, TimeUnit

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
    "seconds",
    "milliseconds",
    "status",
    "error",
    "cache_hit",
    "request_id",
]
"""What a column can mean.

arrival: the row's time, a request's arrival or a bucket's start. end: a request's completion or a bucket's end.
requests: in the bucket. input_tokens: all input, or all but cached where the dialect says so. uncached_input_tokens:
input neither read from nor written to the prompt cache. cached_input_tokens: read from it. cache_write_*: written to
it. seconds, milliseconds: measured time in service. status, error: of the response. cache_hit: answered by a
response cache without reaching a model. request_id: unique a request.
"""

SPELLINGS: dict[Field, tuple[str, ...]] = {
    "arrival": (
        "arrival", "arrival_time", "arrived_at", "arrival_timestamp", "request_time", "requested_at",
        "start_time", "started_at", "starting_at", "start_time_unix_nano", "timestamp", "time", "ts",
        "bucket_start", "bucket", "window_start", "start", "datetime", "created_at", "created",
        "time_generated", "time_generated [utc]", "aggregation_timestamp", "usage_date_utc", "usage_date", "date",
    ),
    "end": (
        "end_time", "ended_at", "ending_at", "end_time_unix_nano", "completed_at", "finished_at",
        "bucket_end", "window_end", "end",
    ),
    "requests": (
        "requests", "num_requests", "request_count", "num_model_requests", "n_requests", "total_requests",
        "api_requests", "calls", "invocations",
    ),
    "input_tokens": (
        "input_tokens", "prompt_tokens", "context_tokens", "num_prefill_tokens", "input_length", "request_tokens",
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "attributes.gen_ai.usage.input_tokens",
        "attributes.gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "usage.input_tokens",
        "usage.prompt_tokens", "n_context_tokens_total", "total_input_tokens", "input.input_token_count",
    ),
    "uncached_input_tokens": (
        "uncached_input_tokens", "usage_input_tokens_no_cache", "input_tokens_no_cache", "input_uncached_tokens",
    ),
    "cached_input_tokens": (
        "cached_input_tokens", "input_cached_tokens", "cache_read_input_tokens", "usage_input_tokens_cache_read",
        "input_tokens_cache_read", "gen_ai.usage.cache_read.input_tokens",
        "attributes.gen_ai.usage.cache_read.input_tokens", "usage.cache_read_input_tokens",
        "usage.prompt_tokens_details.cached_tokens", "usage.input_tokens_details.cached_tokens",
        "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens",
        "metadata.usage_object.prompt_tokens_details.cached_tokens", "cache_read_tokens", "cached_tokens",
        "n_cached_context_tokens_total", "input.cache_read_input_token_count",
    ),
    "cache_write_input_tokens": (
        "cache_creation_input_tokens", "usage.cache_creation_input_tokens", "cache_write_input_tokens",
        "usage.cache_write_input_tokens", "input.cache_write_input_token_count",
    ),
    "cache_write_5m_input_tokens": (
        "usage_input_tokens_cache_write_5m", "input_tokens_cache_write_5m",
        "cache_creation.ephemeral_5m_input_tokens", "usage.cache_creation.ephemeral_5m_input_tokens",
    ),
    "cache_write_1h_input_tokens": (
        "usage_input_tokens_cache_write_1h", "input_tokens_cache_write_1h",
        "cache_creation.ephemeral_1h_input_tokens", "usage.cache_creation.ephemeral_1h_input_tokens",
    ),
    "output_tokens": (
        "output_tokens", "completion_tokens", "generated_tokens", "num_decode_tokens", "output_length",
        "response_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
        "attributes.gen_ai.usage.output_tokens", "attributes.gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens", "usage.output_tokens", "usage.completion_tokens",
        "n_generated_tokens_total", "total_output_tokens", "output.output_token_count",
    ),
    "seconds": (
        "seconds", "service_seconds", "duration_seconds", "latency_seconds", "duration_s", "latency_s",
        "elapsed_seconds", "gen_ai.server.request.duration", "gen_ai.client.operation.duration",
    ),
    "milliseconds": (
        "milliseconds", "service_ms", "duration_ms", "latency_ms", "response_time_ms", "request_duration_ms",
        "response_ms", "elapsed_ms",
    ),
    "status": (
        "status", "status_code", "http_status", "response_status", "response_code", "http.response.status_code",
        "attributes.http.response.status_code",
    ),
    "error": ("error", "error_type", "attributes.error.type", "error_message", "exception"),
    "cache_hit": ("cache_hit", "response_cache_hit"),
    "request_id": (
        "request_id", "response_id", "gen_ai.response.id", "attributes.gen_ai.response.id", "x_request_id",
    ),
}  # fmt: skip
"""Spellings of each field, the surest first. Case, blanks, `_`, `-` and `.` do not matter (see `plain_name`)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A known writer of files, told by the columns it always writes.

    signature: columns that must all be there; and no others, where `whole`. kind: what its files are. time_unit: of
    its numeric times. zone: of its times, which do not say so. bucket_seconds: of its series. cached_included:
    whether its input tokens include the cached ones. complete: whether a bucket in the file is told whole, as a
    provider's own meter does, so that a part of the traffic which is not in it was idle then. columns: what its own
    names mean, where they are too common to mean it in other files.
    """

    name: str
    signature: tuple[str, ...]
    kind: Kind
    whole: bool = False
    time_unit: TimeUnit | None = None
    zone: str | None = None
    bucket_seconds: int | None = None
    cached_included: bool = True
    complete: bool = False
    columns: tuple[tuple[Field, str], ...] = ()


DIALECTS: tuple[Dialect, ...] = (
    Dialect("azure_trace", ("TIMESTAMP", "ContextTokens", "GeneratedTokens"), "log"),
    Dialect("vidur", ("arrived_at", "num_prefill_tokens", "num_decode_tokens"), "log"),
    Dialect("mooncake", ("timestamp", "input_length", "output_length"), "log", time_unit="ms"),
    Dialect("burstgpt", ("Timestamp", "Request tokens", "Response tokens"), "log"),
    Dialect("openai_usage", ("start_time", "input_tokens", "num_model_requests"), "series", complete=True),
    Dialect("anthropic_usage", ("starting_at", "uncached_input_tokens", "output_tokens"), "series", complete=True),
    Dialect(
        "anthropic_console",
        ("usage_date_utc", "usage_input_tokens_no_cache", "usage_output_tokens"),
        "series",
        zone="UTC",
        bucket_seconds=86_400,
        complete=True,
    ),
    Dialect("litellm_spend_logs", ("startTime", "endTime", "prompt_tokens", "completion_tokens"), "log"),
    Dialect("opentelemetry", ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"), "log"),
    Dialect("opentelemetry", ("attributes.gen_ai.usage.input_tokens",), "log"),
    Dialect("bedrock", ("input.input_token_count", "output.output_token_count"), "log", cached_included=False),
    Dialect("bedrock", ("usage.input_tokens", "usage.cache_write_input_tokens"), "log", cached_included=False),
    *(
        Dialect("anthropic_messages", signature, "log", cached_included=False)
        for signature in (
            ("input_tokens", "cache_read_input_tokens", "output_tokens"),
            ("input_tokens", "cache_creation_input_tokens", "output_tokens"),
            ("usage.input_tokens", "usage.cache_read_input_tokens"),
            ("usage.input_tokens", "usage.cache_creation_input_tokens"),
        )
    ),
    Dialect("nab", ("timestamp", "value"), "series", whole=True, columns=(("requests", "value"),)),
)
"""Known dialects; the first whose signature is there names the file."""


def plain_name(name: str) -> str:
    """Return `name` without what spellings differ in: case, blanks, `_`, `-` and `.`."""
    return "".join(character for character in name.casefold() if character not in " _-.\t")
