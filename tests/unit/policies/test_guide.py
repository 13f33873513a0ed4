"""docs/policies.md names every knob with its default, and every preset as it is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.policies.knobs import KNOBS
from service.policies.policy_schema import policy_document, policy_of
from service.policies.presets import PRESETS

GUIDE = (Path(__file__).resolve().parents[3] / "docs/policies.md").read_text()

LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def knobs(document: dict[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and value of every knob."""
    for name, value in document.items():
        if isinstance(value, dict) and value:
            yield from knobs(value, f"{at}{name}.")
        else:
            yield f"{at}{name}", value


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of a part of the guide that begin with a knob."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def said(row: list[str]) -> tuple[str, Any]:
    return row[0].strip("`"), json.loads(row[1].strip("`"))


def test_every_knob_is_listed_with_its_default_a_unit_and_a_meaning() -> None:
    listed = list(rows(GUIDE.partition("## Every knob")[2].partition("## The presets")[0]))
    effective = dict(knobs(policy_document(policy_of({}))))
    preferred = {
        name.replace("preferred", "required"): effective.pop(name) for name in list(effective) if "preferred" in name
    }
    assert dict(map(said, listed)) == effective
    assert preferred == {name: value for name, value in effective.items() if "required" in name}
    told = {row[0].strip("`"): (row[2], LINK.sub(r"\1", row[3]).removesuffix(", see below")) for row in listed}
    assert told == {knob.name: (knob.unit, knob.meaning) for knobs in KNOBS.values() for knob in knobs}
    assert all(unit and meaning for unit, meaning in told.values())


def test_every_preset_is_listed_with_its_reasons() -> None:
    parts = GUIDE.partition("## The presets")[2].split("### `")[1:]
    assert [part.partition("`")[0] for part in parts] == list(PRESETS)
    for part, preset in zip(parts, PRESETS.values(), strict=True):
        assert preset.summary in part
        listed = list(rows(part))
        assert dict(map(said, listed)) == dict(knobs(preset.policy))
        assert {f"/{row[0].strip('`').replace('.', '/')}": row[2] for row in listed} == preset.reasons
