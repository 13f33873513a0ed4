"""Columns are recognised across the field's dialects, mapped by hand, and never guessed."""

import json

import pytest

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.dialects import DIALECTS
from service.workflow.traffic import BucketSeries
from tests.reading import found, read, read_log, read_parts, read_series, refusal

HOUR = 3600
NOON = "2026-10-05T12:00:00Z"


def test_no_spelling_means_two_things() -> None:
    plain = [plain_name(name) for spellings in SPELLINGS.values() for name in spellings]
    assert sorted(plain) == sorted(set(plain))


@pytest.mark.parametrize(
    ("dialect", "header", "row", "totals"),
    [
        ("azure_trace", "TIMESTAMP,ContextTokens,GeneratedTokens", f"{NOON},30,4", (30, 0, 4)),
        ("burstgpt", "Timestamp,Model,Request tokens,Response tokens,Log Type", f"{NOON},m,30,4,x", (30, 0, 4)),
        (
            "litellm_spend_logs",
            "request_id,startTime,endTime,prompt_tokens,completion_tokens,total_tokens,spend,cache_hit,status",
            f"a,{NOON},{NOON},30,4,34,0.1,False,success",
            (30, 0, 4),
        ),
        (
            "cloudflare_ai_gateway",
            "created_at,model,tokens_in,tokens_out,cached,success,duration",
            f"{NOON},m,30,4,false,true,700",
            (30, 0, 4),
        ),
        (
            "opentelemetry",
            "timestamp,gen_ai.usage.input_tokens,gen_ai.usage.cache_read.input_tokens,gen_ai.usage.output_tokens",
            f"{NOON},30,10,4",
            (30, 10, 4),
        ),
        (
            "anthropic_messages",
            "created_at,input_tokens,cache_creation_input_tokens,cache_read_input_tokens,output_tokens",
            f"{NOON},30,5,10,4",
            (45, 10, 4),
        ),
        (
            "anthropic_messages",
            "created_at,input_tokens,cache_creation_input_tokens,output_tokens",
            f"{NOON},30,5,4",
            (35, 0, 4),
        ),
        (
            "bedrock",
            "timestamp,usage.inputTokens,usage.outputTokens,usage.cacheReadInputTokens,usage.cacheWriteInputTokens",
            f"{NOON},30,4,10,5",
            (45, 10, 4),
        ),
        (None, "TimeGenerated [UTC],PromptTokens,CompletionTokens,DeploymentName", f"{NOON},30,4,d", (30, 0, 4)),
        (None, "arrival,input_tokens,cached_input_tokens,output_tokens,seconds", f"{NOON},30,10,4,1.5", (30, 10, 4)),
    ],
)
def test_logs_are_recognised(dialect: str | None, header: str, row: str, totals: tuple[int, int, int]) -> None:
    history, report = read(f"{header}\n{row}\n")
    assert report.dialect == dialect
    assert report.kind == "log"
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert tuple(int(column[0]) for column in columns) == totals


def test_a_console_export_is_days_in_utc_without_requests() -> None:
    header = (
        "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens"
    )
    history, report = read(f"{header}\n2026-10-05,a,100,20,3,7,50\n2026-10-05,b,1,0,0,0,1\n", combine=("model",))
    assert report.dialect == "anthropic_console"
    assert (history.input_tokens.tolist(), history.cached_input_tokens.tolist()) == ([131], [7])
    assert [finding.code for finding in report.findings] == [
        "prices_combined",
        "zone_assumed",
        "no_requests",
        "summed_rows",
    ]


def test_cached_tokens_that_were_added_to_the_input_are_told() -> None:
    text = f"ts,input_tokens,cache_read_input_tokens,output_tokens\n{NOON},30,10,4\n"
    history, report = read(text)
    assert (history.input_tokens.tolist(), list(found(report))) == ([40], ["cached_added"])
    history, report = read(text, cached_included=True)
    assert (history.input_tokens.tolist(), report.findings) == ([30], [])


def test_more_cached_than_input_names_the_mend() -> None:
    text = f"ts,input_tokens,cached_tokens,output_tokens\n{NOON},3,10,4\n"
    error = refusal(text, cached_included=True)
    assert error.code == "too_many_rejects"
    assert error.detail.endswith("say cached_included=false")
    history, report = read(text)
    assert (history.input_tokens.tolist(), list(found(report))) == ([13], ["cached_convention", "cached_added"])


USED = {"input_tokens": 10, "input_cached_tokens": 4, "output_tokens": 3, "num_model_requests": 2}


def test_a_metered_bucket_without_a_part_of_the_traffic_was_idle_for_it() -> None:
    hours = [[USED | {"model": "a"}, USED | {"model": "b"}], [], [USED | {"model": "b"}]]
    buckets = [
        {"start_time": HOUR * n, "end_time": HOUR * (n + 1), "results": used}
        for n, used in enumerate(hours, start=497_000)
    ]
    parts, report = read_parts(json.dumps({"data": buckets}), split_by="model")
    series = {key: part for key, part in parts.items() if isinstance(part, BucketSeries)}
    requests = {key: [] if part.requests is None else part.requests.tolist() for key, part in series.items()}
    assert requests == {"a": [2, 0, 0], "b": [2, 0, 2]}
    assert (report.rows.read, report.rows.accepted, report.rows.rejected) == (4, 4, 0)


def test_a_row_without_figures_is_idle_in_a_metered_export_and_rejected_in_others() -> None:
    rows = [f"{HOUR * n},{HOUR * n + HOUR},{cells}" for n, cells in enumerate(["5,9,1,2", ",,,"], start=497_000)]
    header = "start_time,end_time,{},input_tokens,input_cached_tokens,output_tokens"
    metered = read_series("\n".join([header.format("num_model_requests"), *rows]))
    assert metered.requests is not None
    assert (metered.requests.tolist(), metered.input_tokens.tolist()) == ([5, 0], [9, 0])
    assert refusal("\n".join([header.format("requests"), *rows])).code == "too_many_rejects"


def test_a_usage_page_of_the_other_provider_counts_writes_as_input() -> None:
    result = {
        "uncached_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 3},
        "cache_read_input_tokens": 7,
        "output_tokens": 50,
        "model": None,
    }
    bucket = {"starting_at": NOON, "ending_at": "2026-10-05T13:00:00Z", "results": [result]}
    idle = {"starting_at": "2026-10-05T13:00:00Z", "ending_at": "2026-10-05T14:00:00Z", "results": []}
    series = read_series(json.dumps({"data": [bucket, idle], "has_more": False, "next_page": None}))
    assert series.bucket_seconds == 3600
    assert series.requests is None
    assert (series.input_tokens.tolist(), series.cached_input_tokens.tolist()) == ([130, 0], [7, 0])


def test_names_are_told_without_regard_to_case_and_separators() -> None:
    assert len(read_log(f"Arrived At;PROMPT-TOKENS;completion.tokens\n{NOON};1;2\n").arrival_us) == 1


def test_the_surest_spelling_wins_and_the_others_are_told_as_ignored() -> None:
    _, report = read(f"created,arrival,input_tokens,prompt_tokens,output_tokens\nx,{NOON},1,9,2\n")
    assert report.columns == {"arrival": "arrival", "input_tokens": "input_tokens", "output_tokens": "output_tokens"}
    assert report.ignored_columns == ["created", "prompt_tokens"]


def test_columns_can_be_mapped() -> None:
    log = read_log(
        f"when,in,out\n{NOON},5,6\n", columns=(("arrival", "when"), ("input_tokens", "in"), ("output_tokens", "OUT"))
    )
    assert (log.input_tokens.tolist(), log.output_tokens.tolist()) == ([5], [6])


def test_a_mapped_column_that_is_not_there_is_named() -> None:
    error = refusal(f"when,in,out\n{NOON},5,6\n", columns=(("arrival", "wehn"),))
    assert (error.code, error.parameter) == ("unknown_column", "column.arrival")
    assert "'when', 'in', 'out'" in error.detail


@pytest.mark.parametrize(
    ("header", "parameter"),
    [
        ("a,input_tokens,output_tokens", "column.arrival"),
        ("arrival,a,output_tokens", "column.input_tokens"),
        ("arrival,input_tokens,a", "column.output_tokens"),
    ],
)
def test_what_is_not_recognised_names_the_mend(header: str, parameter: str) -> None:
    error = refusal(f"{header}\n{NOON},1,1\n")
    assert (error.code, error.parameter) == ("unrecognised_columns", parameter)


def test_a_common_word_means_requests_only_where_it_stands_alone() -> None:
    assert read_series("timestamp,value\n2026-10-05T12:00:00Z,7\n2026-10-05T12:05:00Z,8\n").requests is not None
    assert len(read_log(f"timestamp,value,input_tokens,output_tokens\n{NOON},7,1,1\n").arrival_us) == 1


def test_a_log_of_arrivals_alone_is_believed_when_it_is_called_one() -> None:
    history, report = read(f"arrival\n{NOON}\n", kind="log")
    assert history.input_tokens.tolist() == [0]
    assert [finding.code for finding in report.findings] == ["no_tokens"]


def test_whether_input_includes_cached_can_be_said() -> None:
    text = f"arrival,input_tokens,cached_tokens,output_tokens\n{NOON},30,10,4\n"
    assert read_log(text).input_tokens.tolist() == [30]
    assert read_log(text, cached_included=False).input_tokens.tolist() == [40]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: f"{dialect.name}-{len(dialect.signature)}")
def test_every_dialect_names_columns_that_are_known(dialect: object) -> None:
    known = {plain_name(name) for spellings in SPELLINGS.values() for name in spellings}
    signature = {plain_name(name) for name in dialect.signature}  # type: ignore[attr-defined]
    own = {plain_name(name) for _, name in dialect.columns}  # type: ignore[attr-defined]
    assert signature <= known | own
