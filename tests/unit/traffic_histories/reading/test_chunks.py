"""Columns come back from chunks as they went in."""

from dataclasses import replace

import numpy as np
import pytest

from service.traffic_histories.reading.chunks import ROWS, decode, encode
from service.traffic_histories.reading.columns_file import columns_of, facts_of, history_of
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.histories import ints, log_of, series_of


@pytest.mark.parametrize("rows", [1, 2, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 3])
def test_any_number_of_rows_comes_back(rows: int) -> None:
    generator = np.random.default_rng(rows)
    columns = [np.sort(generator.integers(0, 2**50, rows)), generator.integers(0, 5, rows), np.full(rows, 2**62)]
    chunks = list(encode(columns))
    assert sum(count for count, _ in chunks) == rows
    for column, found in zip(columns, decode((chunk for _, chunk in chunks), 3, rows), strict=True):
        assert np.array_equal(column, found)


@pytest.mark.parametrize("spread", [0, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**62])
def test_every_width_comes_back(spread: int) -> None:
    columns = [ints([7, 7 + spread]), ints([-spread, 0])]
    found = decode((chunk for _, chunk in encode(columns)), 2, 2)
    assert [column.tolist() for column in found] == [column.tolist() for column in columns]


def test_chunks_that_do_not_hold_the_rows_are_refused() -> None:
    ((_, chunk),) = encode([ints([1, 2, 3])])
    with pytest.raises(ValueError, match="hold 3 rows, not 4"):
        decode([chunk], 1, 4)


HISTORIES: dict[str, TrafficHistory] = {
    "log": log_of([0, 1, 5], start=-1, end=9),
    "log with service": replace(log_of([0, 1, 5]), service_us=ints([10, 0, 3])),
    "series": series_of([1, None, 3], bucket=60),
    "idle series": series_of([1, None, 3], bucket=600, absent="idle"),
    "series of tokens": series_of([1, 2], counted=False),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_comes_back_with_its_digest(name: str) -> None:
    history = HISTORIES[name]
    facts = facts_of(history)
    found = history_of(facts, (chunk for _, chunk in encode(list(columns_of(history).values()))))
    assert type(found) is type(history)
    assert found.digest == history.digest == facts.digest
    assert facts.requests == {"log": 3, "log with service": 3, "series": 4, "idle series": 4}.get(name)


def test_a_series_needs_its_bucket_length() -> None:
    history = HISTORIES["series"]
    assert not isinstance(history, RequestLog)
    chunks = [chunk for _, chunk in encode(list(columns_of(history).values()))]
    with pytest.raises(ValueError, match="bucket length"):
        history_of(replace(facts_of(history), bucket_seconds=None), chunks)
