"""Laws of the replays that other parts rely on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import Arrivals
from tests.effort import examples
from tests.unit.workflow.replay.build import an_hour_each, arrivals_at

checked = settings(deadline=None, derandomize=True, max_examples=examples(200))


@st.composite
def curves(draw: st.DrawFn) -> Speed:
    """Decode speeds that fall, or stay, as streams grow; sometimes so steeply that a full unit does less in all."""
    streams = sorted(draw(st.sets(st.integers(1, 12), min_size=1, max_size=4)))
    speeds = sorted(draw(st.lists(st.floats(1.0, 120.0), min_size=len(streams), max_size=len(streams))), reverse=True)
    return Speed(draw(st.floats(200.0, 20000.0)), tuple(zip(streams, speeds, strict=True)))


@st.composite
def traffic(draw: st.DrawFn) -> Arrivals:
    """Up to 150 requests in bursts, some with nothing to do."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 150))
    gaps = generator.exponential(draw(st.sampled_from([1e4, 3e5, 3e6])), count) * (generator.random(count) < 0.7)
    output = generator.geometric(1 / 80, count) * (generator.random(count) < 0.9)
    uncached = generator.integers(0, 3000, count)
    return arrivals_at(np.cumsum(gaps).astype(int).tolist(), output=output.tolist(), uncached=uncached.tolist())


@checked
@given(traffic(), curves(), st.integers(1, 8), st.integers(1, 4))
def test_more_units_never_make_any_first_token_later(arrivals: Arrivals, speed: Speed, slots: int, units: int) -> None:
    capacity = ConcurrencyCapacity(slots, speed)
    by_request = an_hour_each(arrivals)
    for target_us in (0, 1_000, 30_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 60_000_000):
        fewer = replay_dedicated(by_request, capacity, units, LatencyTarget("first_token", target_us)).slow
        more = replay_dedicated(by_request, capacity, units + 1, LatencyTarget("first_token", target_us + 1)).slow
        assert (more <= fewer).all()


@checked
@given(traffic(), curves(), st.integers(1, 8), st.integers(0, 4))
def test_what_is_served_and_what_spills_make_up_everything(
    arrivals: Arrivals, speed: Speed, slots: int, units: int
) -> None:
    replay = replay_hybrid(arrivals, ConcurrencyCapacity(slots, speed), units, None, None)
    kept = replay.spilled_mask == 0
    assert replay.first_token is not None
    assert replay.end_to_end is not None
    assert replay.first_token.sum() == replay.end_to_end.sum() == kept.sum()
    columns = (np.ones(len(arrivals), np.int64), arrivals.uncached, arrivals.cached, arrivals.output)
    assert replay.spilled.sum(axis=0).tolist() == [int(column[~kept].sum()) for column in columns]
    assert 0.0 <= replay.utilization <= 1.0


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_change_no_byte(threads: int) -> None:
    generator = np.random.default_rng(11)
    times = np.cumsum(generator.exponential(2e4, 20_000)).astype(int).tolist()
    arrivals = arrivals_at(times, output=generator.geometric(1 / 200, 20_000).tolist(), uncached=900)
    capacity = ConcurrencyCapacity(16, Speed(20000.0, ((1, 90.0), (16, 40.0))))
    target = LatencyTarget("end_to_end", 4_000_000)

    def run(units: int) -> list[bytes]:
        replays = (
            replay_hybrid(arrivals, capacity, units, None, target),
            replay_dedicated(arrivals, capacity, units, target),
        )
        return [np.asarray(value).tobytes() for replay in replays for value in astuple(replay)]

    sizes = [1, 2, 3, 4, 5, 6, 7, 8]
    alone = [run(units) for units in sizes]
    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(run, sizes)) == alone
