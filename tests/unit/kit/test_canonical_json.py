"""Canonical JSON is one sequence of bytes a value, so its digest names the value."""

from decimal import Decimal

import pytest
import rfc8785

from service.kit import canonical_json


def test_the_order_of_names_does_not_matter() -> None:
    assert canonical_json.dumps({"b": 1, "a": [1.0, "é"]}) == '{"a":[1,"é"],"b":1}'.encode()
    assert canonical_json.digest(canonical_json.dumps({"a": 1})) == canonical_json.digest(b'{"a":1}')


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, Decimal("0.1")], ids=repr)
def test_what_json_cannot_carry_exactly_is_refused(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json.dumps({"a": value})
