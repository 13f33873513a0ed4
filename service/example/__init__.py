"""The shipped example: real list prices of one open model, and a generated workload to decide on."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

Json = dict[str, Any]

WORKLOAD: Json = {
    "name": "Example: document assistant",
    "description": "Two generated weeks of traffic, not measured anywhere.",
    "model": "llama-3.3-70b-instruct",
    "labels": {"generated": "true"},
}


def sheets() -> Iterator[Json]:
    """Yield the shipped price sheets, by provider."""
    shipped = (entry for entry in files("service.example").joinpath("price_sheets").iterdir())
    for path in sorted(shipped, key=lambda entry: entry.name):
        yield json.loads(path.read_text())
