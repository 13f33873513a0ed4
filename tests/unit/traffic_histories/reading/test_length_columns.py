"""Columns of length classes: read with the series, and refused where they cannot be."""

import pytest

from service.traffic_histories.joining import joined
from service.traffic_histories.reading import ReadResult
from service.workflow.length_classes import thresholds
from service.workflow.traffic import BucketSeries
from tests.reading import read, read_parts, read_series, refusal

HEAD = "bucket_start,requests,input_tokens,cached_input_tokens,output_tokens"
LONG = ",requests_above_1000,input_tokens_above_1000,cached_input_tokens_above_1000,output_tokens_above_1000"
ROWS = ("2026-03-02T00:00:00Z,3,4000,500,60", "2026-03-02T00:01:00Z,2,900,0,10")
LONGER = (",2,3500,400,50", ",0,0,0,0")


def file(head: str = HEAD + LONG, longer: tuple[str, ...] = LONGER) -> str:
    rows = (row + more for row, more in zip(ROWS, longer, strict=True))
    return "\n".join([head, *rows, ""])


def test_classes_are_read_and_told() -> None:
    history, report = read(file())
    assert isinstance(history, BucketSeries)
    assert {name: column.tolist() for name, column in history.parts} == {
        "above_1000_requests": [2, 0],
        "above_1000_input": [3500, 0],
        "above_1000_cached": [400, 0],
        "above_1000_output": [50, 0],
    }
    assert report.ignored_columns == []
    assert "length_classes" in {finding.code for finding in report.findings}
    none = read_series(file(longer=(",0,0,0,0",) * 2).replace("3,4000", "4,4000"))
    assert thresholds(none) == (1000,), "that there was no long request is known too"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (file(HEAD + LONG.replace(",output_tokens_above_1000", ",else")), "no column output_tokens_above_1000"),
        (file(longer=(",4,3500,400,50", ",0,0,0,0")), "in 1 buckets"),
        (file(longer=(",2,2000,400,50", ",0,0,0,0")), "in 1 buckets"),
        (file(longer=(",0,0,0,0", ",0,0,0,0")), "in 1 buckets"),
        (file(longer=(",2,3500,400,61", ",0,0,0,0")), "in 1 buckets"),
        (file(longer=(",2,3500,3600,50", ",0,0,0,0")), "in 1 buckets"),
        (file(HEAD.replace("cached_input_tokens", "other") + LONG), "'cached_input_tokens_above_1000'"),
    ],
)
def test_classes_that_do_not_fit_are_refused(content: str, said: str) -> None:
    refused = refusal(content, kind="series")
    assert refused.code == "length_classes"
    assert said in refused.detail


def test_too_many_classes_are_refused() -> None:
    heads = "".join(LONG.replace("1000", str(1000 + number)) for number in range(9))
    assert refusal(file(HEAD + heads, tuple(more * 9 for more in LONGER))).code == "length_classes"


def test_files_of_other_lengths_are_joined_without_classes() -> None:
    with_classes, _ = read(file())
    other, _ = read(file().replace("2026-03-02", "2026-03-03").replace("above_1000", "above_500"))
    same, _ = read(file().replace("2026-03-02", "2026-03-03"))
    both = joined([ReadResult(each, {}) for each in (with_classes, other)]).history
    assert thresholds(both) == ()
    both = joined([ReadResult(each, {}) for each in (with_classes, same)]).history
    assert dict(both.parts)["above_1000_requests"].tolist() == [2, 0, 2, 0]


def test_a_split_file_keeps_the_classes_of_each_part() -> None:
    lines = file().splitlines()
    content = "\n".join([f"{lines[0]},model", f"{lines[1]},a", f"{lines[2]},b", ""])
    parts, _ = read_parts(content, split_by="model", kind="series", absent="idle", bucket_seconds=60)
    assert {name: thresholds(part) for name, part in parts.items()} == {"a": (1000,), "b": (1000,)}
