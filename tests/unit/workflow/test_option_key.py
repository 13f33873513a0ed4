"""An option's identity is spelled and read in one place: what is spelled reads back, what is no key is none."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.option_key import OptionKey
from tests.effort import examples

SKUS = st.text("abx/:.-+~3", min_size=1, max_size=12).filter(
    lambda sku: "+warm" not in sku and not re.match(r"\d+[+~]", sku)
)
TERMS = st.sampled_from(["0", "12", "14d", "2w", "12.2", "14d.3"])
COUNTS = st.integers(0, 5000)


def labels(draw: st.DrawFn) -> str:
    return f"{draw(SKUS)}@{draw(TERMS)}"


@st.composite
def keys(draw: st.DrawFn) -> OptionKey:
    mode = draw(st.sampled_from(["serverless", "dedicated", "autoscaled", "hybrid", "group"]))
    if mode == "serverless":
        return OptionKey("serverless", serverless=draw(SKUS), warm=draw(COUNTS))
    if mode == "dedicated":
        return OptionKey("dedicated", labels(draw), draw(COUNTS), second=draw(COUNTS))
    if mode == "autoscaled":
        return OptionKey("autoscaled", labels(draw), draw(COUNTS), draw(COUNTS))
    if mode == "hybrid":
        threshold = draw(st.none() | COUNTS)
        second, serverless = draw(COUNTS), draw(SKUS)
        return OptionKey("hybrid", labels(draw), draw(COUNTS), None, threshold, serverless, second=second)
    return OptionKey(draw(st.sampled_from(["dedicated", "autoscaled", "hybrid"])), labels(draw))


@settings(derandomize=True, max_examples=examples(400))
@given(key=keys())
def test_what_is_spelled_reads_back(key: OptionKey) -> None:
    assert OptionKey.parse(str(key)) == key
    assert OptionKey.parse(str(key.group)) == key.group


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("serverless:groq/llama+warm2", OptionKey("serverless", serverless="groq/llama", warm=2)),
        ("dedicated:gpu@14d.2x3", OptionKey("dedicated", "gpu@14d.2", 3)),
        ("autoscaled:gpu@0x0-4", OptionKey("autoscaled", "gpu@0", 4, 0)),
        ("hybrid:a@12x1~8+b", OptionKey("hybrid", "a@12", 1, threshold=8, serverless="b")),
        ("hybrid:a@0x1+b@0", OptionKey("hybrid", "a@0", 1, serverless="b@0")),
        ("hybrid:a@0x1+b@0x2", OptionKey("hybrid", "a@0", 1, serverless="b@0x2")),
        ("hybrid:acme/gpu@12", OptionKey("hybrid", "acme/gpu@12")),
    ],
)
def test_keys_by_hand(text: str, key: OptionKey) -> None:
    assert OptionKey.parse(text) == key
    assert str(key) == text


@pytest.mark.parametrize(
    "text",
    ["", "gpu", "serverless:", "dedicated:gpu", "hybrid:a@0x1", "dedicated:a@0x1+b", "autoscaled:a@0xx", "spot:a"],
)
def test_what_spells_no_key(text: str) -> None:
    found = OptionKey.parse(text)
    assert found is None or str(found) == text
    assert OptionKey.bound(text) is None


def test_what_is_bound_whatever_the_load() -> None:
    assert OptionKey.bound("dedicated:gpu@12x3") == ("gpu@12", 3)
    assert OptionKey.bound("hybrid:gpu@12x3+tok") == ("gpu@12", 3)
    assert OptionKey.bound("autoscaled:gpu@0x1-3") is None
    assert OptionKey.bound("dedicated:gpu@12") is None
    assert OptionKey.bound(None) is None
