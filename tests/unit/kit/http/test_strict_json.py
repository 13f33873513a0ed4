"""Only JSON is read as JSON, and only what every database keeps."""

import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kit.http import strict_json
from service.kit.http.problems import INVALID, MALFORMED, Problem


def refused(content: bytes) -> Problem:
    with pytest.raises(Problem) as raised:
        strict_json.loads(content)
    return raised.value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": 01}',
        b"\xff\xfe{}",
        b'"\xed\xa0\x80"',
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 41,
        b"1E+1000000",
        b"1e-31",
        b"1E+999999999999999999999999",
        b"0." + b"1" * 41,
    ],
    ids=repr,
)
def test_what_is_not_json_is_malformed(content: bytes) -> None:
    assert refused(content).kind is MALFORMED


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b'{"a": {"b": ["x", "\\u0000"]}}', "/a/b/1"),
        (b'{"a/b": "\\ud800"}', "/a~1b"),
        (b'{"~": "\\udfff x"}', "/~0"),
        (b'{"a": {"\\u0000": 1}}', "/a"),
        (b'"\\u0000"', ""),
    ],
)
def test_text_no_database_keeps_is_named_by_its_pointer(content: bytes, pointer: str) -> None:
    problem = refused(content)
    assert problem.kind is INVALID
    assert [error.pointer for error in problem.errors] == [pointer]


def test_fractions_are_exact() -> None:
    assert strict_json.loads(b'{"a": 0.1, "b": 1e3, "c": 7}') == {"a": Decimal("0.1"), "b": Decimal(1000), "c": 7}
    assert strict_json.loads(b"[" * 32 + b"]" * 32) is not None


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**38), 10**38) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_everything_storable_comes_back(value: object) -> None:
    assert strict_json.loads(strict_json.dumps(value).encode()) == value
    assert strict_json.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        strict_json.dumps(value)
