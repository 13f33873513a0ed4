"""The difference of two evaluations adds up, whatever changed between them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.evaluations.comparisons.document import diff_document
from service.evaluations.comparisons.path import path_between
from service.evaluations.engine import answer_of
from tests.effort import examples
from tests.evaluating import Case, sheet

PRICES = st.sampled_from(["0.30", "0.60", "1.20", "4.00"])
RATES = st.sampled_from(["1.00", "2.00", "4.00"])
POLICIES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"margin": "0.5"},
        {"latency": {"target_ms": 900, "value_per_slow_request": "0.01"}},
        {"modes": ["serverless", "dedicated"]},
    ]
)


def offering(token: str, gpu: str, other: str | None) -> dict[str, Any]:
    """Return a sheet that may have a second serverless offer, so that offers come and go."""
    document = sheet(token=token, gpu=gpu, committed=gpu)
    if other is not None:
        offer = document["offers"][0]
        prices = [{**offer["prices"][0], "amount": other}, offer["prices"][1]]
        document["offers"].append({**offer, "sku": "other", "prices": prices})
    return document


CASES = st.builds(
    Case,
    scale=st.sampled_from([1, 4, 9]),
    sheet=st.builds(offering, PRICES, RATES, st.none() | PRICES),
    policy=POLICIES.map(lambda policy: {**policy, "uncertainty": {"scenarios": 3}}),
)

THROUGH = {
    "serverless": [["acme/tokens"], ["acme/other"]],
    "dedicated": [["acme/gpu"]],
    "autoscaled": [["acme/gpu"]],
    "hybrid": [["acme/gpu"], ["acme/tokens"], ["acme/other"], ["acme/other", "acme/tokens"]],
}
"""The offers through which prices can move each mode in one step; a hybrid may go from one serverless to another."""


def amount(money: dict[str, Any]) -> Decimal:
    return Decimal(money["amount"])


@settings(max_examples=examples(12), deadline=None)
@given(CASES, CASES, st.booleans())
def test_every_change_is_the_sum_of_its_parts(first: Case, second: Case, old_engine: bool) -> None:
    before, after = first.side, second.side
    if old_engine:
        before = replace(before, inputs=replace(before.inputs, engine_version="0.0.1"))
    diff = diff_document(before, after, path_between(before, after, answer_of), "USD")
    recommended = diff["recommended"]
    change = amount(recommended["change"])
    assert change == amount(recommended["after"]["monthly_cost"]) - amount(recommended["before"]["monthly_cost"])
    assert change == sum(amount(part["amount"]) for part in recommended["parts"])
    assert change == sum(amount(money) for money in recommended["by_cause"].values())
    for option in diff["options"]["changed"]:
        moved = amount(option["after"]["monthly_cost"]) - amount(option["before"]["monthly_cost"])
        assert moved == amount(option["change"]) == sum(amount(part["amount"]) for part in option["parts"])
        moved_through = [part["offers"] for part in option["parts"] if part["causes"] == ["prices"]]
        assert all(offers in THROUGH[option["option"].partition(":")[0]] for offers in moved_through)
    ways = {kind: {option["option"] for option in diff["options"][kind]} for kind in ("appeared", "vanished")}
    came = {change["offer"] for change in diff["causes"]["prices"] if change["change"] == "appeared"}
    assert {way for way in ways["appeared"] if way.startswith("serverless:")} == {f"serverless:{sku}" for sku in came}
    assert ways["appeared"].isdisjoint(ways["vanished"])
