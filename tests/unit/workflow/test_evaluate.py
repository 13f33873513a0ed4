"""The whole chain: the same bytes whatever the threads and the order of the offers, and progress that only rises."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from bench._scenarios import hundred_offers, week_log
from service.kit import canonical_json
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.document import document
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import Progress, evaluate
from service.workflow.measure import InsufficientTraffic
from service.workflow.metered_prices import Price
from service.workflow.offers import Autoscale, ColdStart, Offer, Speed, WarmPool
from service.workflow.policy import LatencyPolicy, Policy
from service.workflow.replay.result import ReservedReplay
from tests.histories import log_of, series_of
from tests.markets import budget, gpu_offer, ptu_offer, rate, request_offer, token_offer

TWO_WEEKS = series_of([3, 0, 0, 9, 40, 2] * 28 + [5, 1, 0, 9, 70, 2] * 28, bucket=3600)

SLOW = Speed(1000.0, ((1, 2.0),))

OFFERS: list[Offer] = [
    token_offer("tok", "8", "60", cold_start=ColdStart(300, 5), warm_pool=WarmPool(Decimal("0.01"))),
    request_offer("req", "0.009", speed=SLOW),
    replace(request_offer("time", speed=SLOW), prices=(Price("compute_seconds", Decimal("0.002"), 1),)),
    gpu_offer("gpu", rate("0.05"), rate("0.04", 12, upfront="20"), autoscale=Autoscale(0, 60.0), start_seconds=30.0),
    ptu_offer("ptu", rate("0.02"), rate("0.015", 1), capacity=budget("2", requests="1")),
]

POLICY = Policy(
    latency=LatencyPolicy("end_to_end", 95, 300.0, value_per_slow_request=Decimal("0.0005")),
    traffic_factor=Decimal("1.5"),
)


BEGUN = 4
"""Times that the one who follows the work is told in comparing, once what is begun ahead is."""


def silent(phase: str, share: float) -> None:
    """Hear nothing."""


def written(offers: Sequence[Offer] = OFFERS, progress: Progress = silent, threads: int = 1) -> bytes:
    return canonical_json.dumps(document(evaluate(TWO_WEEKS, offers, POLICY, progress, threads)))


def test_the_same_input_gives_the_same_bytes_on_any_number_of_threads() -> None:
    first = written()
    assert [written(threads=threads) for threads in (1, 2, 4)] == [first] * 3
    for part in (b'"walk_forward":{', b'"uncertainty":{', b'"traffic_factor"', b'"marginal_units":{'):
        assert part in first


def test_the_order_in_which_offers_come_changes_no_byte() -> None:
    first = written()
    for seed in range(3):
        shuffled = list(OFFERS)
        Random(seed).shuffle(shuffled)
        assert written(shuffled, threads=2) == first


def test_another_seed_draws_other_days_and_arrivals() -> None:
    policies = (replace(POLICY, seed=seed) for seed in (1, 1, 2))
    one, same, other = (canonical_json.dumps(document(evaluate(TWO_WEEKS, OFFERS, p, threads=1))) for p in policies)
    assert one == same
    assert one != other


def test_progress_goes_through_the_phases_in_order_and_never_back() -> None:
    heard: list[tuple[str, float]] = []
    written(progress=lambda phase, share: heard.append((phase, share)))
    assert list(dict.fromkeys(phase for phase, _ in heard)) == ["measure", "compute", "compare", "decide"]
    order = ["measure", "compute", "compare", "decide"]
    reached = [(order.index(phase), share) for phase, share in heard]
    assert reached == sorted(reached)
    assert all(0 <= share < 1 for _, share in heard)
    assert {share for phase, share in heard if phase == "compare"} >= {0.0, 0.4, 0.8}
    assert len({share for phase, share in heard if phase == "compute"}) > 1, "replays are told as they are made"


@pytest.mark.parametrize("phase", ["measure", "compute", "compare", "decide"])
def test_whoever_hears_the_progress_can_end_the_work_in_any_phase(phase: str) -> None:
    heard: list[str] = []

    def ending(reached: str, _: float) -> None:
        """Let a phase begin, and end it at the next word of it; measuring and deciding have but one."""
        heard.append(reached)
        if heard.count(phase) == (2 if phase in ("compute", "compare") else 1):
            raise StopIteration(phase)

    with pytest.raises(StopIteration):
        written(progress=ending)
    assert heard[-1] == phase


def test_an_incumbent_that_is_not_on_offer_is_refused_with_the_mend() -> None:
    with pytest.raises(WorkflowError, match="names no option on offer") as refused:
        evaluate(TWO_WEEKS, OFFERS, replace(POLICY, incumbent="hybrid:gone@0x1+req"), threads=1)
    assert refused.value.field == "/policy/incumbent"


def test_an_incumbent_where_nothing_is_on_offer_is_refused() -> None:
    policy = replace(POLICY, modes=("serverless",), incumbent="serverless:gone")
    with pytest.raises(WorkflowError, match="there is none; set it to null") as refused:
        evaluate(TWO_WEEKS, OFFERS[3:], policy, threads=1)
    assert refused.value.code == "unknown_incumbent"


def test_an_incumbent_is_among_the_options_exactly_as_it_is_used() -> None:
    evaluation = evaluate(TWO_WEEKS, OFFERS, replace(POLICY, incumbent="hybrid:ptu@0x7+tok"), threads=1)
    (used,) = (option for option in evaluation.options if option.key == "hybrid:ptu@0x7+tok")
    assert not used.ruled_out
    assert used.reservation is not None
    assert used.reservation.units == 7


def test_too_little_to_measure_is_refused() -> None:
    with pytest.raises(InsufficientTraffic):
        evaluate(log_of([5.0]), OFFERS, POLICY, threads=1)


def test_what_was_begun_ahead_ends_with_the_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody ends the work while replays wait for the only thread: those that have not begun never do."""
    begun: list[SpillProbe] = []
    heard: list[str] = []
    over, replay = threading.Event(), SpillProbe.run

    def waiting(probe: SpillProbe, case: Case) -> ReservedReplay:
        if "compare" in heard and threading.current_thread() is not threading.main_thread():
            begun.append(probe)
            over.wait()
        return replay(probe, case)

    def hear(phase: str, _: float) -> None:
        heard.append(phase)
        if heard.count("compare") > BEGUN:
            over.set()
            raise KeyboardInterrupt

    monkeypatch.setattr(SpillProbe, "run", waiting)
    with pytest.raises(KeyboardInterrupt):
        evaluate(week_log(5000), hundred_offers(), Policy(), hear, threads=1)
    assert len(begun) == 1
