"""What nobody measured or gave, and could change the recommendation, is a finding and lowers the confidence."""

from dataclasses import replace
from typing import Any

import pytest

from service.price_sheets.figure_bases import bases_of
from service.price_sheets.offer_values import build_offers
from service.workflow.document import document
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.figure_bases import FigureBasis, best_known
from service.workflow.offers import Offer
from service.workflow.prepare import named_apart
from tests.histories import series_of
from tests.markets import MEASURED

Json = dict[str, Any]

TOKENS: Json = {
    "sku": "tok", "model": "m", "mode": "serverless",
    "prices": [{"meter": f"{side}_tokens", "amount": "9", "per": 1000} for side in ("input", "output")],
}  # fmt: skip

UNIT: Json = {
    "sku": "gpu", "model": "m", "mode": "dedicated", "rates": [{"hourly": "0.5"}],
    "capacity": {
        "kind": "concurrency", "slots": 16, "prefill_tokens_per_second": 1e5,
        "decode_tokens_per_second": [[1, 900], [16, 300]],
    },
}  # fmt: skip

SECONDS: Json = {
    "sku": "sec", "model": "m", "mode": "serverless",
    "prices": [{"meter": "compute_seconds", "amount": "90", "per": 1}],
    "speed": {"prefill_tokens_per_second": 1e5, "decode_tokens_per_second": [[1, 100]]},
}  # fmt: skip


def capacity(**more: object) -> Json:
    return UNIT | {"capacity": UNIT["capacity"] | more}


def evaluated(*offers: Json) -> Evaluation:
    """Evaluate a week of requests of 10 input and 3 output tokens, which hold 11.5 on average."""
    sheet = {"provider": "acme", "currency": "USD", "offers": list(offers)}
    return evaluate(series_of([40] * 168, bucket=3600), build_offers(sheet), MEASURED, threads=1)


def assumed(evaluation: Evaluation) -> list[str]:
    """Return the figures that findings say are assumed and decide, each with its offer."""
    found = [remark for remark in evaluation.remarks if remark.code == "assumed_figure"]
    assert all(remark.can_move_the_answer for remark in found)
    return sorted(f"{remark.sku}: {remark.sentence.split('`')[1]}" for remark in found)


SCALED = UNIT | {"autoscale": {"minimum": 0}}


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([TOKENS, UNIT], []),
        ([TOKENS, capacity(context_tokens=11)], []),
        (
            [TOKENS, capacity(context_tokens=10)],
            ["acme/gpu: capacity.context_seconds_per_token", "acme/gpu: capacity.kv_tokens"],
        ),
        ([TOKENS, capacity(context_tokens=10, kv_tokens=10**6, context_seconds_per_token=1e-9)], []),
        (
            [TOKENS, capacity(measured_with={"input_tokens": 8, "output_tokens": 2})],
            ["acme/gpu: capacity.context_seconds_per_token", "acme/gpu: capacity.kv_tokens"],
        ),
        ([TOKENS, UNIT, SECONDS], ["acme/sec: instance_concurrency"]),
        ([TOKENS, UNIT, SECONDS | {"instance_concurrency": 1}], []),
    ],
)
def test_assumed_figures_that_decide_are_found_and_lower_the_confidence(
    offers: list[Json], expected: list[str]
) -> None:
    evaluation = evaluated(*offers)
    assert evaluation.recommendation.mode == "dedicated"
    assert assumed(evaluation) == expected
    assert (evaluation.recommendation.confidence == "high") == (not expected)


def test_units_that_scale_by_defaults_say_so_where_they_win() -> None:
    bursts = series_of(([900] + [0] * 23) * 7, bucket=3600)
    sheet = {"provider": "acme", "currency": "USD", "offers": [TOKENS, SCALED]}
    evaluation = evaluate(bursts, build_offers(sheet), replace(MEASURED, modes=("serverless", "autoscaled")), threads=1)
    assert evaluation.recommendation.mode == "autoscaled"
    assert assumed(evaluation) == ["acme/gpu: autoscale.idle_seconds", "acme/gpu: rates.billing_seconds"]


def test_every_figure_of_an_option_has_one_label() -> None:
    answer: Json = dict(document(evaluated(TOKENS, UNIT)))
    option = next(option for option in answer["options"] if option["mode"] == "hybrid")
    basis = option["basis"]
    figures = [figure for label in basis.values() for figure in label]
    assert len(figures) == len(set(figures))
    assert "traffic.tokens" in basis["measured"]
    assert {"monthly_cost", "interval", "units", "coverage"} <= set(basis["derived"])
    assert {"acme/gpu: rates", "acme/gpu: capacity.slots", "acme/tok: prices"} <= set(basis["stated"])
    assert {"acme/gpu: capacity.kv_tokens", "acme/tok: limits", "traffic.arrivals"} <= set(basis["assumed"])


def test_what_a_profile_fits_is_derived_and_what_a_row_of_one_load_weighs_is_assumed() -> None:
    profiled = UNIT | {"capacity_profile_version": 1}
    assert FigureBasis("capacity.slots", "derived") in bases_of(profiled)
    row = profiled | {"capacity": {"kind": "throughput"}}
    assert FigureBasis("capacity.weights", "assumed") in bases_of(row)
    corrected = capacity(measured_with={"input_tokens": 512, "output_tokens": 128})
    assert FigureBasis("capacity.slots", "stated") in bases_of(corrected)
    assert FigureBasis("capacity.decode_tokens_per_second", "derived") in bases_of(corrected)
    owned = UNIT | {"rates": [{"term_months": 36, "owned": {"purchase": "1"}}]}
    assert FigureBasis("rates", "derived") in bases_of(owned)


def test_equal_offers_are_one_whatever_is_said_of_their_figures_and_the_best_known_stays() -> None:
    def offer(**more: object) -> Offer:
        (found,) = build_offers({"provider": "acme", "currency": "USD", "offers": [SECONDS | more]})
        return found

    given, silent = offer(instance_concurrency=1), offer()
    assert given == silent
    for listed in ([given, silent], [silent, given]):
        (one,) = named_apart(listed)
        assert one.bases == best_known(silent.bases, given.bases) == given.bases
