"""Series: the length of buckets, their grid, the parts of a bucket, rows told twice, what is absent."""

import pytest

from service.workflow.traffic import BUCKET_SECONDS, SECOND
from tests.histories import at
from tests.reading import found, read, read_parts, read_series, refusal

START = at("2026-10-05T00:00:00+00:00")


def series(*rows: str, header: str = "start,requests,input_tokens,output_tokens") -> str:
    """Return CSV of rows whose first cell is the second of 5 October 2026."""
    lines = [f"{START // SECOND + int(second)},{rest}" for second, _, rest in (row.partition(",") for row in rows)]
    return "\n".join([header, *lines, ""])


def seconds(*starts: int) -> list[int]:
    """Return starts in µs."""
    return [START + start * SECOND for start in starts]


@pytest.mark.parametrize("length", BUCKET_SECONDS)
def test_the_commonest_step_is_the_length_of_buckets(length: int) -> None:
    text = series(*[f"{n * length},1,2,3" for n in (0, 1, 2, 4, 5)])
    assert read_series(text).bucket_seconds == length


def test_a_step_that_is_no_length_of_ours_is_refused() -> None:
    error = refusal(series("0,1,1,1", "7,1,1,1", "14,1,1,1"))
    assert (error.code, error.parameter) == ("bucket_length", "bucket_seconds")


def test_one_bucket_needs_its_length() -> None:
    assert refusal(series("0,1,1,1")).code == "bucket_length"
    assert read_series(series("0,1,1,1"), bucket_seconds=60).bucket_seconds == 60


def test_an_absent_bucket_stays_absent() -> None:
    history = read_series(series("0,1,1,1", "60,1,1,1", "180,1,1,1"))
    assert history.start_us.tolist() == seconds(0, 60, 180)
    assert history.absent == "missing"


def test_buckets_off_the_whole_minute_are_moved_together() -> None:
    history, report = read(series("13,1,1,1", "73,2,2,2", "193,3,3,3"))
    assert getattr(history, "start_us").tolist() == seconds(0, 60, 180)  # noqa: B009
    assert found(report) == {"shifted": None}


def test_a_bucket_off_the_grid_is_the_nearest_one_and_told() -> None:
    history, report = read(series(*[f"{second},1,1,1" for second in (0, 60, 120, 179, 241, 300, 360)]))
    assert getattr(history, "start_us").tolist() == seconds(0, 60, 120, 180, 240, 300, 360)  # noqa: B009
    assert found(report) == {"irregular_starts": 2}


def test_parts_of_a_bucket_are_summed() -> None:
    text = series("0,1,10,1,a", "0,2,20,2,b", "60,4,40,4,a", header="start,requests,input_tokens,output_tokens,key")
    history, report = read(text)
    assert getattr(history, "requests").tolist() == [3, 4]  # noqa: B009
    assert history.input_tokens.tolist() == [30, 40]
    assert found(report) == {"summed_rows": 1}
    assert report.rows.duplicate == 0


def test_a_whole_row_told_twice_is_a_duplicate() -> None:
    text = series(
        "0,1,10,1,a", "0,1,10,1,a", "0,1,10,1,b", "60,4,40,4,a", header="start,requests,input_tokens,output_tokens,key"
    )
    history, report = read(text)
    assert getattr(history, "requests").tolist() == [2, 4]  # noqa: B009
    rows = report.rows
    assert (rows.read, rows.accepted, rows.rejected, rows.duplicate, rows.stored) == (4, 3, 0, 1, 3)


def test_tokens_without_requests_are_a_series_when_called_one() -> None:
    text = series("0,10,1", "60,20,2", header="start,input_tokens,output_tokens")
    history = read_series(text, kind="series")
    assert history.requests is None


def test_tokens_in_a_bucket_without_requests_are_told() -> None:
    _, report = read(series("0,0,10,1", "60,0,0,0"))
    assert found(report) == {"tokens_without_requests": 1}


def test_absent_buckets_can_be_idle_and_the_span_declared() -> None:
    text = series("60,1,1,1", "120,1,1,1")
    history = read_series(text, absent="idle", start_us=START, end_us=START + 300 * SECOND)
    assert history.absent == "idle"
    assert history.start_us.tolist() == seconds(0, 60, 120, 240)
    assert history.requests is not None
    assert history.requests.tolist() == [0, 1, 1, 0]


def test_a_span_is_declared_only_where_absent_means_idle() -> None:
    error = refusal(series("60,1,1,1", "120,1,1,1"), start_us=START)
    assert (error.code, error.parameter) == ("span_needs_idle", "absent")


def test_too_many_buckets_are_refused() -> None:
    assert refusal(series("0,1,1,1", "1,1,1,1", "2,1,1,1", "20000000,1,1,1")).code == "too_many_buckets"


def test_an_end_column_tells_the_length() -> None:
    text = series("0,1,1,1,1791158700", header="start,requests,input_tokens,output_tokens,end")
    assert read_series(text).bucket_seconds == 300


def test_one_series_hides_in_a_file_split_by_key() -> None:
    text = series("0,1,1,1,a", "60,2,2,2,b", "120,3,3,3,a", header="start,requests,input_tokens,output_tokens,key")
    parts, _ = read_parts(text, split_by="key")
    assert {key: part.start_us.tolist() for key, part in parts.items()} == {  # type: ignore[union-attr]
        "a": seconds(0, 120),
        "b": seconds(60),
    }


def test_parts_of_a_series_whose_absent_buckets_are_idle_span_the_file() -> None:
    text = series("0,1,1,1,a", "60,2,2,2,b", "240,3,3,3,a", header="start,requests,input_tokens,output_tokens,key")
    parts, _ = read_parts(text, split_by="key", absent="idle")
    assert {key: part.start_us.tolist() for key, part in parts.items()} == {  # type: ignore[union-attr]
        "a": seconds(0, 240),
        "b": seconds(0, 60, 240),
    }
