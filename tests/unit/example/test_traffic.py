"""The example's traffic is the same everywhere, has the shape it is said to have, and survives being written."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from service.example.traffic import COLUMNS, DAYS, END, START, example_log, write_csv
from service.workflow.traffic import DAY, MINUTE, RequestLog


@pytest.fixture(scope="module")
def log() -> RequestLog:
    return example_log()


def test_it_is_the_same_every_time(log: RequestLog) -> None:
    assert log.digest == example_log().digest
    assert log.digest == "sha256:0a9800c0b5df34d88242d1a3cc62b3a86efb5891a5e65919171835668d8e2aeb"


def test_it_spans_two_weeks_in_order(log: RequestLog) -> None:
    assert log.start_us == START.timestamp() * 1e6
    assert log.end_us == END.timestamp() * 1e6 == log.start_us + DAYS * DAY
    assert (np.diff(log.arrival_us) >= 0).all()
    assert log.start_us <= log.arrival_us[0]
    assert log.arrival_us[-1] < log.end_us


def test_prompts_are_ten_times_the_answers(log: RequestLog) -> None:
    assert log.input_tokens.mean() / log.output_tokens.mean() == pytest.approx(10, rel=0.01)
    assert (log.cached_input_tokens < log.input_tokens).all()
    assert log.output_tokens.min() >= 1


def test_a_steady_base_carries_spikes(log: RequestLog) -> None:
    minutes = np.bincount((log.arrival_us - log.arrival_us[0]) // MINUTE, minlength=DAYS * 1440)
    assert np.percentile(minutes, 5) / minutes.mean() > 0.2
    assert minutes.max() / minutes.mean() > 5


def test_the_file_holds_every_request(tmp_path: Path) -> None:
    arrivals = np.array([1, 1_500_000], dtype=np.int64)
    tokens = np.array([7, 9], dtype=np.int64)
    write_csv(RequestLog(arrivals, tokens, tokens * 0, tokens + 1), tmp_path / "log.csv.gz")
    assert gzip.decompress((tmp_path / "log.csv.gz").read_bytes()).decode().splitlines() == [
        ",".join(COLUMNS),
        "1970-01-01T00:00:00.000001Z,7,0,8",
        "1970-01-01T00:00:01.500000Z,9,0,10",
    ]
