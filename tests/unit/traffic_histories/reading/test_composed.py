"""Sums of columns, numbers and dates as spreadsheets write them, series that lack a side."""

import pytest

from tests.reading import found, read, read_log, refusal

NOON = "2026-10-05T12:00:00Z"


@pytest.mark.parametrize(
    ("cells", "options", "expected"),
    [
        ("12.000;1.000", {}, 12_000),
        ("1.234.567;1.000", {}, 1_234_567),
        ("12 045;100", {}, 12_045),
        ("12'045;100", {}, 12_045),
        ("12.045;100", {"decimal_mark": ","}, 12_045),
        ("12,045;100", {"decimal_mark": "."}, 12_045),
    ],
)
def test_marks_of_thousands_are_read(cells: str, options: dict[str, object], expected: int) -> None:
    history, report = read(f"timestamp;input_tokens;output_tokens\n{NOON};{cells}\n", **options)
    assert history.input_tokens.tolist() == [expected]
    assert "number_format" in found(report)


def test_a_mark_that_may_be_either_asks_and_both_answers_are_taken() -> None:
    text = f"timestamp,input_tokens,output_tokens\n{NOON},12.045,7\n"
    refused = refusal(text)
    assert (refused.code, refused.parameter) == ("ambiguous_numbers", "decimal_mark")
    assert read_log(text, decimal_mark=",").input_tokens.tolist() == [12_045]
    series = f"timestamp,requests,input_tokens,output_tokens\n{NOON},1,12.045,7\n"
    assert read(series, decimal_mark=".", bucket_seconds=60)[0].input_tokens.tolist() == [12]


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("10/5/2026 12:00:00 PM", {}),
        ("10/5/2026, 12:00:00.000 PM", {}),
        ("5.10.2026 12:00", {}),
        ("5/10/2026 12:00", {"date_order": "dmy"}),
        ("10/5/2026 12:00", {"date_order": "mdy"}),
        ("2026/10/5 12:00:00", {}),
        ("10/5/26 12:00 PM", {}),
    ],
)
def test_dates_of_spreadsheets_are_read(written: str, options: dict[str, object]) -> None:
    history = read_log(f'timestamp,input_tokens,output_tokens\n"{written}",1,1\n', zone="UTC", **options)
    assert history.arrival_us.tolist() == [1_791_201_600_000_000]


def test_a_date_whose_order_nothing_tells_asks() -> None:
    refused = refusal("timestamp,input_tokens,output_tokens\n5/10/2026 12:00,1,1\n", zone="UTC")
    assert (refused.code, refused.parameter) == ("date_order", "date_order")


def test_a_field_may_be_the_sum_of_columns() -> None:
    text = f"timestamp,input_tokens,text_out,audio_out\n{NOON},10,3,4\n{NOON},10,3,\n"
    assert read_log(text, columns=(("output_tokens", "text_out+audio_out"),)).output_tokens.tolist() == [3, 7]


def test_audio_is_told_and_moves_no_answer_by_itself() -> None:
    text = f"timestamp,input_tokens,output_tokens,audio_input_tokens\n{NOON},10,3,4\n"
    _, report = read(text)
    (found,) = (finding for finding in report.findings if finding.code == "other_tokens")
    assert (found.count, found.can_move_the_answer) == (4, False)


def test_a_column_that_is_no_number_spoils_its_sum() -> None:
    text = f"timestamp,input_tokens,a,b\n{NOON},10,3,x\n{NOON},10,3,4\n"
    _, report = read(text, columns=(("output_tokens", "a+b"),), max_rejected_share=1.0)
    assert report.rows.rejected == 1


def test_a_series_that_counts_tokens_needs_both_sides() -> None:
    text = f"timestamp,requests,input_tokens,made_up_tokens\n{NOON},1,5,7\n"
    refused = refusal(text, bucket_seconds=60)
    assert (refused.code, refused.parameter) == ("unrecognised_columns", "column.output_tokens")
    history, _ = read(text, bucket_seconds=60, columns=(("output_tokens", "made_up_tokens"),))
    assert history.output_tokens.tolist() == [7]
    history, report = read(text, bucket_seconds=60, kind="series")
    assert history.output_tokens.tolist() == [0]
    assert found(report)["ignored_count"] == 7


def test_other_columns_choose_rows_too() -> None:
    text = f"timestamp,app,input_tokens,output_tokens\n{NOON},a,1,1\n{NOON},b,2,1\n{NOON},c,4,1\n"
    assert read_log(text, only=(("app", "b"),)).input_tokens.tolist() == [2]
    assert read_log(text, only=(("app", "a,c"),)).input_tokens.tolist() == [1, 4]
    refused = refusal(text, only=(("app", "z"),))
    assert (refused.code, refused.parameter) == ("unknown_value", "only.app")


def test_usage_inside_other_objects_is_found() -> None:
    line = (
        '{"custom_id": "1", "response": {"body": {"created": 1791201600, "model": "m", "usage": '
        '{"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}}}}'
    )
    history = read_log(f"{line}\n")
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert [column.tolist() for column in columns] == [[9], [4], [2]]
