"""A history of requests alone: nothing that bills or carries tokens is priced as if there were none."""

from dataclasses import replace

import numpy as np

from service.workflow.evaluate import evaluate
from service.workflow.traffic import BucketSeries
from tests.histories import series_of
from tests.markets import PROVISIONAL, gpu_offer, options_of, request_offer, token_offer


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
