"""The example's traffic: two generated weeks of a document assistant. Generated, not measured; the same every time.

The shape: a base that follows the working day and never falls silent, and a few spikes a day when somebody sends a
whole folder through. Prompts average 8,000 tokens and answers 800, the 10 to 1 at which the sheets' GPU capacities
were measured.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from service.workflow.traffic import DAY, MINUTE, Int64s, RequestLog

SEED = 20261102
START = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""

DAYS = 14
END = START + timedelta(days=DAYS)

MINUTES_PER_DAY = 1440

NIGHT_RATE, DAY_RATE = 15.0, 52.0
"""Requests a minute at the quietest and at the busiest of an ordinary day."""

WEEKEND = 0.7
"""A weekend's traffic as a share of a working day's."""

SPIKES_PER_DAY = 4
SPIKE_MINUTES = (6, 26)
SPIKE_RATE = (60.0, 200.0)
"""How many spikes a day, how long they last, and what they add a minute; the ends of ranges."""

INPUT_MEAN, OUTPUT_MEAN, SPREAD = 8000.0, 800.0, 0.5
"""Mean tokens of prompts and answers, and the sigma of their log-normal distributions."""

SHARED_PREFIX, REUSE = 1024, 0.3
"""Tokens of the instructions that prompts share, and the share of requests that find them cached."""

MAX_PROMPT, MAX_ANSWER = 100_000, 8_000

COLUMNS = ("timestamp", "input_tokens", "cached_input_tokens", "output_tokens")


def example_log() -> RequestLog:
    """Return the two weeks as a log that declares its whole span."""
    random = np.random.default_rng(SEED)
    start = int(START.timestamp()) * 1_000_000
    arrivals = start + _arrivals(random)
    tokens = _tokens(random, len(arrivals), INPUT_MEAN, SHARED_PREFIX + 1, MAX_PROMPT)
    cached = np.where(random.random(len(arrivals)) < REUSE, SHARED_PREFIX, 0).astype(np.int64)
    answers = _tokens(random, len(arrivals), OUTPUT_MEAN, 1, MAX_ANSWER)
    return RequestLog(arrivals, tokens, cached, answers, start_us=start, end_us=start + DAYS * DAY)


def minute_rates(random: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the expected requests of each minute, shape (20160,)."""
    minute = np.arange(DAYS * MINUTES_PER_DAY)
    # Quietest at 03:00, busiest at 15:00.
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * (minute % MINUTES_PER_DAY - 180) / MINUTES_PER_DAY)
    rates = NIGHT_RATE + (DAY_RATE - NIGHT_RATE) * swing
    rates[minute // MINUTES_PER_DAY % 7 >= 5] *= WEEKEND
    for day in range(DAYS):
        for _ in range(SPIKES_PER_DAY):
            begin = day * MINUTES_PER_DAY + int(random.integers(MINUTES_PER_DAY - SPIKE_MINUTES[1]))
            rates[begin : begin + int(random.integers(*SPIKE_MINUTES))] += random.uniform(*SPIKE_RATE)
    return rates


def write_csv(log: RequestLog, path: Path) -> None:
    """Write a log as a gzip-compressed CSV file with a header; times are ISO 8601 in UTC."""
    with gzip.open(path, "wt", encoding="ascii", newline="", compresslevel=3) as file:
        file.write(",".join(COLUMNS) + "\n")
        file.writelines(_rows(log))


def _arrivals(random: np.random.Generator) -> Int64s:
    """Return a Poisson count of arrivals in each minute, sorted, in µs from the start."""
    counts = random.poisson(minute_rates(random))
    minutes = np.repeat(np.arange(len(counts), dtype=np.int64) * MINUTE, counts)
    return np.sort(minutes + random.integers(MINUTE, size=len(minutes)))


def _tokens(random: np.random.Generator, size: int, mean: float, least: int, most: int) -> Int64s:
    drawn = random.lognormal(np.log(mean) - SPREAD**2 / 2, SPREAD, size)
    return np.clip(np.rint(drawn), least, most).astype(np.int64)


def _rows(log: RequestLog) -> Iterator[str]:
    times = np.datetime_as_string(log.arrival_us.astype("datetime64[us]"), timezone="UTC")
    columns = zip(times, log.input_tokens, log.cached_input_tokens, log.output_tokens, strict=True)
    return (f"{time},{prompt},{cached},{answer}\n" for time, prompt, cached, answer in columns)
