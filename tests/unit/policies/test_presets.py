"""Presets load, say only what differs from the defaults, and explain every knob they set."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.policies.policy_schema import partial_document, policy_document
from service.policies.presets import PRESETS, Preset
from service.workflow.policy import Policy


def leaves(document: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yield the JSON pointer of every knob that a document sets."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{at}/{name}")
        else:
            yield f"{at}/{name}"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_knob_has_its_reason(preset: Preset) -> None:
    assert set(preset.reasons) == set(leaves(preset.policy))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_spelled_as_policies_are(preset: Preset) -> None:
    assert partial_document(preset.policy) == preset.policy


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_differs_from_the_defaults(preset: Preset) -> None:
    defaults = policy_document(Policy())
    assert {**defaults, **preset.policy} != defaults
