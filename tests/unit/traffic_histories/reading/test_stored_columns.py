"""Columns come back from the Parquet file as they went in, from chunks of before too; other readers open the file."""

import contextlib
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from service.evaluations.integrity import UNREADABLE
from service.traffic_histories.reading.columns_file import columns_of, facts_of
from service.traffic_histories.reading.stored_columns import ROWS, decode, encode
from service.traffic_histories.reading.stored_history import history_of
from service.workflow.traffic import Int64s, RequestLog, TrafficHistory
from tests.evaluating import week
from tests.histories import ints, log_of, series_of

PACKED = Path(__file__).parent / "packed"
"""Chunks as they were stored before the columns were a Parquet file, made by what made them then."""


def chunks_of(columns: dict[str, Int64s], folder: Path) -> list[bytes]:
    """Return the chunks alone."""
    return [chunk for _, chunk in encode(columns, folder)]


@pytest.mark.parametrize("rows", [1, 2, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 3])
def test_any_number_of_rows_comes_back(rows: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(rows)
    times = np.sort(generator.integers(0, 2**50, rows))
    columns = {"arrival": times, "input": generator.integers(0, 5, rows), "output": np.full(rows, 2**62)}
    chunks = list(encode(columns, tmp_path))
    assert [count for count, _ in chunks] == [min(ROWS, rows - at) for at in range(0, rows, ROWS)]
    found = decode((chunk for _, chunk in chunks), tuple(columns), rows)
    for column, back in zip(columns.values(), found, strict=True):
        assert back.dtype == np.int64
        assert np.array_equal(column, back)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("largest", [0, 2**31 - 1, 2**31, 2**32, 2**63 - 1])
def test_every_whole_number_comes_back(largest: int, tmp_path: Path) -> None:
    columns = {"arrival": ints([-7, 7]), "input": ints([-largest - 1, largest])}
    found = decode(chunks_of(columns, tmp_path), ("arrival", "input"), 2)
    assert [column.tolist() for column in found] == [column.tolist() for column in columns.values()]


@pytest.mark.parametrize("view", [slice(None, None, -1), slice(None, None, 2), slice(3, 4)])
def test_views_of_columns_come_back(view: slice, tmp_path: Path) -> None:
    columns = {"arrival": ints(range(9))[::-1][view], "input": ints(range(9))[view]}
    found = decode(chunks_of(columns, tmp_path), tuple(columns), len(columns["input"]))
    assert [column.tolist() for column in found] == [column.tolist() for column in columns.values()]


def test_the_same_columns_make_the_same_file(tmp_path: Path) -> None:
    columns = columns_of(week())
    assert chunks_of(columns, tmp_path) == chunks_of(columns, tmp_path)


HISTORIES: dict[str, TrafficHistory] = {
    "log": log_of([0, 1, 5], start=-1, end=9),
    "log with service": replace(log_of([0, 1, 5]), service_us=ints([10, 0, 3])),
    "log with parts": replace(log_of([0, 1, 5]), parts=(("cache_write_input_tokens", ints([0, 2, 1])),)),
    "series": series_of([1, None, 3], bucket=60),
    "idle series": series_of([1, None, 3], bucket=600, absent="idle"),
    "series of tokens": series_of([1, 2], counted=False),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_comes_back_with_its_digest(name: str, tmp_path: Path) -> None:
    history = HISTORIES[name]
    facts = facts_of(history)
    found = history_of(facts, chunks_of(columns_of(history), tmp_path))
    assert type(found) is type(history)
    assert found.digest == history.digest == facts.digest
    counted = {"log": 3, "log with service": 3, "log with parts": 3, "series": 4, "idle series": 4}
    assert facts.requests == counted.get(name)


def test_a_series_needs_its_bucket_length(tmp_path: Path) -> None:
    history = HISTORIES["series"]
    assert not isinstance(history, RequestLog)
    chunks = chunks_of(columns_of(history), tmp_path)
    with pytest.raises(ValueError, match="bucket length"):
        history_of(replace(facts_of(history), bucket_seconds=None), chunks)


def test_other_readers_open_the_chunks_as_one_file(tmp_path: Path) -> None:
    rows = ROWS + 5
    log = log_of(list(range(rows)), [(10, 2, at % 7) for at in range(rows)])
    path = tmp_path / "columns.parquet"
    path.write_bytes(b"".join(chunks_of(columns_of(log), tmp_path)))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        relation = connection.read_parquet(str(path))
        assert list(zip(relation.columns, map(str, relation.types), strict=True)) == [
            ("arrival", "TIMESTAMP WITH TIME ZONE"),
            ("input_tokens", "INTEGER"),
            ("cached_input_tokens", "INTEGER"),
            ("output_tokens", "INTEGER"),
        ]
        told = connection.execute(
            "SELECT count(*), epoch_us(max(arrival)), sum(input_tokens), sum(output_tokens) FROM relation"
        ).fetchone()
        groups = connection.execute(f"SELECT num_row_groups FROM parquet_file_metadata('{path}')").fetchone()
    assert told == (rows, int(log.arrival_us[-1]), 10 * rows, int(log.output_tokens.sum()))
    assert groups == (2,)


@pytest.mark.parametrize("what", ["cut", "noise", "nothing", *range(4, 1004, 100)])
def test_damaged_chunks_are_refused_or_tell_by_their_digest(what: str | int, tmp_path: Path) -> None:
    series = week()
    (chunk,) = chunks_of(columns_of(series), tmp_path)
    if isinstance(what, int):
        what %= len(chunk)
        found = chunk[:what] + bytes([chunk[what] ^ 255]) + chunk[what + 1 :]
    else:
        found = {"cut": chunk[:-9], "noise": b"noise", "nothing": b""}[what]
    with contextlib.suppress(*UNREADABLE):
        assert history_of(facts_of(series), [found]).digest != series.digest
        assert isinstance(what, int)


@pytest.mark.parametrize(
    ("names", "rows"), [(("arrival",), 4), (("arrival",), 2), (("start",), 3), (("arrival", "input"), 3)]
)
def test_a_file_of_other_rows_or_columns_is_refused(names: tuple[str, ...], rows: int, tmp_path: Path) -> None:
    chunks = chunks_of({"arrival": ints([1, 2, 3])}, tmp_path)
    with pytest.raises(ValueError, match=r"do not hold 4 rows|do not hold 2 rows|not the Parquet file"):
        decode(chunks, names, rows)


def test_a_file_that_lacks_a_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nulls.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT to_timestamp(1) AS arrival, CAST(NULL AS INTEGER) AS input_tokens) TO '{path}'"
        )
    with pytest.raises(ValueError, match="do not hold 1 rows of values"):
        decode([path.read_bytes()], ("arrival", "input"), 1)


def test_a_series_of_before_is_read() -> None:
    series = week()
    found = history_of(facts_of(series), [(PACKED / "week.bin").read_bytes()])
    assert found.digest == "sha256:0b9df8e9b3aca8fa269621fcf67d8252a6a515cd870bd4047c1f0505e23764f2"


def test_a_log_of_before_in_two_chunks_is_read() -> None:
    tokens = [
        (10, 2, 3), (0, 0, 0), (255, 0, 1), (256, 256, 2**31), (65_536, 7, 2**33), (2**40, 2**39, 5),
        (1, 1, 1), (2, 0, 255), (9, 9, 256),
    ]  # fmt: skip
    log = replace(
        log_of([0, 1.5, 2, 300, 70_000, 70_000, 2e6, 2e6 + 1, 3e9], tokens, start=-1, end=4e9),
        service_us=ints([0, 1, 2**20, 2**33, 4, 5, 6, 7, 8]),
        parts=(("cache_write_input_tokens", ints([1, 0, 9, 0, 0, 3, 0, 1, 0])),),
    )
    found = history_of(facts_of(log), [(PACKED / f"log-{ordinal}.bin").read_bytes() for ordinal in (0, 1)])
    assert found.digest == log.digest == "sha256:78c11680242dbc7b438599ae246ffc39fe1f4962f6440d071df87bb40ef039fe"
    assert [column.tolist() for column in columns_of(found).values()] == [
        column.tolist() for column in columns_of(log).values()
    ]


def test_chunks_of_before_that_do_not_hold_the_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="hold 1008 rows, not 1009"):
        decode([(PACKED / "week.bin").read_bytes()], ("start", "requests", "input", "cached", "output"), 1009)
