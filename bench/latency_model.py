"""The model of a unit against 31 measured points: constants fitted on half of them, checked on the other half.

Reads `../shared/data/capacity/silybench_latency_qwen3-8b_h100.csv`: one H100, vLLM, Qwen3-8B fp8, closed loop (CC BY).
"""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.replay.heap import Heap, new_heap, pop, push
from service.workflow.replay.processor_sharing import fits, is_due, reading_us, turn_of
from service.workflow.replay.speed import UnitSpeed, step_table, unit_speed
from service.workflow.traffic import SECOND, Float64s

FILE = Path(__file__).resolve().parents[2] / "shared/data/capacity/silybench_latency_qwen3-8b_h100.csv"

CURVE = ((1, 214.5), (4, 207.7), (16, 190.5), (32, 165.8), (64, 137.7), (128, 98.4), (256, 62.0), (512, 35.3))
"""Tokens a second and stream: 1000 ÷ the median time between tokens of 128 in, 1,024 out, 640 held on average."""

START = (60.0, 12.0, 5.0, 430.0, 0.8)
"""Where fitting begins: 1,000 tokens read a second, ms to a first token, 1e-8 s a token held, 1,000 tokens, ms."""

PEAK_US = 7.0
"""µs that the card takes to read a token at its peak: 2 × 6.95 × 10⁹ parameters in layers ÷ 1,979 × 10¹² a second."""

SHOWN = ("first token p95", "first token p99", "end to end p95", "end to end p99", "requests/s")

Row = tuple[str, int, int, int, int, tuple[float, ...]]


def rows() -> list[Row]:
    """Return (workload, input, output, concurrency, prompts, measured figures in ms and requests a second)."""
    with FILE.open() as file:
        return [
            (
                r["workload"],
                int(r["input_tokens"]),
                int(r["output_tokens"]),
                int(r["concurrency"]),
                int(r["prompts"]),
                tuple(
                    float(r[name])
                    for name in ("ttft_p95_ms", "ttft_p99_ms", "e2e_p95_ms", "e2e_p99_ms", "requests_per_second")
                ),
            )
            for r in csv.DictReader(file)
        ]


def capacity_of(constants: Any) -> ConcurrencyCapacity:  # noqa: ANN401 - whatever an optimiser hands over
    """Return the unit that five constants make."""
    read, first, context, memory, prompt = (float(value) for value in constants)
    return ConcurrencyCapacity(
        512,
        Speed(read * 1e3, CURVE),
        prefill_seconds_per_prompt=max(prompt, 0.0) / 1e3,
        first_token_seconds=max(first, 0.0) / 1e3,
        context_seconds_per_token=context * 1e-8,
        context_tokens=640,
        kv_tokens=int(memory * 1e3),
    )


@kernel
def _loop(
    tokens: tuple[int, int],
    unit: UnitSpeed,
    steps: Float64s,
    heap: Heap,
    concurrency: int,
    first: Float64s,
    end: Float64s,
) -> float:
    """Send the next request when one is answered; fill in both latencies, shape (n,), in µs and return the last µs.

    tokens: input and output of each request.
    """
    keys, numbers = heap
    held, own = 2 * tokens[0] + tokens[1], reading_us(tokens[0], unit.reading)
    count, streams = len(first), len(steps) - 1
    sent, after = np.zeros(count), np.empty(count)
    serving = holding = head = 0
    now = virtual = reading_until = 0.0
    arrived = min(concurrency, count)
    while head < count or serving > 0:
        due = is_due(keys[0], serving, now, virtual, reading_until)
        while head < arrived and not due and serving < streams and fits(held, unit.memory, serving, holding):
            turn = turn_of(own, unit.reading.first_token_us, 1, now, reading_until)
            reading_until = turn.until
            first[head] = turn.first_token - sent[head]
            after[head] = turn.first_token - turn.until
            push(keys, numbers, serving, virtual + tokens[1], head)
            holding += held
            serving += 1
            head += 1
        step = steps[serving] + unit.context_us * 0.5 * holding
        now = max(now, reading_until) + (keys[0] - virtual) * step
        virtual = keys[0]
        done = numbers[0]
        end[done] = now + after[done] - sent[done]
        pop(keys, numbers, serving)
        holding -= held
        serving -= 1
        if arrived < count:
            sent[arrived] = int(now)
            arrived += 1
    return now


def could_be_read(row: Row, points: list[Row]) -> bool:
    """Tell whether the card can have read the prompts of a point in the time that was measured.

    Against one caller of the same workload more callers take longer: the first token where prompts are read together,
    and the answer, beyond what its steps take, where others are read meanwhile. Where neither took as much longer as
    the further prompts take at the peak, they were not read.
    """
    alone = next((each for each in points if each[:3] == row[:3] and each[3] == 1), row)
    first, end = (_beyond_steps(row)[part] - _beyond_steps(alone)[part] for part in (0, 1))
    return max(first, end) * 1000 >= (row[3] - alone[3]) * row[1] * PEAK_US


def _beyond_steps(row: Row) -> tuple[float, float]:
    """Return ms to the first token, and ms that the answer took beyond a step a token."""
    _, _, tokens_out, callers, _, (first, _, end, _, _) = row
    step = np.interp(callers, [n for n, _ in CURVE], [1000 / speed for _, speed in CURVE])
    return first, end - tokens_out * float(step)


def closed_loop(capacity: ConcurrencyCapacity, row: Row) -> Float64s:
    """Return the five figures of one point: callers that send the next request when the last is answered."""
    _, tokens_in, tokens_out, concurrency, count, _ = row
    first, end = np.zeros(count), np.zeros(count)
    unit = unit_speed(capacity)
    steps = step_table(unit.points, 1, capacity.slots)
    last = _loop((tokens_in, tokens_out), unit, steps, new_heap(count), concurrency, first, end)
    quantiles = [float(np.quantile(each, share)) / 1000 for each in (first, end) for share in (0.95, 0.99)]
    return np.array([*quantiles, count / last * SECOND])


def errors(constants: Any, points: list[Row]) -> Float64s:  # noqa: ANN401
    """Return predicted ÷ measured − 1, shape (points, 5)."""
    capacity = capacity_of(constants)
    return np.array([closed_loop(capacity, row) / np.array(row[5]) - 1 for row in points])


def fitted(points: list[Row]) -> Float64s:
    """Return the constants of least mean |log error| of first token p95, end to end p95 and requests a second."""

    def loss(constants: Any) -> float:  # noqa: ANN401
        logs = np.abs(np.log1p(np.clip(errors(constants, points), -0.9, 5.0)))
        return float(logs[:, [0, 2, 4]].mean())

    simplex = [list(START)] + [[v * (1.2 if i == j else 1.0) for j, v in enumerate(START)] for i in range(len(START))]
    found: Float64s = minimize(
        loss, START, method="Nelder-Mead", options={"maxiter": 160, "initial_simplex": np.array(simplex)}
    ).x
    return found


def main() -> None:
    """Print the errors both ways round, and predicted against measured of every point."""
    if not FILE.exists():
        print(f"skipped: there is no {FILE.name}")
        return
    points = rows()
    whole = capacity_of(START)
    alone = replace(whole, prefill_seconds_per_prompt=0.0, first_token_seconds=0.0, speed=Speed(39945.0, CURVE))
    bare = replace(alone, context_seconds_per_token=0.0, kv_tokens=None)
    for name, capacity in (("serial reading alone", bare), ("with context and memory", alone)):
        off = np.array([closed_loop(capacity, row) / np.array(row[5]) - 1 for row in points])
        _print(name, off)
    halves = {"even": (points[::2], points[1::2]), "odd": (points[1::2], points[::2])}
    for name, (fit, check) in halves.items():
        _both_ways(f"{name} points", fit, check)
    for name, (fit, check) in halves.items():
        title = f"{name} points, without what the card cannot have read"
        _both_ways(title, *([row for row in half if could_be_read(row, points)] for half in (fit, check)))
    constants = fitted(points)
    print(f"fitted on all: {np.round(constants, 2).tolist()}")
    _print("  there", errors(constants, points))
    for row in points:
        predicted = closed_loop(capacity_of(constants), row)
        cells = " | ".join(f"{mine:,.4g} / {theirs:,.4g}" for mine, theirs in zip(predicted, row[5], strict=True))
        print(f"| {row[0]} {row[1]}/{row[2]} × {row[3]} | {cells} |")


def _both_ways(name: str, fit: list[Row], check: list[Row]) -> None:
    constants = fitted(fit)
    print(f"fitted on {len(fit)} {name}: {np.round(constants, 2).tolist()}")
    _print("  there", errors(constants, fit))
    _print(f"  on the {len(check)} others", errors(constants, check))


def _print(name: str, off: Float64s) -> None:
    means = ", ".join(f"{title} {mean:.1%}" for title, mean in zip(SHOWN, np.abs(off).mean(axis=0), strict=True))
    print(f"{name}: mean |error| {means}")
