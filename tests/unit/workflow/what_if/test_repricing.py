"""Other prices: which amounts a change touches, and nothing else."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.metered_prices import Price, Tier
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless, Speed, WarmPool
from service.workflow.rates import Rate
from service.workflow.what_if.repricing import PriceChange, repriced

TOKENS = Serverless(
    "tokens",
    "m70",
    "us",
    prices=(Price("input_tokens", Decimal("0.60"), 1000, (Tier(5, Decimal("0.40")),)),),
    provider="acme",
    monthly_minimum=Decimal(10),
    warm_pool=WarmPool(Decimal(2)),
)
GPU = Dedicated(
    "gpu",
    "m70",
    "us",
    rates=(Rate(0, hourly=Decimal(4)), Rate(12, monthly=Decimal(2000), upfront=Decimal(100))),
    capacity=ConcurrencyCapacity(8, Speed(1000, ((1, 10.0),))),
    provider="other",
)
HALF = Decimal("0.5")


def after(**words: object) -> tuple[Offer, ...]:
    return repriced([TOKENS, GPU], [PriceChange(HALF, **words)])  # type: ignore[arg-type]


def test_every_amount_of_a_serverless_offer_moves() -> None:
    tokens, gpu = after(mode="serverless")
    price = Price("input_tokens", Decimal("0.30"), 1000, (Tier(5, Decimal("0.20")),))
    assert tokens == replace(TOKENS, prices=(price,), monthly_minimum=Decimal(5), warm_pool=WarmPool(Decimal(1)))
    assert gpu == GPU


def test_every_amount_of_a_dedicated_offer_moves() -> None:
    tokens, gpu = after(sku="gpu")
    assert tokens == TOKENS
    assert gpu == replace(GPU, rates=(Rate(0, hourly=Decimal(2)), Rate(12, monthly=Decimal(1000), upfront=Decimal(50))))


def test_a_term_limits_the_change_to_its_rates() -> None:
    assert after(term_months=12) == (
        TOKENS,
        replace(GPU, rates=(GPU.rates[0], Rate(12, monthly=Decimal(1000), upfront=Decimal(50)))),
    )


def test_words_must_all_fit() -> None:
    assert after(provider="acme", mode="dedicated") == (TOKENS, GPU)


def test_changes_follow_each_other() -> None:
    [gpu] = repriced([GPU], [PriceChange(HALF), PriceChange(HALF, term_months=0)])
    assert isinstance(gpu, Dedicated)
    assert [rate.hourly or rate.monthly for rate in gpu.rates] == [Decimal(1), Decimal(1000)]
