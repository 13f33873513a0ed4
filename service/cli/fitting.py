"""The capacity of a unit out of results of benchmarks, with how far the fit is from every point left out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from service.cli.exits import Refused
from service.price_sheets.capacity_profiles.fitting import ResultsError, profile_of


def capacity(paths: Sequence[Path], lengths: Mapping[str, float | None], system: str | None, *, as_json: bool) -> None:
    """Print the capacity that these files tell. Raises Refused naming the file."""
    try:
        told = profile_of([path.read_text() for path in paths], lengths, system)
    except ResultsError as error:
        raise Refused(str(error) if error.place is None else f"{paths[error.place]}: {error}") from error
    except (ValueError, OSError) as error:
        raise Refused(str(error)) from error
    click.echo(json.dumps(told, indent=2) if as_json else text(told))


def text(told: Mapping[str, Any]) -> str:
    """Return a fit for people: the fields to copy into an offer, and each point against what the others predict."""
    known = [f"{told['request'][name]:g} {word}" for name, word in LENGTHS if told["request"][name] is not None]
    lengths, count = " and ".join(known) or "unknown", len(told["points"])
    lines = [
        f"Fitted on {count} point{'s' if count > 1 else ''} of requests of {lengths} tokens.",
        "",
        '"capacity": ' + json.dumps(told["capacity"]),
    ]
    if told["left_out"]:
        lines += ["", "in flight   measured  predicted from the others  off"]
    row = "{streams:9,}  {measured_seconds:7.2f} s  {predicted_seconds:23.2f} s  {error:+.1%}"
    lines += [row.format(**each) for each in told["left_out"]]
    lines += ["", *(f"{name}: {label}" for name, label in told["labels"].items())]
    return "\n".join(lines)


LENGTHS = (("input_tokens", "input"), ("output_tokens", "output"))
