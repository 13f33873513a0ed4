"""Request logs: their order, requests told twice, requests left out, time in service, declared spans."""

import numpy as np

from service.workflow.traffic import RequestLog
from tests.histories import at
from tests.reading import found, read, read_log, read_parts, refusal

START = at("2026-10-05T00:00:00+00:00")


def log(*rows: str, header: str = "arrival,input_tokens,output_tokens") -> str:
    """Return CSV of rows whose first cell is the second of 5 October 2026."""
    lines = [f"{START // 1_000_000 + int(second)},{rest}" for second, _, rest in (row.partition(",") for row in rows)]
    return "\n".join([header, *lines, ""])


def test_arrivals_are_sorted_and_equal_ones_by_every_column() -> None:
    history = read_log(log("5,2,9", "3,1,1", "5,2,3", "5,1,9", "4,8,8"))
    assert ((history.arrival_us - START) // 1_000_000).tolist() == [3, 4, 5, 5, 5]
    assert history.input_tokens.tolist() == [1, 8, 1, 2, 2]
    assert history.output_tokens.tolist() == [1, 8, 9, 3, 9]


def test_rows_out_of_order_and_clock_jumps_are_told() -> None:
    _, report = read(log("0,1,1", "300,1,1", "299,1,1", "301,1,1", "100,1,1", "302,1,1"))
    assert found(report) == {"out_of_order": 2, "clock_jumps": 1}


def test_a_file_with_the_newest_first_is_in_order() -> None:
    history, report = read(log("9,1,1", "5,1,1", "5,1,1", "1,1,1"))
    assert report.time["newest_first"] is True
    assert report.findings == []
    assert len(history.digest) > 0


def test_equal_rows_are_requests_of_their_own() -> None:
    history, report = read(log("1,5,5", "1,5,5"))
    assert (report.rows.duplicate, report.rows.stored) == (0, 2)
    assert history.input_tokens.tolist() == [5, 5]


WITH_ID = "arrival,input_tokens,output_tokens,request_id"


def test_a_request_id_told_twice_is_a_duplicate_and_the_first_stays() -> None:
    history, report = read(log("1,5,5,a", "2,6,6,b", "3,7,7,a", "4,8,8,", "5,9,9,", header=WITH_ID))
    assert history.input_tokens.tolist() == [5, 6, 8, 9]
    rows = report.rows
    assert (rows.read, rows.accepted, rows.rejected, rows.duplicate, rows.stored) == (5, 4, 0, 1, 4)


def test_a_rejected_row_does_not_make_its_repetition_a_duplicate() -> None:
    history, report = read(log("1,x,5,a", "2,6,6,a", header=WITH_ID), max_rejected_share=0.5)
    assert history.input_tokens.tolist() == [6]
    assert (report.rows.rejected, report.rows.duplicate) == (1, 0)


FAILING = "arrival,input_tokens,output_tokens,status,cache_hit,request_id"
OUTCOMES = log(
    "1,5,5,200,False,a",
    "2,,,500,False,b",
    "3,7,7,429,,b",
    "4,8,8,success,None,b",
    "5,9,9,failure,,c",
    "6,1,1,200,True,d",
    "7,2,2,,,e",
    header=FAILING,
)


def test_failed_requests_and_cache_hits_are_left_out_and_counted() -> None:
    history, report = read(OUTCOMES)
    assert history.input_tokens.tolist() == [5, 8, 2]
    rows = report.rows
    assert (rows.failed, rows.cache_hits, rows.excluded) == (3, 1, 4)
    assert (rows.read, rows.accepted, rows.rejected, rows.duplicate, rows.stored) == (7, 7, 0, 0, 3)


def test_failed_requests_are_kept_when_told_and_need_no_tokens() -> None:
    history, report = read(OUTCOMES, include_failed=True)
    assert history.input_tokens.tolist() == [5, 0, 9, 2]
    assert (report.rows.failed, report.rows.excluded, report.rows.duplicate) == (3, 1, 2)


def test_cache_hits_are_kept_when_told() -> None:
    history, report = read(OUTCOMES, include_cache_hits=True)
    assert history.input_tokens.tolist() == [5, 8, 1, 2]
    assert (report.rows.cache_hits, report.rows.excluded) == (1, 3)


def test_an_error_column_tells_failures() -> None:
    text = log("1,5,5,", "2,6,6,Timeout", "3,7,7,null", header="arrival,input_tokens,output_tokens,error")
    assert read_log(text).input_tokens.tolist() == [5, 7]


def test_a_log_of_failures_alone_is_refused() -> None:
    error = refusal(log("1,5,5,500", header="arrival,input_tokens,output_tokens,status"))
    assert error.code == "empty_history"


def test_time_in_service_is_kept_where_every_request_has_it() -> None:
    header = "arrival,input_tokens,output_tokens,{}"
    for name, cell, microseconds in (
        ("seconds", "1.25", 1_250_000),
        ("duration_ms", "1250.0005", 1_250_001),
        ("end_time", str(START // 1_000_000 + 3), 2_000_000),
    ):
        history = read_log(log(f"1,5,5,{cell}", header=header.format(name)))
        assert history.service_us is not None
        assert history.service_us.tolist() == [microseconds], name


def test_time_in_service_that_some_lack_is_not_used() -> None:
    history, report = read(log("1,5,5,1.5", "2,6,6,", header="arrival,input_tokens,output_tokens,seconds"))
    assert getattr(history, "service_us") is None  # noqa: B009
    assert found(report) == {"service_time_incomplete": 1}


def test_a_declared_span_is_kept_where_it_says_more_than_the_file() -> None:
    text = log("10,1,1", "20,1,1")
    wider = read_log(text, start_us=START, end_us=START + 60_000_000)
    assert (wider.start_us, wider.end_us) == (START, START + 60_000_000)
    same = read_log(text, start_us=START + 10_000_000)
    assert same.start_us is None
    assert same.digest == read_log(text).digest


def test_a_log_is_split_into_histories() -> None:
    header = "arrival,input_tokens,output_tokens,model"
    rows = ["3,1,1,b", "1,2,2,a", "2,3,3,b", "4,4,4,a"]
    parts, report = read_parts(log(*rows, header=header), split_by="model")
    assert {key: part.input_tokens.tolist() for key, part in parts.items()} == {"a": [2, 4], "b": [3, 1]}
    assert report.rows.stored == 4
    assert report.ignored_columns == []


def test_a_part_of_a_log_was_observed_for_as_long_as_the_file() -> None:
    text = log("1,1,1,a", "2,2,2,b", "3,3,3,b", "9,4,4,a", header="arrival,input_tokens,output_tokens,model")
    parts, _ = read_parts(text, split_by="model")
    spans = {key: (part.start_us, part.end_us) for key, part in parts.items() if isinstance(part, RequestLog)}
    assert spans == {"a": (None, None), "b": (START + 1_000_000, START + 9_000_000)}
    parts, _ = read_parts(text, split_by="model", start_us=START, end_us=START + 10_000_000)
    assert {part.end_us for part in parts.values() if isinstance(part, RequestLog)} == {START + 10_000_000}


def test_a_row_without_a_value_to_split_by_is_rejected() -> None:
    header = "arrival,input_tokens,output_tokens,model"
    _, report = read_parts(log("1,1,1,a", "2,2,2,", header=header), split_by="model", max_rejected_share=0.5)
    assert [(count.column, count.reason) for count in report.rejected_by] == [("model", "missing_value")]


def test_a_split_by_a_column_that_is_not_there_is_refused() -> None:
    assert refusal(log("1,1,1"), split_by="model").code == "unknown_column"


def test_too_many_values_to_split_by_are_refused() -> None:
    rows = [f"{n},1,1,m{n}" for n in range(101)]
    error = refusal(log(*rows, header="arrival,input_tokens,output_tokens,model"), split_by="model")
    assert (error.code, error.parameter) == ("too_many_histories", "split_by")


def test_columns_are_whole_numbers_of_64_bits() -> None:
    history = read_log(log("1,5,5,1.5", header="arrival,input_tokens,output_tokens,seconds"))
    columns = (history.arrival_us, history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert all(column.dtype == np.int64 for column in columns)
