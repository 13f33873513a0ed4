"""The shipped sheets are accepted, and their figures are what their sources say and docs/example.md derives."""

import csv
from collections import Counter
from typing import Any

import pytest
from genai_prices.data import providers

from service.demo.load import sheets
from service.price_sheets.parse import load, offers_of
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Serverless
from tests.shared_data import shared_data

SHEETS = {sheet["provider"]: sheet for sheet in sheets()}
OFFERS = {offer.sku: offer for sheet in SHEETS.values() for offer in offers_of(sheet)}

MEASURED = {1: (406.77, 18.58), 5: (546.7, 21.83), 25: (688.69, 38.75), 50: (834.51, 59.73)}
"""NVIDIA NIM 1.8.0, 2×H100 fp8, 5,000 tokens in and 500 out: requests at once → first token and inter-token ms."""


@pytest.mark.parametrize("provider", SHEETS)
def test_a_sheet_is_accepted_without_a_remark(provider: str) -> None:
    assert load(SHEETS[provider])[1] == ()


def test_there_is_something_to_choose_from() -> None:
    assert Counter(type(offer) for offer in OFFERS.values())[Serverless] >= 3
    dedicated = [offer for offer in OFFERS.values() if isinstance(offer, Dedicated)]
    assert len(dedicated) >= 3
    assert any(rate.term_months for offer in dedicated for rate in offer.rates)
    assert {offer.model for offer in OFFERS.values()} == {"llama-3.3-70b-instruct"}


@pytest.mark.parametrize(
    ("sku", "provider", "model"),
    [
        ("groq-llama-3.3-70b-versatile", "groq", "llama-3.3-70b-versatile"),
        ("bedrock-llama-3.3-70b", "aws", "meta.llama3-3-70b-instruct-v1:0"),
        ("fireworks-llama-3.3-70b", "huggingface_fireworks-ai", "meta-llama/Llama-3.3-70B-Instruct"),
        ("together-llama-3.3-70b", "huggingface_together", "meta-llama/Llama-3.3-70B-Instruct"),
    ],
)
def test_token_prices_are_those_of_the_package(sku: str, provider: str, model: str) -> None:
    listed: Any = next(m for p in providers if p.id == provider for m in p.models if m.id == model).prices
    prices = listed[-1].prices if isinstance(listed, list) else listed
    offer = OFFERS[sku]
    assert isinstance(offer, Serverless)
    ours = {price.meter: price.amount for price in offer.prices}
    assert ours == {"input_tokens": round(prices.input_mtok, 4), "output_tokens": round(prices.output_mtok, 4)}


def derived(scale: float) -> list[tuple[int, float]]:
    """Return the decode curve that makes the model take the time measured, times `scale`."""
    speed, prefill = 1000 / MEASURED[1][1], 5000 / (MEASURED[1][0] / 1000)
    work = 500 + 5000 * speed / prefill
    return [(n, scale * work / ((first + 500 * between) / 1000)) for n, (first, between) in MEASURED.items()]


def mlperf(system: str) -> float:
    """Return the tokens a second of a system in MLPerf Inference v4.1, llama2-70b Server."""
    with shared_data("capacity/mlperf_v4.1_llm.csv").open() as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    wanted = {"submitter": "NVIDIA", "system": system, "model": "llama2-70b-99", "scenario": "Server", "valid": "VALID"}
    return next(float(row["tokens_per_s"]) for row in rows if wanted.items() <= row.items())


def curve(sku: str) -> list[tuple[int, float]]:
    """Return the decode curve of an offer."""
    offer = OFFERS[sku]
    assert isinstance(offer, Dedicated)
    assert isinstance(offer.capacity, ConcurrencyCapacity)
    return list(offer.capacity.speed.decode)


def assert_close(ours: list[tuple[int, float]], source: list[tuple[int, float]]) -> None:
    """Check that a curve is the source's, rounded to a tenth of a token a second."""
    assert [n for n, _ in ours] == [n for n, _ in source]
    assert [speed for _, speed in ours] == pytest.approx([speed for _, speed in source], abs=0.051)


def test_the_measured_capacity_is_derived_as_documented() -> None:
    assert_close(curve("together-2xh100"), derived(1.0))
    assert curve("hugging-face-8xh100") == [(4 * n, speed) for n, speed in curve("together-2xh100")]


def test_the_scaled_capacities_are_derived_as_documented() -> None:
    per_h100 = mlperf("DGX-H100_H100-SXM-80GBx8_TRT") / 8
    h200 = mlperf("H200-SXM-141GBx8_TRT") / 8 / per_h100
    b200 = mlperf("B200-SXM-180GBx1_TRT") / (2 * per_h100)
    assert_close(curve("together-2xh200"), derived(h200))
    assert_close(curve("together-1xb200"), derived(b200))
