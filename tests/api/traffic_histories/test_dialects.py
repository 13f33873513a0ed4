"""Every dialect of the field as its writer writes it: counts, cached tokens and times are right."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import new_workload
from tests.uploading import part, send

NOON = 1_791_201_600
"""2026-10-05T12:00:00Z."""


@dataclass(frozen=True)
class Written:
    """A small file, what is said about it, and what must become of it.

    totals: requests (None: not recorded), input tokens with the cached ones, cached and output tokens. first, last:
    times of day on 5 October 2026. rows: read, stored, failed, answered from a cache.
    """

    content: str
    totals: tuple[int | None, int, int, int]
    rows: tuple[int, int, int, int]
    dialect: str | None
    first: str = "12:00:00"
    last: str = "12:00:00"
    query: str = ""


def records(*found: dict[str, Any]) -> str:
    """Return JSON Lines."""
    return "\n".join(json.dumps(record) for record in found)


OPENAI = {
    "object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 500,
    "input_cached_tokens": 800, "input_audio_tokens": 0, "output_audio_tokens": 0, "num_model_requests": 5,
    "project_id": None, "user_id": None, "api_key_id": None, "model": None, "batch": None,
}  # fmt: skip


def openai_page(start: int) -> str:
    """Return a page of two hours, the second without traffic."""
    buckets = [
        {"object": "bucket", "start_time": start, "end_time": start + 3600, "results": [OPENAI]},
        {"object": "bucket", "start_time": start + 3600, "end_time": start + 7200, "results": []},
    ]
    return json.dumps({"object": "page", "data": buckets, "has_more": False, "next_page": None})


ANTHROPIC = {
    "uncached_input_tokens": 1500, "cache_read_input_tokens": 200, "output_tokens": 500,
    "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 5},
    "server_tool_use": {"web_search_requests": 10},
    "api_key_id": None, "workspace_id": None, "model": None, "service_tier": None, "context_window": None,
}  # fmt: skip
ANTHROPIC_PAGE = {
    "data": [{"starting_at": "2026-10-05T12:00:00Z", "ending_at": "2026-10-05T13:00:00Z", "results": [ANTHROPIC]}],
    "has_more": False,
    "next_page": None,
}
CONSOLE = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count"
)
MESSAGE = {
    "id": "msg_1", "type": "message", "created_at": "2026-10-05T12:00:00Z", "model": "m",
    "usage": {
        "input_tokens": 100, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 30, "output_tokens": 10,
        "cache_creation": {"ephemeral_5m_input_tokens": 15, "ephemeral_1h_input_tokens": 5},
    },
}  # fmt: skip
SPEND = {
    "request_id": "a", "call_type": "acompletion", "spend": 0.1, "total_tokens": 110, "prompt_tokens": 100,
    "completion_tokens": 10, "startTime": "2026-10-05T12:00:00.120000Z", "endTime": "2026-10-05T12:00:00.920000Z",
    "completionStartTime": "2026-10-05T12:00:00.420000Z", "model": "m", "cache_hit": "False", "status": "success",
    "metadata": {"usage_object": {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 40}}},
}  # fmt: skip
SPAN = {
    "name": "chat m", "startTimeUnixNano": f"{NOON}123456789", "endTimeUnixNano": f"{NOON + 1}123456789",
    "attributes": {
        "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 20, "gen_ai.usage.cache_creation.input_tokens": 5,
    },
}  # fmt: skip
START = "start=2026-10-05T12:00:00Z"

FILES = {
    "azure trace": Written(
        "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2026-10-05 14:00:00.0000004,374,44\r\n2026-10-05 14:00:04,3,5",
        (2, 377, 0, 49), (2, 2, 0, 0), "azure_trace", last="12:00:04", query="zone=Europe/Berlin",
    ),
    "azure gateway": Written(
        "TimeGenerated [UTC],DeploymentName,PromptTokens,CompletionTokens,TotalTokens,RequestId\n"
        "2026-10-05T12:00:00Z,d,374,44,418,a\n",
        (1, 374, 0, 44), (1, 1, 0, 0), None,
    ),
    "openai usage page": Written(
        openai_page(NOON), (5, 1000, 800, 500), (2, 2, 0, 0), "openai_usage", last="13:00:00"
    ),
    "openai usage, two pages": Written(
        f"{openai_page(NOON)}\n{openai_page(NOON + 7200)}",
        (10, 2000, 1600, 1000), (4, 4, 0, 0), "openai_usage", last="15:00:00",
    ),
    "openai usage export": Written(
        "start_time,end_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens\n"
        f"{NOON},{NOON + 60},5,m,1000,500,800\n{NOON + 60},{NOON + 120},,,,,\n",
        (5, 1000, 800, 500), (2, 2, 0, 0), "openai_usage", last="12:01:00",
    ),
    "openai responses": Written(
        records({
            "id": "chatcmpl-1", "created": NOON, "model": "m",
            "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
        }),
        (1, 9, 4, 2), (1, 1, 0, 0), None,
    ),
    "anthropic usage page": Written(
        json.dumps(ANTHROPIC_PAGE), (None, 2705, 200, 500), (1, 1, 0, 0), "anthropic_usage"
    ),
    "anthropic console": Written(
        f"{CONSOLE}\n2026-10-05,m,k,w,message,0-200k,100,20,3,7,50,0\n2026-10-05,m,k,w,batch,0-200k,1,0,0,0,1,0\n",
        (None, 131, 7, 51), (2, 2, 0, 0), "anthropic_console", "00:00:00", "00:00:00",
        query="combine=batch",
    ),
    "anthropic messages": Written(records(MESSAGE), (1, 150, 30, 10), (1, 1, 0, 0), "anthropic_messages"),
    "litellm spend logs": Written(
        json.dumps([
            SPEND,
            SPEND | {"request_id": "b", "cache_hit": "True"},
            SPEND | {"request_id": "c", "status": "failure", "prompt_tokens": 0},
            SPEND | {"request_id": "d", "cache_hit": "None"},
        ]),
        (2, 200, 80, 20), (4, 2, 1, 1), "litellm_spend_logs", "12:00:00.120000", "12:00:00.120000",
    ),
    "mooncake": Written(
        records(*({"timestamp": 1500 * n, "input_length": 7, "output_length": 2, "hash_ids": [0]} for n in range(3))),
        (3, 21, 0, 6), (3, 3, 0, 0), "mooncake", last="12:00:03", query=START,
    ),
    "vidur": Written(
        "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n5.8926549999999995,3,4\n",
        (2, 377, 0, 48), (2, 2, 0, 0), "vidur", last="12:00:05.892655", query=START,
    ),
    "opentelemetry spans": Written(
        records(SPAN), (1, 100, 20, 10), (1, 1, 0, 0), "opentelemetry", "12:00:00.123457", "12:00:00.123457"
    ),
    "opentelemetry columns": Written(
        "timestamp,gen_ai.usage.input_tokens,gen_ai.usage.cache_read.input_tokens,gen_ai.usage.output_tokens\n"
        f"{NOON}000,100,20,10\n",
        (1, 100, 20, 10), (1, 1, 0, 0), "opentelemetry",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_lands_as_its_writer_meant_it(name: str, api: ApiClient) -> None:
    file = FILES[name]
    answer = send(api, new_workload(api), file.content.encode(), file.query)
    assert answer.status_code == 201, answer.text
    told = answer.json
    fields = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
    assert tuple(told[field] for field in fields) == file.totals
    assert (told["first_at"], told["last_at"]) == (f"2026-10-05T{file.first}Z", f"2026-10-05T{file.last}Z")
    rows = told["file_rows"]
    assert tuple(rows[field] for field in ("read", "stored", "failed", "cache_hits")) == file.rows
    assert rows["accepted"] == rows["read"]
    assert part(api, told["id"], "quality")["report"]["dialect"] == file.dialect
