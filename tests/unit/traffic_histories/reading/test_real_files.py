"""Every public traffic file lands whole: each value as an independent reader has it, with the right report."""

from pathlib import Path

import numpy as np
import pytest

from service.traffic_histories.reading import ReadOptions, read_history
from service.traffic_histories.reading.time_text import parse_instant
from service.workflow.traffic import DAY, SECOND, BucketSeries, RequestLog
from tests import real_traffic as real
from tests.reading import found, read
from tests.shared_data import shared_data

CONV_START = parse_instant("2023-11-16T18:15:46.680590Z")
AZURE = "requests/AzureLLMInferenceTrace_{}.csv"

LOGS = {
    "azure_code": (AZURE.format("code"), ReadOptions(zone="UTC"), 8_819),
    "azure_conv": (AZURE.format("conv"), ReadOptions(zone="UTC"), 19_366),
    "vidur_conv": ("requests/vidur_splitwise_conv.csv", ReadOptions(start_us=CONV_START), 19_366),
    "mooncake": (
        "requests/mooncake_synthetic.jsonl",
        ReadOptions(start_us=parse_instant("2024-01-01T00:00:00Z")),
        3_993,
    ),
}
EXPECTED = {
    "azure_code": lambda: real.azure_log("code"),
    "azure_conv": lambda: real.azure_log("conv"),
    "vidur_conv": real.vidur_log,
    "mooncake": real.mooncake_log,
}


def whole(report: dict[str, object], rows: int) -> bool:
    """Tell whether every row of a file was stored."""
    counts = report["rows"]
    assert isinstance(counts, dict)
    return counts == dict.fromkeys(counts, 0) | {"read": rows, "accepted": rows, "stored": rows}


@pytest.mark.parametrize("name", LOGS)
def test_a_request_log_lands_whole(name: str) -> None:
    path, options, rows = LOGS[name]
    result = read_history(shared_data(f"traffic/{path}"), options)
    expected = EXPECTED[name]()
    assert isinstance(result.history, RequestLog)
    assert len(result.history.arrival_us) == rows
    assert whole(result.report, rows)
    order = np.lexsort((expected.output_tokens, expected.input_tokens, expected.arrival_us))
    for column in ("arrival_us", "input_tokens", "cached_input_tokens", "output_tokens"):
        assert np.array_equal(getattr(result.history, column), getattr(expected, column)[order]), column
    assert (result.history.service_us, result.history.start_us, result.history.end_us) == (None, None, None)
    assert result.report["findings"] == []


def test_two_spellings_of_one_trace_are_one_history() -> None:
    path, options, _ = LOGS["azure_conv"]
    other_path, other_options, _ = LOGS["vidur_conv"]
    one = read_history(shared_data(f"traffic/{path}"), options)
    other = read_history(shared_data(f"traffic/{other_path}"), other_options)
    assert one.history.digest == other.history.digest
    assert (one.report["dialect"], other.report["dialect"]) == ("azure_trace", "vidur")


@pytest.mark.parametrize(
    ("name", "rows", "shifted", "missing"),
    [
        ("nab_Twitter_volume_AAPL", 15_902, 173, 0),
        ("nab_elb_request_count_8c0756", 4_032, 240, 8),
        ("nab_nyc_taxi", 10_320, 0, 0),
    ],
)
def test_a_series_without_tokens_lands_whole(name: str, rows: int, shifted: int, missing: int) -> None:
    history, report = read(shared_data(f"traffic/series/{name}.csv").read_bytes(), zone="UTC")
    expected = real.nab_series(name)
    assert isinstance(history, BucketSeries)
    assert history.requests is not None
    assert expected.requests is not None
    assert history.bucket_seconds == expected.bucket_seconds
    assert np.array_equal(history.start_us, expected.start_us - shifted * SECOND)
    assert np.array_equal(history.requests, expected.requests)
    assert not history.input_tokens.any()
    assert whole(report.as_json(), rows)
    assert found(report) == {"no_tokens": None} | ({"shifted": None} if shifted else {})
    buckets = (history.start_us[-1] - history.start_us[0]) // (history.bucket_seconds * SECOND) + 1
    assert buckets - rows == missing


def test_every_tenant_of_the_public_cloud_lands_whole() -> None:
    for path in real.servegen_files():
        history, report = read(Path(path).read_bytes())
        expected = real.servegen_series(path)
        assert isinstance(history, BucketSeries)
        assert history.digest == expected.digest, path.name
        assert whole(report.as_json(), len(expected.start_us))
        assert (report.bucket_seconds, report.findings) == (600, [])
    assert report.rows.stored == 1_979, "of the 2,016 buckets of two weeks, 37 were not collected"


def test_a_usage_page_lands_with_its_day() -> None:
    history, report = read(shared_data("traffic/requests/openai_usage_completions_page.json").read_bytes())
    assert isinstance(history, BucketSeries)
    assert history.requests is not None
    columns = (history.requests, history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert [column.tolist() for column in columns] == [[5], [1000], [800], [500]]
    assert (history.bucket_seconds * SECOND, history.start_us.tolist()) == (DAY, [1_730_419_200 * SECOND])
    assert (report.dialect, found(report)) == ("openai_usage", {"more_pages": None})
