"""Rejected rows are told by the line they stand on, the column, the reason and the text."""

from tests.hostile_traffic.case import good
from tests.reading import read, refusal

HEADER = "timestamp,input_tokens,output_tokens,note"


def told(text: str) -> list[tuple[int | None, str | None, str, str | None]]:
    """Return the rejects of a file, any share of them allowed."""
    _, report = read(text, max_rejected_share=1.0)
    return [(reject.line, reject.column, reject.reason, reject.value) for reject in report.first_rejects]


def lines(*rows: str) -> str:
    """Return CSV with a column nobody reads."""
    return "\n".join([HEADER, *rows, ""])


OK = [f"{row},x" for row in good(20)]


def test_each_reject_names_its_line_column_reason_and_text() -> None:
    rows = [OK[0], "2026-10-05T00:00:01Z,1.5,1,x", OK[1], "yesterday,1,1,x", "2026-10-05T00:00:01Z,1,-4,x", OK[2]]
    assert told(lines(*rows)) == [
        (3, "input_tokens", "not_a_whole_number", "1.5"),
        (5, "timestamp", "not_a_time", "yesterday"),
        (6, "output_tokens", "negative", "-4"),
    ]


def test_blank_lines_torn_rows_and_line_ends_in_quotes_do_not_shift_the_numbers() -> None:
    rows = [
        "",
        f'{good(1)[0]},"a',
        "b",
        '"',
        "too,short",
        "",
        "2026-10-05T00:00:01Z,bad,1,x",
        "2026-10-05T00:00:01Z,1,1,too,long",
        "2026-10-05T00:00:01Z,1,worse,x",
        *OK,
    ]
    assert told(lines(*rows)) == [
        (6, None, "too_few_columns", None),
        (8, "input_tokens", "not_a_whole_number", "bad"),
        (9, None, "too_many_columns", None),
        (10, "output_tokens", "not_a_whole_number", "worse"),
    ]


def test_blank_lines_before_the_header_count() -> None:
    assert told("\n\n" + lines("x,1,1,x", *OK))[0][0] == 4


def test_the_first_twenty_are_listed_and_all_are_counted() -> None:
    bad = [f"2026-10-05T00:00:00Z,{'x' * 100}\u202e,1,x"] * 30
    _, report = read(lines(*bad, *OK, "a,b"), max_rejected_share=1.0)
    assert len(report.first_rejects) == 20
    assert [(count.reason, count.rows) for count in report.rejected_by] == [
        ("not_a_whole_number", 30),
        ("too_few_columns", 1),
    ]
    assert report.first_rejects[0].value == "x" * 60
    assert (report.rows.read, report.rows.accepted, report.rows.rejected) == (51, 20, 31)


def test_text_that_could_deceive_is_shown_harmless() -> None:
    assert told(lines("2026-10-05T00:00:00Z,\u202e1\x07,1,x", *OK))[0][3] == "\ufffd1\ufffd"


def test_more_than_the_share_refuses_and_tells_the_first() -> None:
    error = refusal(lines(*OK, "2026-10-05T00:00:00Z,x,1,x"))
    assert (error.code, error.parameter) == ("too_many_rejects", "max_rejected_share")
    assert [(reject.line, reject.value) for reject in error.rejects] == [(22, "x")]
    assert "1 of 21 rows" in error.detail


def test_records_of_json_are_told_by_their_number() -> None:
    good_record = '{"timestamp": "2026-10-05T00:00:00Z", "input_tokens": 1, "output_tokens": 1}'
    text = "\n".join([good_record, good_record.replace("1}", "-1}"), good_record, ""])
    assert told(text) == [(2, "output_tokens", "negative", "-1")]


def test_one_bad_row_deep_in_a_large_file_is_found_on_its_line() -> None:
    rows = [f"{1_790_000_000 + n},{n},1,x" for n in range(200_000)]
    rows[150_000] = "1790150000,x,1,x"
    assert told(lines(*rows)) == [(150_002, "input_tokens", "not_a_whole_number", "x")]
