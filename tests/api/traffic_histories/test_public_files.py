"""Every public traffic file lands over HTTP: what independent readers of it count, with a correct quality report."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from service.workflow.traffic import SECOND, BucketSeries, TrafficHistory
from tests import real_traffic as real
from tests.clients import ApiClient
from tests.evaluating import new_workload
from tests.shared_data import shared_data
from tests.uploading import facts_in, facts_of, part, send

SHORT = ["short_history", "hours_unseen"]
NO_GAPS = {"buckets": 0, "runs": 0, "longest_seconds": 0}


@dataclass(frozen=True)
class Public:
    """A public file, how it is uploaded, and what must be said of it.

    rows: that it has. found, measured: codes of what its reading and its measurement find. hours: observed.
    """

    path: str
    query: str
    rows: int
    kind: str
    found: list[str]
    measured: list[str]
    hours: float
    coverage: float = 1
    missing: dict[str, int] = field(default_factory=lambda: NO_GAPS)


FILES = {
    "azure_code": Public(
        "requests/AzureLLMInferenceTrace_code.csv", "zone=UTC", 8_819, "log", [], SHORT, 3435.948058 / 3600
    ),
    "azure_conv": Public(
        "requests/AzureLLMInferenceTrace_conv.csv", "zone=UTC", 19_366, "log", [], SHORT, 3501.721937 / 3600
    ),
    "vidur": Public(
        "requests/vidur_splitwise_conv.csv",
        "start=2023-11-16T18:15:46.680590Z",
        19_366,
        "log",
        [],
        SHORT,
        3501.721937 / 3600,
    ),
    "mooncake": Public(
        "requests/mooncake_synthetic.jsonl", "start=2024-01-01T00:00:00Z", 3_993, "log", [], SHORT, 1022.025 / 3600
    ),
    "openai_page": Public(
        "requests/openai_usage_completions_page.json",
        "",
        1,
        "series",
        ["more_pages"],
        [*SHORT, "coarse_buckets"],
        24,
    ),
    "nab_Twitter_volume_AAPL": Public(
        "series/nab_Twitter_volume_AAPL.csv",
        "zone=UTC",
        15_902,
        "series",
        ["no_tokens", "shifted"],
        ["no_tokens", "coarse_buckets"],
        7 * 7 * 24,
    ),
    "nab_elb_request_count_8c0756": Public(
        "series/nab_elb_request_count_8c0756.csv",
        "zone=UTC",
        4_032,
        "series",
        ["no_tokens", "shifted"],
        ["no_tokens", "coarse_buckets"],
        (14 * 288 - 8) / 12,
        coverage=(14 * 288 - 8) / (14 * 288),
        missing={"buckets": 8, "runs": 8, "longest_seconds": 300},
    ),
    "nab_nyc_taxi": Public(
        "series/nab_nyc_taxi.csv",
        "zone=UTC",
        10_320,
        "series",
        ["no_tokens"],
        ["no_tokens", "coarse_buckets"],
        30 * 7 * 24,
    ),
}
EXPECTED: dict[str, Callable[[], TrafficHistory]] = {
    "azure_code": partial(real.azure_log, "code"),
    "azure_conv": partial(real.azure_log, "conv"),
    "vidur": real.vidur_log,
    "mooncake": real.mooncake_log,
    **{name: partial(real.nab_series, name) for name in real.BUCKETS},
}
SHIFTED = {"nab_Twitter_volume_AAPL": 173 * SECOND, "nab_elb_request_count_8c0756": 240 * SECOND}


def expected(name: str) -> dict[str, Any]:
    """Return what an independent reader of the file has."""
    history = EXPECTED[name]()
    if isinstance(history, BucketSeries):
        history = replace(history, start_us=history.start_us - SHIFTED.get(name, 0))
    return facts_of(history)


@pytest.mark.parametrize("name", FILES)
def test_a_public_file_lands_whole(name: str, api: ApiClient) -> None:
    file = FILES[name]
    answer = send(api, new_workload(api), shared_data(f"traffic/{file.path}").read_bytes(), file.query)
    assert answer.status_code == 201, answer.text
    told = answer.json
    assert (told["kind"], told["rows"], told["bucket_seconds"] is None) == (file.kind, file.rows, file.kind == "log")
    if name == "openai_page":
        assert (told["bucket_seconds"], told["requests"]) == (86_400, 5)
        assert [told[field] for field in ("input_tokens", "cached_input_tokens", "output_tokens")] == [1000, 800, 500]
    else:
        assert facts_in(told) == expected(name)
    assert_quality(file, part(api, told["id"], "quality"))


def assert_quality(file: Public, quality: dict[str, Any]) -> None:
    """Assert that the report says that every row was read, and what the measurement lacks."""
    rows, measured = quality["report"]["rows"], quality["measured"]
    assert rows == dict.fromkeys(rows, 0) | {"read": file.rows, "accepted": file.rows, "stored": file.rows}
    assert (quality["report"]["rejected_by"], quality["report"]["first_rejects"]) == ([], [])
    assert [finding["code"] for finding in quality["report"]["findings"]] == file.found
    assert [finding["code"] for finding in measured["findings"]] == file.measured
    assert measured["hours_observed"] == pytest.approx(file.hours, abs=1e-6)
    assert measured["coverage"] == pytest.approx(file.coverage, abs=1e-9)
    assert (measured["missing"], measured["duplicates"], measured["clock_jumps"]) == (file.missing, 0, 0)
    assert measured["representative"] is (file.hours >= 7 * 24)


def test_every_tenant_of_the_public_cloud_lands_whole(api: ApiClient) -> None:
    workload_id = new_workload(api)
    landed = [assert_tenant(api, workload_id, path) for path in real.servegen_files()]
    assert len(set(landed)) == len(landed) == 39


def assert_tenant(api: ApiClient, workload_id: str, path: Path) -> str:
    """Assert that one tenant's two weeks land; return the history's id."""
    answer = send(api, workload_id, path.read_bytes())
    assert answer.status_code == 201, answer.text
    told = answer.json
    history = real.servegen_series(path)
    assert facts_in(told) == facts_of(history), path.name
    count = len(history.start_us)
    rows = told["file_rows"]
    assert rows == dict.fromkeys(rows, 0) | {"read": count, "accepted": count, "stored": count}
    return str(told["id"])


def test_what_was_not_collected_is_missing_and_not_idle(api: ApiClient) -> None:
    path = shared_data("traffic/series/servegen-m-small/pool.csv")
    answer = send(api, new_workload(api), path.read_bytes())
    measured = part(api, answer.json["id"], "quality")["measured"]
    assert measured["missing"] == {"buckets": 37, "runs": 12, "longest_seconds": 4200}
    assert measured["hours_observed"] == pytest.approx(1_979 / 6, abs=1e-6)
    assert measured["coverage"] == pytest.approx(1_979 / 2_016, abs=1e-9)
