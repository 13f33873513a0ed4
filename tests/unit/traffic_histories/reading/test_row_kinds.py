"""What rows are, told by values: what is priced apart, what failed, what only encloses calls, what cannot be counts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.workflow.traffic import BucketSeries, RequestLog
from tests.reading import found, read, refusal

ROWS = 48


def hour(n: int, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return (datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=n)).strftime(form)


def log(name: str, *values: str) -> str:
    """Return a log whose column `name` has these values in turn."""
    rows = (f"{hour(n)},{values[n % len(values)]},100,10\n" for n in range(ROWS))
    return f"timestamp,{name},prompt_tokens,completion_tokens\n" + "".join(rows)


def records(*made: dict[str, Any]) -> str:
    return "".join(json.dumps({"timestamp": hour(n)} | made[n % len(made)]) + "\n" for n in range(ROWS))


APART = {
    "endpoint": ("/v1/batches", "/v1/chat/completions"),
    "processing_type": ("BATCH", "realtime"),
    "priority": ("flex", "normal"),
    "call_type": ("acompletion", "aembedding"),
    "lane": ("priority", ""),
}


@pytest.mark.parametrize("name", APART)
def test_rows_that_are_priced_apart_are_never_priced_as_one_whatever_the_column_is_called(name: str) -> None:
    text = log(name, *APART[name])
    error = refusal(text)
    assert (error.code, error.parameter) == ("mixed_prices", "only")
    chosen = APART[name][0]
    assert f"only={name}=" in error.detail
    history, report = read(text, only=((name, chosen),))
    assert (len(history.input_tokens), report.rows.filtered) == (24, 24)
    assert len(read(text, combine=(name,))[0].input_tokens) == ROWS


def test_rows_of_another_price_are_seen_however_late_they_come() -> None:
    rows = [f"{hour(n)},{'batch' if n == 1400 else 'live'},100,10\n" for n in range(1500)]
    text = "timestamp,lane,prompt_tokens,completion_tokens\n" + "".join(rows)
    assert refusal(text).code == "mixed_prices"


def test_words_inside_words_and_columns_of_many_values_are_no_kinds() -> None:
    assert "mixed_prices" not in found(read(log("team", "reflexion", "batchelor"))[1])
    read(log("prompt", *(f"please batch {n}" if n % 2 else f"hello {n}" for n in range(40))))


TRACES = {
    "run_type": ("llm", "chain"),
    "span_kind": ("LLM", "AGENT"),
    "type": ("GENERATION", "SPAN"),
    "gen_ai.operation.name": ("chat", "invoke_agent"),
}


@pytest.mark.parametrize("name", TRACES)
def test_rows_that_enclose_calls_are_not_counted_with_them(name: str) -> None:
    history, report = read(log(name, *TRACES[name]))
    assert (len(history.input_tokens), found(report)["enclosing_rows"]) == (24, 24)
    alone, _ = read(log(name, TRACES[name][1]))
    assert len(alone.input_tokens) == ROWS


FAILED = {
    "success": ("false", "true"),
    "is_error": ("True", "False"),
    "status": ("429 Too Many Requests", "200 OK"),
    "status_code": ("HTTP 503", "HTTP 200"),
    "ok": ("0", "1"),
}


@pytest.mark.parametrize("name", FAILED)
def test_calls_that_failed_are_not_served_however_it_is_said(name: str) -> None:
    history, report = read(log(name, *FAILED[name]))
    assert (len(history.input_tokens), report.rows.failed) == (24, 24)


def test_failures_in_a_column_of_another_name_are_told_with_what_leaves_them_out() -> None:
    text = log("finish_reason", "error", "stop", "length")
    finding = next(each for each in read(text)[1].findings if each.code == "ignored_failures")
    assert (finding.count, finding.can_move_the_answer) == (16, True)
    assert "column.status=finish_reason" in finding.detail
    _, report = read(text, columns=(("status", "finish_reason"),))
    assert report.rows.failed == 16


def test_reasoning_beside_the_output_is_added_where_totals_prove_it() -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 500}}
    beside = {"usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 620} | details}
    history, report = read(records(beside))
    assert isinstance(history, RequestLog)
    assert (int(history.output_tokens.sum()), found(report)["reasoning_convention"]) == (520 * ROWS, ROWS)
    inside = {"usage": {"prompt_tokens": 100, "completion_tokens": 520, "total_tokens": 620} | details}
    history, report = read(records(inside))
    assert (int(history.output_tokens.sum()), "reasoning_convention" in found(report)) == (520 * ROWS, False)


def test_what_nothing_proves_of_an_unknown_writers_cache_is_told() -> None:
    text = "".join(f"{hour(n)},1000,800,10\n" for n in range(ROWS))
    head = "timestamp,prompt_tokens,cache_read_tokens,completion_tokens\n"
    finding = next(each for each in read(head + text)[1].findings if each.code == "cached_convention_assumed")
    assert finding.can_move_the_answer
    assert "cached_convention_assumed" not in found(read(head + text, cached_included=True)[1])
    assert "cached_convention_assumed" not in found(read(head.replace("cache_read", "cached") + text)[1])


def series(*columns: str, rows: list[tuple[int | str, ...]]) -> str:
    lines = (",".join(map(str, (hour(n), *row))) for n, row in enumerate(rows))
    return "\n".join((",".join(("time", *columns)), *lines)) + "\n"


def test_counters_as_they_stand_are_no_counts() -> None:
    names = ("vllm:request_success_total", "vllm:prompt_tokens_total", "vllm:generation_tokens_total")
    counters = [(1000 + 5 * n, 10**6 + 700 * n, 10**5 + 100 * n) for n in range(30)]
    error = refusal(series(*names, rows=list(counters)))
    assert (error.code, error.parameter) == ("counter", "kind")
    assert refusal(series("requests", "input_tokens", "output_tokens", rows=list(counters))).code == "counter"
    read(series(*names, rows=list(counters)), kind="series")
    # Counts that stay the same, and one that falls once, are none.
    read(series(*names, rows=[(5, 700, 100)] * 30))
    read(series("requests", "input_tokens", "output_tokens", rows=[*counters[1:], counters[0]]))


def test_tokens_in_thousands_and_in_billions_are_in_doubt() -> None:
    _, report = read(
        series("requests", "input_tokens", "output_tokens", rows=[(5, "1.2", "0.3"), (6, "1.4", "0.1")] * 9)
    )
    assert "tokens_implausible" in found(report)
    _, report = read(series("requests", "input_tokens", "output_tokens", rows=[(1, 9 * 10**9, 5), (1, 10**9, 6)] * 9))
    assert "tokens_implausible" in found(report)
    _, report = read(series("requests", "input_tokens", "output_tokens", rows=[(5, 1200, 300), (6, 1300, 290)] * 9))
    assert "tokens_implausible" not in found(report)


def test_units_and_zones_in_brackets_do_not_hide_a_column() -> None:
    rows = "".join(f"{hour(n, '%Y-%m-%d %H:%M:%S')},100,10\n" for n in range(ROWS))
    history, _ = read("Time (UTC),Prompt [tokens],Completion (tokens)\n" + rows)
    assert int(history.input_tokens.sum()) == 100 * ROWS


def test_days_as_spreadsheets_count_them_are_named() -> None:
    rows = "".join(f"{46328 + n / 24},100,10\n" for n in range(ROWS))
    error = refusal("timestamp,prompt_tokens,completion_tokens\n" + rows, zone="UTC")
    assert error.code == "unrecognised_time"
    assert "days as spreadsheets count them" in error.detail


def test_buckets_without_requests_are_told_from_requests() -> None:
    rows = [(900_000 + n % 7, 50_000) for n in range(30)]
    _, report = read(series("prompt_tokens", "generation_tokens", rows=list(rows)))
    assert "log_or_series" in found(report)
    _, report = read(series("prompt_tokens", "generation_tokens", rows=list(rows)), kind="series")
    assert "log_or_series" not in found(report)
    _, report = read(series("prompt_tokens", "generation_tokens", rows=[(900, 50)] * 30))
    assert "log_or_series" not in found(report)


def spans(minutes: int, *, off: int = 0) -> str:
    """Rows by the hour that each last so many minutes and begin so many seconds after the hour."""
    start = datetime(2026, 11, 2, tzinfo=UTC)
    rows = []
    for n in range(ROWS):
        begun = start + timedelta(hours=n, seconds=off)
        rows.append(f"{begun.isoformat()},{(begun + timedelta(minutes=minutes)).isoformat()},900,60\n")
    return "start_time,end_time,prompt_tokens,completion_tokens\n" + "".join(rows)


def test_rows_that_last_a_whole_bucket_are_no_requests() -> None:
    error = refusal(spans(60))
    assert (error.code, error.parameter) == ("log_or_series", "kind")
    assert isinstance(read(spans(60), kind="series")[0], BucketSeries)
    assert isinstance(read(spans(60), kind="log")[0], RequestLog)
    assert isinstance(read(spans(60, off=7))[0], RequestLog)
    assert isinstance(read(spans(7))[0], RequestLog)


@pytest.mark.parametrize(
    "name",
    ["sum(rate(vllm:prompt_tokens_total[1m]))", "irate(prompt_tokens_total[5m])", "prompt tokens/s", "in per second"],
)
def test_a_rate_is_no_count(name: str) -> None:
    text = f"time,{name},generation_tokens\n" + "".join(f"{hour(n)},100.5,6\n" for n in range(ROWS))
    told = {"columns": (("input_tokens", name),), "kind": "series"}
    error = refusal(text, **told)
    assert (error.code, error.parameter) == ("rate", "column.input_tokens")
    told["columns"] = (("input_tokens", "mean of a session"),)
    read(text.replace(name, "mean of a session"), **told)


def test_what_an_expression_counts_is_recognised() -> None:
    names = ("sum(increase(vllm:prompt_tokens_total[1m]))", "sum by (x) (increase(generation_tokens_total{a='b'}[1m]))")
    history, _ = read(series(*names, rows=[(900 + n % 3, 60) for n in range(30)]), kind="series")
    assert (int(history.input_tokens.sum()), int(history.output_tokens.sum())) == (27_030, 1800)


def test_the_last_line_of_json_need_not_end() -> None:
    text = "\n".join(
        json.dumps({"time": hour(n), "prompt_tokens": 100 + n, "completion_tokens": 9, "status": 200, "x": "y" * 99})
        for n in range(3000)
    )
    _, report = read(text)
    assert "out_of_order" not in found(report)


def test_a_column_that_repeats_what_was_read_is_no_news() -> None:
    rows = [(100, 10, 100, 10, 7) for _ in range(ROWS)]
    names = ("prompt_tokens", "completion_tokens", "billed_prompt_tokens", "billed_completion_tokens", "image_count")
    told = [each.detail for each in read(series(*names, rows=list(rows)))[1].findings if each.code == "ignored_count"]
    assert len(told) == 1
    assert "image_count" in told[0]


def test_labels_behind_a_metric_do_not_hide_it() -> None:
    names = ('vllm:prompt_tokens{model="m"}', "vllm:generation_tokens{}", "requests{}")
    text = series(*(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names), rows=[(100, 10, 5)] * 30)
    history, _ = read(text)
    assert (int(history.input_tokens.sum()), int(history.output_tokens.sum())) == (3000, 300)
