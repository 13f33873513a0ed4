"""Warm pools: an instance serves so many requests at once, and larger pools are tried where they matter."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.metered_prices import Price
from service.workflow.offers import ColdStart, Limits, Offer, Serverless, Speed, WarmPool
from service.workflow.policy import LatencyPolicy
from service.workflow.replay.result import ServerlessReplay
from service.workflow.replay.serverless import replay_serverless
from tests.histories import log_of
from tests.markets import PROVISIONAL, options_of, request_offer

PAIRS = log_of([600.0 * place for place in range(20) for _ in range(3)], [(0, 0, 1000)] * 60, start=0, end=12_000)
"""Three requests at once every ten minutes, each of ten seconds."""

STRICT = replace(PROVISIONAL, latency=LatencyPolicy(target_ms=1000.0, strict=True))
WISHED = replace(PROVISIONAL, latency=LatencyPolicy(target_ms=1000.0))


def endpoint(concurrency: int, *, prices: tuple[Price, ...] = (), hourly: str = "0.10") -> Serverless:
    offer = request_offer(
        cold_start=ColdStart(60, 5),
        warm_pool=WarmPool(Decimal(hourly), concurrency),
        speed=Speed(1e6, ((1, 100.0),)),
    )
    return replace(offer, prices=prices or offer.prices)


def starts(offer: Serverless, policy: object = WISHED) -> dict[str, tuple[float, bool]]:
    """Return of each option its cold starts and whether it may be taken."""
    found = options_of(PAIRS, [offer], policy)  # type: ignore[arg-type]
    figures = ((key, option.figures, option.eligible) for key, option in found.items())
    return {key: (entry.cold_starts_per_month, eligible) for key, entry, eligible in figures if entry is not None}


MONTH = 730 * 3600 / 12_000


def test_what_finds_no_place_on_a_warm_instance_meets_a_cold_start() -> None:
    """One place serves one of three; the two others start the rest of the endpoint, together."""
    found = starts(endpoint(1))
    assert found["serverless:req"][0] == found["serverless:req+warm1"][0] == 20 * MONTH
    assert found["serverless:req+warm2"][0] == 20 * MONTH
    assert found["serverless:req+warm3"][0] == 0
    assert "serverless:req+warm4" not in found, "nobody waits any more"


def test_one_instance_of_enough_places_is_enough() -> None:
    found = starts(endpoint(3))
    assert list(found) == ["serverless:req", "serverless:req+warm1"]
    assert found["serverless:req+warm1"][0] == 0


def test_a_strict_target_takes_as_many_instances_as_it_needs_and_no_more() -> None:
    found = starts(endpoint(1), STRICT)
    assert {key for key, (_, eligible) in found.items() if eligible} == {"serverless:req+warm3"}


def test_where_time_is_billed_an_instance_of_the_pool_takes_no_fewer_than_any_other() -> None:
    timed = replace(endpoint(1, prices=(Price("compute_seconds", Decimal("0.01"), 1),)), instance_concurrency=3)
    found = starts(timed)
    assert found["serverless:req+warm1"][0] == 0


def test_a_pool_is_not_enlarged_for_what_no_instance_mends() -> None:
    """The endpoint is up all the time and slow by its speed."""
    slow = replace(endpoint(1), speed=Speed(1.0, ((1, 100.0),)))
    busy = log_of([float(second) for second in range(600)], [(30, 0, 1)] * 600, start=0, end=600)
    assert set(options_of(busy, [slow], WISHED)) == {"serverless:req", "serverless:req+warm1"}


def test_offers_that_differ_in_limits_which_no_minute_reaches_share_their_replays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three requests come in the busiest minute: a limit of three turns nobody away, one of two does."""
    replays: list[Limits] = []
    replayed: Callable[..., ServerlessReplay] = replay_serverless

    def counted(*args: object) -> ServerlessReplay:
        """Remember the limits of a replay."""
        replays.extend(each for each in args if isinstance(each, Limits))
        return replayed(*args)

    limits = (Limits(), Limits(requests_per_minute=3), Limits(requests_per_minute=4), Limits(requests_per_minute=2))
    offers: list[Offer] = [
        replace(endpoint(1), sku=f"req{number}", warm_pool=None, limits=each) for number, each in enumerate(limits)
    ]
    apart = {
        key: replace(option, serverless=None)
        for offer in offers
        for key, option in options_of(PAIRS, [offer], WISHED).items()
    }
    monkeypatch.setattr("service.workflow.compute.kinds.serverless.replay_serverless", counted)
    together = options_of(PAIRS, offers, WISHED)
    assert {key: replace(option, serverless=None) for key, option in together.items()} == apart
    assert replays.count(Limits()) == 1
    assert set(replays) == {Limits(), Limits(requests_per_minute=2)}
    throttled = {key: option.figures.throttled_share for key, option in together.items() if option.figures is not None}
    assert [throttled[f"serverless:req{number}"] for number in range(4)] == [0, 0, 0, pytest.approx(1 / 3)]
