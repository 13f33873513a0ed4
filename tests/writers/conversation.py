"""A small synthetic conversation: what really happened, which every writer tells in its own way."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from service.workflow.traffic import MINUTE

Json = dict[str, Any]

START_US = 1_793_577_600_000_000
"""2026-11-02T00:00:00Z."""

CALLS = 200


@dataclass(frozen=True)
class Call:
    """One call of a model: arrival in µs since 1970, which of two models, input with what was read from and written to
    the cache, output with reasoning, time in ms, and whether it was turned away by a limit.
    """

    number: int
    at_us: int
    second_model: bool
    input: int
    cached: int
    written: int
    output: int
    reasoning: int
    milliseconds: int
    throttled: bool = False

    @property
    def end_us(self) -> int:
        """When the answer was complete."""
        return self.at_us + self.milliseconds * 1000


@cache
def conversation() -> tuple[Call, ...]:
    """Return turns that grow: each reads what the one before wrote to the cache; every fortieth is turned away."""
    calls = []
    for number in range(CALLS):
        turn = number % 10
        at = START_US + number * 17_300_000 + (number * number % 997) * 1_000
        cached, written = (600 * turn, 600) if number % 3 else (0, 0)
        output = 40 + number % 7
        call = Call(
            number, at, number % 4 == 3, cached + written + 90 + number % 11, cached, written, output,
            output // 4, 700 + number, number % 40 == 20,
        )  # fmt: skip
        calls.append(call)
    return tuple(calls)


def served() -> list[Call]:
    """Return the calls that were answered."""
    return [call for call in conversation() if not call.throttled]


def iso(at_us: int, form: str = "%Y-%m-%dT%H:%M:%S.%fZ") -> str:
    """Return a time as text."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000).strftime(form)


def lines(records: Iterable[Json]) -> str:
    """Return JSON Lines."""
    return "".join(f"{json.dumps(record)}\n" for record in records)


def table(names: str, rows: Iterable[Iterable[object]], delimiter: str = ",") -> str:
    """Return CSV; names are parted by commas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(names.split(","))
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue()


def records_as_table(records: Sequence[Json]) -> str:
    """Return flat records as CSV."""
    return table(",".join(records[0]), (record.values() for record in records))


def minutes(calls: Iterable[Call]) -> dict[int, list[Call]]:
    """Return the calls of each minute that has some, by its start in µs."""
    found: dict[int, list[Call]] = {}
    for call in calls:
        found.setdefault(call.at_us // MINUTE * MINUTE, []).append(call)
    return found
