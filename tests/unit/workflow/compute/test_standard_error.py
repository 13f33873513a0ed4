"""Stated errors of samples: they hold as often as they should, and nothing seen is never stated as nothing there."""

import numpy as np
import pytest

from bench.standard_errors import CENT, measured
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.redecide import case_of
from service.workflow.offers import Offer
from service.workflow.policy import Policy, ReplayPolicy
from service.workflow.traffic import SECOND, RequestLog
from tests.histories import ints
from tests.markets import budget, ptu_offer, request_offer

MINUTE_SECONDS, WEEK_MINUTES = 60, 7 * 1440


def log_with_rare_bursts() -> RequestLog:
    """Return a week of six requests a minute, ten seconds apart; in 20 minutes of it all six at once."""
    rare = set(np.random.default_rng(5).choice(WEEK_MINUTES, 20, replace=False).tolist())
    times = [
        (minute * MINUTE_SECONDS + (0 if minute in rare else 10 * number)) * SECOND
        for minute in range(WEEK_MINUTES)
        for number in range(6)
    ]
    ones = ints([1] * len(times))
    end = WEEK_MINUTES * MINUTE_SECONDS * SECOND
    return RequestLog(ints(times), ones, ones * 0, ones, start_us=0, end_us=end)


def test_a_sample_that_shows_no_overflow_does_not_state_that_there_is_none() -> None:
    """Two requests in ten seconds fit; of the bursts a sample of a sixtieth mostly holds none."""
    unit = ptu_offer("ptu", capacity=budget("12", window=10, requests="1"))
    offers: list[Offer] = [unit, request_offer("req")]
    log, key = log_with_rare_bursts(), "hybrid:ptu@0x1+req"
    right = realize(case_of(log, Policy(), offers), key, offers)
    assert right is not None
    none_seen = 0
    for seed in range(4):
        sampled = Policy(replay=ReplayPolicy(len(log.arrival_us) // 60), seed=seed)
        found = realize(case_of(log, sampled, offers), key, offers)
        assert found is not None
        assert found.figures is not None
        off, stated = abs(float(found.monthly_cost - right.monthly_cost)), found.figures.standard_error
        none_seen += found.figures.overflow_share == 0
        assert stated
        assert off <= 1.96 * stated
    assert none_seen, "no sample was without overflow: the test shows nothing"


@pytest.mark.prove
def test_stated_errors_hold_in_93_to_97_of_100() -> None:
    found = [entry for seed in range(40, 52) for entry in measured(seed)]
    assert 0.93 <= np.mean([entry.holds for entry in found]) <= 0.975
    assert not [entry for entry in found if entry.stated == 0 and abs(entry.off) > CENT]
