"""Rows inside one object, as interfaces answer: found where there is one list, and told where there is more."""

import json
from typing import Any

import pytest

from tests.reading import found, read, refusal

ROWS = [
    {"timestamp": f"2026-11-02T{n:02}:00:00Z", "usage": {"prompt_tokens": 100 + n, "completion_tokens": 9}}
    for n in range(9)
]


@pytest.mark.parametrize(
    "document",
    [
        {"results": ROWS, "next": None, "count": 9},
        {"result": {"logs": ROWS}, "has_more": False},
        {"hits": {"total": {"value": 9}, "hits": [{"_id": "a", "_source": row} for row in ROWS]}, "took": 3},
        {"data": ROWS, "page": 1, "total_pages": 1},
    ],
)
def test_the_one_list_of_objects_is_the_rows(document: dict[str, Any]) -> None:
    history, report = read(json.dumps(document))
    assert int(history.input_tokens.sum()) == 936
    assert "more_pages" not in found(report)


@pytest.mark.parametrize(
    "more",
    [
        {"next": "/runs?page=2"},
        {"has_more": True},
        {"metadata": {"page": 1, "total_pages": 3}},
        {"hits": {"total": {"value": 10_000}}},
        {"nextPageToken": "x"},
    ],
)
def test_a_page_of_more_is_told_and_can_move_the_answer(more: dict[str, Any]) -> None:
    _, report = read(json.dumps({"results": ROWS} | more))
    (finding,) = (each for each in report.findings if each.code == "more_pages")
    assert finding.can_move_the_answer


def test_several_lists_are_named() -> None:
    error = refusal(json.dumps({"runs": ROWS, "errors": [{"a": 1}]}))
    assert error.code == "unrecognised_columns"
    assert '."runs", ."errors"' in error.detail


def test_an_object_with_a_time_is_a_row_whatever_lists_it_holds() -> None:
    history, report = read(json.dumps(ROWS[0] | {"messages": [{"role": "user"}], "tools": [{"name": "x"}]}))
    assert int(history.input_tokens.sum()) == 100
    assert report.rows.stored == 1


def test_days_of_litellm_are_a_series_of_its_successful_requests() -> None:
    metrics = {"prompt_tokens": 1000, "completion_tokens": 60, "successful_requests": 9, "failed_requests": 1}
    days = [
        {"date": f"2026-11-{day:02}", "metrics": metrics, "breakdown": {"models": {"m": {"metrics": metrics}}}}
        for day in range(2, 16)
    ]
    history, report = read(json.dumps({"results": days, "metadata": {"page": 1, "total_pages": 1}}))
    assert report.dialect == "litellm_daily_activity"
    assert (int(history.input_tokens.sum()), report.bucket_seconds) == (14_000, 86_400)
