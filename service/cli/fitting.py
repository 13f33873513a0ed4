"""The capacity of a unit out of results of benchmarks, with how far the fit is from every point left out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from service.cli.exits import Refused
from service.price_sheets.benchmark_files import points_of
from service.workflow.fit import Fit, Point, fit


def measured(paths: Sequence[Path], lengths: Mapping[str, float | None]) -> list[Point]:
    """Return the points of files. Raises Refused naming the file."""
    found: list[Point] = []
    for path in paths:
        try:
            found += points_of(path.read_text(), lengths)
        except (ValueError, OSError) as error:
            raise Refused(f"{path}: {error}") from error
    return found


def capacity(paths: Sequence[Path], lengths: Mapping[str, float | None], *, as_json: bool) -> None:
    """Print the capacity that these files tell. Raises Refused."""
    points = measured(paths, lengths)
    try:
        found = fit(points)
    except ValueError as error:
        raise Refused(str(error)) from error
    click.echo(json.dumps(document(found, points), indent=2) if as_json else text(found, points))


def document(found: Fit, points: Sequence[Point]) -> dict[str, Any]:
    """Return a fit as JSON: the `capacity` of an offer, and what it stands on."""
    one = found.capacity
    return {
        "capacity": {
            "kind": "concurrency",
            "slots": one.slots,
            "prefill_tokens_per_second": round(one.speed.prefill_tokens_per_second, 3),
            "first_token_seconds": round(one.first_token_seconds, 6),
            "decode_tokens_per_second": [[streams, round(speed, 4)] for streams, speed in one.speed.decode],
        },
        "request": {"input_tokens": points[0].input_tokens, "output_tokens": points[0].output_tokens},
        "left_out": [
            {
                "streams": each.streams,
                "measured_seconds": round(each.measured_seconds, 3),
                "predicted_seconds": round(each.predicted_seconds, 3),
                "error": round(each.error, 4),
            }
            for each in found.left_out
        ],
        "labels": {
            "decode_tokens_per_second": "derived: measured end to end, less what reading the prompts takes",
            "prefill_tokens_per_second": "derived: the most that leaves no step shorter with more in flight",
            "slots": "derived: the most in flight that still brought more requests a second",
            "context_seconds_per_token": "unknown: requests of one length do not tell it",
        },
    }


def text(found: Fit, points: Sequence[Point]) -> str:
    """Return a fit for people: the fields to copy into an offer, and each point against what the others predict."""
    told = document(found, points)
    request = f"{points[0].input_tokens:g} input and {points[0].output_tokens:g} output tokens"
    lines = [
        f"Fitted on {len(points)} points of {request}.",
        "",
        '"capacity": ' + json.dumps(told["capacity"]),
        "",
        "in flight   measured  predicted from the others  off",
    ]
    lines += [
        f"{each.streams:9,}  {each.measured_seconds:7.2f} s  {each.predicted_seconds:23.2f} s  {each.error:+.1%}"
        for each in found.left_out
    ]
    lines += ["", *(f"{name}: {label}" for name, label in told["labels"].items())]
    return "\n".join(lines)
