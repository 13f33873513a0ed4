"""The worked examples in docs/offers: each loads without a remark and decides on a small history."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from service.price_sheets.validation import load, offers_of
from service.workflow.evaluate import evaluate
from service.workflow.offers import Dedicated, Serverless
from service.workflow.policy import Policy, SufficiencyPolicy
from service.workflow.traffic import SECOND, RequestLog

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "offers"
EXAMPLES = sorted(FOLDER.glob("*.json"), key=lambda path: path.name)


def read(path: Path) -> object:
    return json.loads(path.read_text())


def history() -> RequestLog:
    """Two hours of a request every ten seconds on average, with a quarter of an hour of silence in each."""
    random = np.random.default_rng(7)
    seconds = np.sort(random.integers(0, 7200, 720))
    arrivals = seconds[seconds % 3600 < 2700].astype(np.int64) * SECOND
    count = len(arrivals)
    uncached = random.integers(200, 4000, count)
    cached = random.integers(0, 1000, count)
    output = random.integers(20, 600, count)
    return RequestLog(arrivals, uncached + cached, cached, output, start_us=0, end_us=7200 * SECOND)


POLICY = Policy(
    max_term_months=36, sufficiency=SufficiencyPolicy(allow_provisional=True), deferrable_share=Decimal("0.4")
)


def test_there_is_an_example_of_every_kind_and_the_page_lists_it() -> None:
    page = (FOLDER / "README.md").read_text()
    assert len(EXAMPLES) == 18
    assert [path.name for path in EXAMPLES if f"({path.name})" not in page] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_nothing_to_remark_on(path: Path) -> None:
    document, warnings = load(read(path))
    assert warnings == ()
    assert len(offers_of(document)) == len(document["offers"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_decided_on(path: Path) -> None:
    offers = offers_of(read(path))
    found = evaluate(history(), offers, POLICY)
    served = {part.sku for part in offers}
    named = " ".join(option.key for option in found.options)
    assert {sku for sku in served if sku not in named} == set()
    assert all(option.monthly_cost > 0 for option in found.options)


def test_together_the_examples_use_every_meter_both_capacities_and_every_way_to_state_a_rate() -> None:
    offers = [offer for path in EXAMPLES for offer in offers_of(read(path))]
    serverless = [offer for offer in offers if isinstance(offer, Serverless)]
    rates = [rate for offer in offers if isinstance(offer, Dedicated) for rate in offer.rates]
    assert {price.meter for offer in serverless for price in offer.prices} == {
        "input_tokens",
        "cached_input_tokens",
        "output_tokens",
        "requests",
        "compute_seconds",
    }
    assert {type(offer.capacity).__name__ for offer in offers if isinstance(offer, Dedicated)} == {
        "ConcurrencyCapacity",
        "ThroughputCapacity",
    }
    assert {rate.term_months for rate in rates} == {0, 1, 3, 12, 36}
    assert any(rate.monthly for rate in rates)
    assert any(rate.upfront > Decimal(0) for rate in rates)
