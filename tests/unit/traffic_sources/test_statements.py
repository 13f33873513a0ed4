"""Statements give what the reader makes of the same requests, in every engine to the byte."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

from service.traffic_histories.reading.time_text import parse_instant
from service.traffic_histories.upload_query import ReadWords, reading_options
from service.traffic_sources.statements import Statement, statements
from service.traffic_sources.table_query import TableWords, table_map
from service.workflow.length_classes import thresholds
from service.workflow.traffic import HOUR, MINUTE, BucketSeries, RequestLog, TrafficHistory
from tests.reading import read
from tests.warehouses import ENGINES, csv_of, fill, opened

START = datetime(2026, 3, 29, tzinfo=UTC)

TABLE = 'my "requests" `x` -- ; DROP'
COLUMNS = (
    ("ts", "instant"), ("prompt's", "whole"), ('ca"ched', "whole"), ("written", "whole"), ("out`put", "real"),
    ("thought", "whole"), ("status", "text"), ("hit", "flag"), ("id", "text"), ("model", "text"),
)  # fmt: skip

WORDS = {
    "table": TABLE,
    "column.arrival": "ts",
    "column.input_tokens": "prompt's",
    "column.cached_input_tokens": 'ca"ched',
    "column.cache_write_input_tokens": "written",
    "column.output_tokens": "out`put",
    "column.reasoning_output_tokens": "thought",
    "column.status": "status",
    "column.cache_hit": "hit",
    "column.request_id": "id",
    "column.model": "model",
    "only.model": "gpt'x, y",
    "start": "2026-03-29T00:00:00Z",
    "end": "2026-03-29T06:00:00Z",
}


def requests(count: int = 800) -> list[list[Any]]:
    """Return rows of every kind: failed, cached, repeated, of other models, and a few that cannot be read."""
    drawn = random.Random(7)
    rows: list[list[Any]] = []
    for index in range(count):
        at = START + timedelta(microseconds=drawn.randrange(6 * HOUR))
        tokens = drawn.choice((drawn.randrange(4000), 400_000))
        cached = drawn.choice((None, 0, tokens // 2))
        status = drawn.choice(("200", "ok", None, " 200 ", "429", "HTTP/1.1 503 slow", "Timeout", "399", "0500"))
        model = drawn.choice(("gpt'x", " GPT'X ", "y", "other", None))
        name = None if index % 3 == 0 else drawn.choice((f"r{index}", f"R{index}", "", "null"))
        rows.append([
            f"{at:%Y-%m-%d %H:%M:%S.%f}", tokens, cached, drawn.choice((None, 0, 7)), float(drawn.randrange(900)),
            drawn.choice((None, 3)), status, drawn.choice((None, False, False, True)), name, model,
        ])  # fmt: skip
    rows += [list(row) for row in rows[1:60]]  # with an id the same request, without one another
    rows[100][1], rows[101][1], rows[102][4] = None, -5, 2.5
    rows[103][1], rows[103][2] = 5, 6
    return rows


def as_file(rows: list[list[Any]]) -> bytes:
    """Return the rows as the log that a user would upload instead, in order of time, as statements choose repeats."""
    ordered = sorted(rows, key=lambda row: row[0])
    lines = [
        [row[0] + "Z", *(int(v) if isinstance(v, float) and v == int(v) else v for v in row[1:])] for row in ordered
    ]
    return csv_of([name for name, _ in COLUMNS], lines)


def made(dialect: str, **words: str) -> dict[str, Statement]:
    """Return the statements over the table by purpose."""
    loaded = TableWords().load({"dialect": dialect, **WORDS, **words})
    return {statement.purpose: statement for statement in statements(table_map(loaded))}


def uploaded(content: bytes, statement: Statement) -> TrafficHistory:
    """Read a result with the words that its statement says, and none besides."""
    assert statement.upload is not None
    loaded = ReadWords().load(dict(parse_qsl(statement.upload)))
    options = reading_options(loaded)
    history, report = read(content, **{name: getattr(options, name) for name in options.__dataclass_fields__})
    assert [finding for finding in report.findings if finding.can_move_the_answer] == []
    return history


def of_file(**words: str) -> RequestLog:
    """Read the same rows as the log that they are."""
    said = {name: value for name, value in WORDS.items() if name not in ("table", "column.model")} | {
        "kind": "log",
        "max_rejected_share": "1",
    }
    options = reading_options(ReadWords().load(said | {"cached_included": "true"} | words))
    kept = {name: getattr(options, name) for name in options.__dataclass_fields__}
    history, _ = read(as_file(requests()), **kept)
    assert isinstance(history, RequestLog)
    return history


def summed(log: RequestLog, lengths: tuple[int, ...] = ()) -> BucketSeries:
    """Return the series of a log by the minute, each bucket's requests added up one at a time, and by length."""
    minutes = log.arrival_us // MINUTE * MINUTE
    starts = np.array([*sorted({*minutes.tolist(), *edges(log)})], dtype=np.int64)
    ones = np.ones_like(log.arrival_us)
    told = {"input": log.input_tokens, "cached": log.cached_input_tokens, "output": log.output_tokens}
    told = {"requests": ones} | told | dict(log.parts)
    table: dict[int, list[int]] = {int(start): [0] * (len(told) * (1 + len(lengths))) for start in starts}
    for place, minute in enumerate(minutes.tolist()):
        for group, above in enumerate((-1, *lengths)):
            if log.input_tokens[place] > above:
                for index, column in enumerate(told.values(), start=group * len(told)):
                    table[minute][index] += int(column[place])
    sums = np.array(list(table.values()), dtype=np.int64).T
    names = [*told, *(f"above_{above}_{name}" for above in lengths for name in told)]
    parts = tuple(zip(names[4:], sums[4:], strict=True))
    return BucketSeries(60, starts, sums[0], sums[1], sums[2], sums[3], "idle", parts)


def edges(log: RequestLog) -> Iterator[int]:
    """Yield the first and last bucket of the declared time."""
    yield parse_instant(WORDS["start"])
    yield parse_instant(WORDS["end"]) - MINUTE


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_sums_and_rows_are_those_of_the_file(engine: str, request: pytest.FixtureRequest) -> None:
    run = opened(engine, request)
    fill(run, engine, TABLE, COLUMNS, requests())
    found = made(engine)
    log = of_file()
    assert len(log.arrival_us) > 100
    series, rows = (uploaded(run(found[name].sql), found[name]) for name in ("sums", "rows"))
    assert series.digest == summed(log).digest
    assert rows.digest == log.digest
    counts = dict(line.split(b",") for line in run(found["counts"].sql).replace(b'"', b"").splitlines()[1:])
    assert sum(map(int, counts.values())) == sum(str(row[9]).strip().lower() in ("gpt'x", "y") for row in requests())
    assert int(counts[b"rejected"]) <= 4


def test_sums_by_length_are_those_of_the_file(engine: str, request: pytest.FixtureRequest) -> None:
    run = opened(engine, request)
    fill(run, engine, TABLE, COLUMNS, requests())
    sums = made(engine, lengths="200000,1000")["sums"]
    series = uploaded(run(sums.sql), sums)
    assert thresholds(series) == (1000, 200_000)
    assert series.digest == summed(of_file(), (1000, 200_000)).digest


def test_every_engine_answers_with_the_same_bytes(request: pytest.FixtureRequest) -> None:
    answers = {}
    for engine in ENGINES:
        run = opened(engine, request)
        fill(run, engine, TABLE, COLUMNS, requests(300))
        answers[engine] = [run(statement.sql).replace(b'"', b"") for statement in made(engine).values()]
    assert answers["postgres"] == answers["duckdb"]
    assert answers["clickhouse"] == answers["duckdb"]


def test_sums_beyond_what_a_float_holds_are_exact(engine: str, request: pytest.FixtureRequest) -> None:
    run = opened(engine, request)
    many = {
        "duckdb": "SELECT to_timestamp(1780272000) AS at, 999999999 AS p, 1 AS o FROM range(9100000)",
        "postgres": "SELECT to_timestamp(1780272000) AS at, 999999999 AS p, 1 AS o FROM generate_series(1, 9100000)",
        "clickhouse": "SELECT toDateTime64(1780272000, 3, 'UTC') AS at, 999999999 AS p, 1 AS o FROM numbers(9100000)",
    }
    run(f"CREATE VIEW many AS {many[engine]}")
    words = {"table": "many", "column.arrival": "at", "column.input_tokens": "p", "column.output_tokens": "o"}
    sums = statements(table_map(TableWords().load({"dialect": engine, **words})))[0]
    _, line = run(sums.sql).splitlines()
    assert 9_100_000 * 999_999_999 > 2**53
    assert line == b"1780272000000000,1780272060000000,9100000,%d,0,9100000" % (9_100_000 * 999_999_999)


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000), ("us", 1_000_000)])
def test_numbers_are_times_in_their_unit(engine: str, request: pytest.FixtureRequest, unit: str, factor: int) -> None:
    run = opened(engine, request)
    fill(run, engine, "t", (("at", "whole"), ("p", "whole"), ("o", "whole")), [[1780272061 * factor, 3, 4]])
    words = {"table": "t", "column.arrival": "at", "column.input_tokens": "p", "column.output_tokens": "o"}
    loaded = TableWords().load({"dialect": engine, **words, "time_unit": unit})
    assert run(statements(table_map(loaded))[0].sql).splitlines()[1] == b"1780272060000000,1780272120000000,1,3,0,4"


def test_clocks_of_a_zone_are_read_as_the_reader_does(engine: str, request: pytest.FixtureRequest) -> None:
    run = opened(engine, request)
    walls = ["2026-03-29 01:59:59.999999", "2026-03-29 03:00:00", "2026-07-01 12:00:30.5", "2026-12-01 00:00:00"]
    fill(run, engine, "t", (("at", "wall"), ("p", "whole"), ("o", "whole")), [[wall, 3, 4] for wall in walls])
    words = {"table": "t", "column.arrival": "at", "column.input_tokens": "p", "column.output_tokens": "o"}
    words |= {"zone": "Europe/Berlin", "start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"}
    rows = statements(table_map(TableWords().load({"dialect": engine, **words})))[1]
    file = "at,p,o\n" + "".join(f"{wall},3,4\n" for wall in walls)
    said = ReadWords().load({"column.arrival": "at", "column.input_tokens": "p", "column.output_tokens": "o"})
    options = reading_options(said | {"zone": "Europe/Berlin", "kind": "log"})
    by_file, _ = read(file, **{name: getattr(options, name) for name in options.__dataclass_fields__})
    assert isinstance(by_file, RequestLog)
    assert [int(line.split(b",")[0]) for line in run(rows.sql).splitlines()[1:]] == by_file.arrival_us.tolist()


def test_parquet_of_a_result_is_the_same_history(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    run = opened("duckdb", request)
    fill(run, "duckdb", TABLE, COLUMNS, requests())
    sums = made("duckdb")["sums"]
    run(f"COPY ({sums.sql}) TO '{tmp_path}/sums.parquet'")
    assert uploaded((tmp_path / "sums.parquet").read_bytes(), sums).digest == summed(of_file()).digest


@pytest.mark.parametrize("said", ["include_failed", "include_cache_hits"])
def test_what_is_kept_on_demand_is_kept(request: pytest.FixtureRequest, said: str) -> None:
    run = opened("duckdb", request)
    fill(run, "duckdb", TABLE, COLUMNS, requests())
    sums = made("duckdb", **{said: "true"})["sums"]
    assert uploaded(run(sums.sql), sums).digest == summed(of_file(**{said: "true"})).digest


def test_input_without_its_cached_tokens_gets_them(request: pytest.FixtureRequest) -> None:
    run = opened("duckdb", request)
    fill(run, "duckdb", TABLE, COLUMNS, requests())
    rows = made("duckdb", cached_included="false")["rows"]
    assert uploaded(run(rows.sql), rows).digest == of_file(cached_included="false").digest
