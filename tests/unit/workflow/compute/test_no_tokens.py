"""A history of requests alone: nothing that bills or carries tokens is priced as if there were none."""

from dataclasses import replace

import numpy as np

from service.workflow.evaluate import evaluate
from service.workflow.offers import Units
from service.workflow.traffic import BucketSeries
from tests.histories import series_of
from tests.markets import PROVISIONAL, budget, gpu_offer, options_of, ptu_offer, rate, request_offer, token_offer


def requests_alone() -> BucketSeries:
    series = series_of([5] * 240)
    nothing = np.zeros_like(series.requests) if series.requests is not None else np.zeros(240, np.int64)
    return replace(series, input_tokens=nothing, cached_input_tokens=nothing, output_tokens=nothing)


def test_what_bills_or_carries_tokens_is_not_priced_without_any() -> None:
    options = options_of(requests_alone(), [token_offer(), gpu_offer(), request_offer()])
    codes = {key: [violation.code for violation in option.violations] for key, option in options.items()}
    assert "needs_tokens" in codes["serverless:tok"]
    assert all("needs_tokens" in found for key, found in codes.items() if "gpu" in key)
    assert codes["serverless:req"] == []


def test_without_tokens_and_without_a_price_a_request_nothing_is_recommended() -> None:
    found = evaluate(requests_alone(), [token_offer(), gpu_offer()], PROVISIONAL).recommendation
    assert (found.mode, found.option) == ("no_eligible_option", None)


def test_what_units_keep_is_counted_in_requests_where_there_are_no_tokens() -> None:
    """Minutes of 5 and 20 requests in turn on a unit of 5: ten of 25 stay, and not all of the nothing in tokens."""
    series = replace(requests_alone(), requests=np.tile([5, 20], 120))
    unit = ptu_offer("ptu", rate("0.01"), capacity=budget("5", requests="1"), units=Units(1, 1, 1))
    policy = replace(PROVISIONAL, modes=("hybrid",))
    found = evaluate(series, [request_offer(amount="0.001"), unit], policy)
    (option,) = (o for o in found.options if o.mode == "hybrid")
    assert option.figures is not None
    assert option.figures.coverage == 10 / 25
    assert "The reserved side serves 40.0% of the requests; the rest spill." in [
        reason.sentence for reason in found.recommendation.reasons
    ]
