"""Bills of a billion tokens against the calculators of two price lists, for every model they price by token.

Offers come out of the product's own importers, so the way from a list to a bill is covered whole. `genai-prices`
computes in decimals and must agree to the last digit; `litellm` computes in floats, so its prompt and completion
costs must agree to the rounding of the float operations behind each: at every tier, with cache writes, at the lengths
where prices change and one token beyond. Every seventh of its offers in a normal run, all of them in a proof.
"""

import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from genai_prices import Usage as ListUsage
from genai_prices.data_snapshot import get_snapshot

from service.price_sheets.importers import genai_prices, litellm
from service.price_sheets.importers.base import Imported, Wanted
from service.price_sheets.offer_values import build_offers
from service.workflow.bill import Line, Usage, prices_cached_apart, serverless_lines, total
from service.workflow.offers import Serverless
from service.workflow.quantities import blended, class_sums_of, counts_of
from service.workflow.traffic import SECOND, RequestLog
from tests.effort import EFFORT

WANTED = Wanted(date(2026, 8, 1))
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND

LITELLM = """
import json, sys, litellm
from litellm.cost_calculator import batch_cost_calculator
from litellm.litellm_core_utils.llm_cost_calc.utils import generic_cost_per_token
from litellm.types.utils import PromptTokensDetailsWrapper, Usage
litellm.suppress_debug_info = True
answers = []
for model, provider, tier, (uncached, cached, written, made) in json.load(sys.stdin):
    details = PromptTokensDetailsWrapper(cached_tokens=cached, cache_creation_tokens=written, text_tokens=uncached)
    usage = Usage(
        prompt_tokens=uncached + cached + written, completion_tokens=made, prompt_tokens_details=details,
        cache_creation_input_tokens=written,
    )
    asked = {"model": model, "usage": usage, "custom_llm_provider": provider}
    if tier == "batch":
        answers.append(batch_cost_calculator(**asked))
    elif tier == "standard":
        answers.append(litellm.cost_per_token(
            model=model, custom_llm_provider=provider, prompt_tokens=usage.prompt_tokens, completion_tokens=made,
            cache_read_input_tokens=cached, cache_creation_input_tokens=written, usage_object=usage,
        ))
    else:  # its own switch by provider drops the tier of some
        answers.append(generic_cost_per_token(service_tier=tier, **asked))
print(json.dumps(answers))
"""

ROUNDINGS = 5 * sys.float_info.epsilon
"""Three products of a prompt and the two sums of them."""

Tokens = tuple[int, int, int, int]
"""Of one request: uncached, cached, written to the cache, made."""


def offers_of(imported: Imported) -> Iterator[tuple[str, Serverless]]:
    """Yield (provider, offer) of everything that is billed by token."""
    for sheet in imported.sheets:
        for offer in build_offers(sheet):
            if isinstance(offer, Serverless):
                yield sheet["provider"], offer


def test_bills_agree_with_genai_prices_to_the_last_digit() -> None:
    listed = {provider.id: {model.id: model for model in provider.models} for provider in get_snapshot().providers}
    bills = exact = 0
    for provider, offer in offers_of(genai_prices.read(WANTED)):
        theirs = listed[provider][offer.model].get_prices(NOON)
        for uncached, cached, written, made in requests_of(offer):
            usage = ListUsage(
                input_tokens=uncached + cached + written,
                cache_read_tokens=cached,
                cache_write_tokens=written,
                output_tokens=made,
            )
            expected = theirs.calc_price(usage)["total_price"]
            ours = total(lines_of(offer, (uncached, cached, written, made), requests=1))
            if ours != expected:  # a price with float noise beyond the twelve places that a sheet states
                assert len(str(expected).partition(".")[2]) > 12, (provider, offer.model, ours, expected)
                assert math.isclose(ours, expected, rel_tol=1e-12), (provider, offer.model)
            exact += ours == expected
            bills += 1
    assert exact > 3000
    assert exact > 0.97 * bills


def litellm_costs(asked: list[tuple[str, str, str, Tokens]]) -> list[list[float]]:
    """Ask the other calculator, in a process of its own, for the prompt's and the completion's cost of each bill."""
    told = subprocess.run(
        [sys.executable, "-c", LITELLM],
        input=json.dumps(asked),
        env={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[list[float]] = json.loads(told.stdout)
    return answers


def litellm_offers() -> Iterator[tuple[str, dict[str, Any], Serverless]]:
    """Yield (name, entry, offer) of every chat model whose price does not depend on the hour, at each of its tiers."""
    listed, version = litellm.installed()
    for name, entry in listed.items():
        varies = "off_peak_pricing" in entry
        if entry.get("mode") != "chat" or varies or "input_cost_per_token" not in entry:
            continue
        for sheet in litellm.read({name: entry}, version, WANTED).sheets:
            for offer in build_offers(sheet):
                if isinstance(offer, Serverless):
                    yield name, entry, offer


def requests_of(offer: Serverless) -> Iterator[Tokens]:
    """Yield requests: short, as long as the lengths at which prices change and one more, and longer than any."""
    conditions = [condition for price in offer.prices for condition in price.conditions]
    lengths = {condition.input_above + more for condition in conditions for more in (0, 1)}
    apart = prices_cached_apart(offer)
    writes = any(price.meter == "cache_write_input_tokens" for price in offer.prices)
    for length in sorted(lengths | {9_999, 1_234_567_891}):
        cached, written = (length // 3 if apart else 0), (length // 7 if writes else 0)
        yield length - cached - written, cached, written, length // 5


def lines_of(offer: Serverless, tokens: Tokens, requests: int = 0) -> list[Line]:
    """Return the bill of one request, cache writes told apart."""
    uncached, cached, written, made = tokens
    arrival, asked, read, out = (np.array([count]) for count in (NOON_US, uncached + cached + written, cached, made))
    history = RequestLog(arrival, asked, read, out, parts=(("cache_write_input_tokens", np.array([written])),))
    (priced,) = blended([offer], counts_of(history), class_sums_of(history))
    assert isinstance(priced, Serverless)
    return serverless_lines(priced, Usage(requests, uncached + written, cached, made))


def test_bills_agree_with_litellm_as_far_as_floats_reach() -> None:
    offers = list(litellm_offers())
    tiers = Counter(offer.tier for _, _, offer in offers)
    assert tiers["standard"] > 1000
    assert all(tiers[tier] > 100 for tier in ("batch", "flex", "priority"))
    chosen = offers if EFFORT == "prove" else offers[::7]
    bills = [(name, entry, offer, tokens) for name, entry, offer in chosen for tokens in requests_of(offer)]
    costs = litellm_costs(
        [(name, entry["litellm_provider"], offer.tier, tokens) for name, entry, offer, tokens in bills]
    )
    for (name, _, offer, tokens), cost in zip(bills, costs, strict=True):
        if cost == [0, 0]:
            assert "-exp-" in name  # which litellm calls free, whatever its own list says
            continue
        lines = lines_of(offer, tokens)
        prompt = total(line for line in lines if line.code != "output_tokens")
        completion = total(line for line in lines if line.code == "output_tokens")
        for ours, theirs in zip((prompt, completion), cost, strict=True):
            assert math.isclose(ours, theirs, rel_tol=ROUNDINGS), (name, offer.tier, tokens, ours, theirs)
