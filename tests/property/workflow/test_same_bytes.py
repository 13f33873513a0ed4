"""Whatever is asked, the document is the same bytes for the same input, and fit to be read."""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.kit import canonical_json
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from tests.effort import examples
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(15))


def money_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield every amount of money."""
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            yield value["amount"]
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from money_in(entry)


@checked
@given(situation=situations(), random=st.randoms(use_true_random=False))
def test_neither_threads_nor_the_order_of_offers_change_a_byte(situation: Situation, random: Random) -> None:
    log, offers, policy = situation
    shuffled = list(offers)
    random.shuffle(shuffled)
    first = canonical_json.dumps(document(evaluate(log, offers, policy, threads=1)))
    assert canonical_json.dumps(document(evaluate(log, shuffled, policy, threads=4))) == first
    amounts = list(money_in(json.loads(first)))
    assert amounts
    assert all(re.fullmatch(r"-?\d+\.\d{2,}", amount) and amount != "-0.00" for amount in amounts)
