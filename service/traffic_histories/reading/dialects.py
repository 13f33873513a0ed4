"""Known writers of files, told by the columns they always write: what their names leave open."""

from dataclasses import dataclass

from .aliases import Field
from .options import Kind, TimeUnit


@dataclass(frozen=True, slots=True)
class Dialect:
    """A known writer of files, told by the columns it always writes.

    signature: columns that must all be there; and no others, where `whole`. kind: what its files are. time_unit: of
    its numeric times. zone: of its times, which do not say so. bucket_seconds: of its series. cached_included:
    whether its input tokens include the cached ones. complete: whether a bucket in the file is told whole, as a
    provider's own meter does, so that a part of the traffic which is not in it was idle then. columns: what its own
    names mean where they are there, which are too common to mean it in other files. unanswered: whether it writes an
    answer of no tokens for a request that failed. continued: whether it writes further rows of a call, for long texts,
    which count nothing. repeated: columns that say parts of what is read once more.
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
    unanswered: bool = False
    continued: bool = False
    repeated: tuple[str, ...] = ()


DIALECTS: tuple[Dialect, ...] = (
    Dialect("azure_trace", ("TIMESTAMP", "ContextTokens", "GeneratedTokens"), "log"),
    Dialect("vidur", ("arrived_at", "num_prefill_tokens", "num_decode_tokens"), "log"),
    Dialect("mooncake", ("timestamp", "input_length", "output_length"), "log", time_unit="ms"),
    Dialect("burstgpt", ("Timestamp", "Request tokens", "Response tokens"), "log", unanswered=True),
    Dialect(
        "openai_usage",
        ("start_time", "input_tokens", "num_model_requests"),
        "series",
        complete=True,
        repeated=("input_uncached_tokens", "input_text_tokens", "output_text_tokens", "input_cached_text_tokens"),
    ),
    Dialect("anthropic_usage", ("starting_at", "uncached_input_tokens", "output_tokens"), "series", complete=True),
    Dialect(
        "anthropic_console",
        ("usage_date_utc", "usage_input_tokens_no_cache", "usage_output_tokens"),
        "series",
        zone="UTC",
        bucket_seconds=86_400,
        complete=True,
    ),
    Dialect("litellm_spend_logs", ("startTime", "endTime", "prompt_tokens", "completion_tokens"), "log", zone="UTC"),
    Dialect("openrouter", ("generation_id", "tokens_prompt", "tokens_completion"), "log", zone="UTC"),
    Dialect("databricks", ("databricks_request_id", "input_token_count", "output_token_count"), "log", zone="UTC"),
    Dialect("helicone", ("request_created_at", "prompt_tokens", "completion_tokens"), "log", zone="UTC"),
    Dialect(
        "langfuse",
        ("usage_details.input", "usage_details.output", "start_time"),
        "log",
        zone="UTC",
        columns=(("status", "level"),),
    ),
    Dialect("gemini", ("usage_metadata.prompt_token_count",), "log"),
    Dialect(
        "azure_api_management", ("time_generated", "correlation_id", "prompt_tokens"), "log", zone="UTC", continued=True
    ),
    Dialect(
        "azure_api_management",
        ("time_generated [utc]", "correlation_id", "prompt_tokens"),
        "log",
        zone="UTC",
        continued=True,
    ),
    Dialect("azure_monitor", ("processed_prompt_tokens", "generated_tokens"), "series", zone="UTC"),
    Dialect("azure_monitor", ("input_tokens", "output_tokens", "model_requests", "time_stamp"), "series", zone="UTC"),
    Dialect(
        "cloudwatch",
        ("input_token_count", "output_token_count", "invocations"),
        "series",
        zone="UTC",
        cached_included=False,
    ),
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
    Dialect(
        "litellm_daily_activity",
        ("date", "metrics.prompt_tokens", "metrics.completion_tokens", "metrics.successful_requests"),
        "series",
        zone="UTC",
        bucket_seconds=86_400,
        columns=(
            ("requests", "metrics.successful_requests"),
            ("input_tokens", "metrics.prompt_tokens"),
            ("output_tokens", "metrics.completion_tokens"),
        ),
    ),
    Dialect(
        "cloudflare_ai_gateway",
        ("tokens_in", "tokens_out", "cached", "success"),
        "log",
        columns=(("cache_hit", "cached"), ("milliseconds", "duration")),
    ),
    Dialect("nab", ("timestamp", "value"), "series", whole=True, columns=(("requests", "value"),)),
)
"""Known dialects; the first whose signature is there names the file."""
