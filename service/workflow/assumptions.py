"""Assumptions: figures that nobody measured or gave, where another value of them could change the recommendation.

Each is held against the direction in which it errs: what can only be worse than assumed matters where the option that
stands on it wins, what can only be better where that option loses by it.
"""

from collections.abc import Iterator, Sequence

from service.workflow.compute.case import Case
from service.workflow.offers import ConcurrencyCapacity, Offer
from service.workflow.options import Option, eligible
from service.workflow.remarks import Remark

LONGER = 1.1
"""Times the tokens held when a unit was measured from which requests are longer than those: as `fit` tells lengths."""


def assumptions(case: Case, chosen: Option | None, options: Sequence[Option]) -> tuple[Remark, ...]:
    """Return a remark for each assumed figure that decides the recommended option or its margin to the runner-up."""
    if chosen is None:
        return ()
    rivals = [option for option in eligible(options) if option.key != chosen.key and _offers(option) != _offers(chosen)]
    runner_up = min(rivals, key=lambda option: option.rank, default=None)
    found = [*_of_winner(case, chosen)]
    for option in (chosen, runner_up):
        if option is not None:
            found += _either_way(option)
    for option in rivals:
        found += _of_loser(option, chosen)
    return tuple(dict.fromkeys(found))


def _of_winner(case: Case, chosen: Option) -> Iterator[Remark]:
    """Yield what may be worse than assumed: memory, steps under long requests, steps of billing, starts."""
    offer = None if chosen.reservation is None else chosen.reservation.offer
    if offer is None:
        return
    if chosen.follows_load and _assumed(offer, "rates.billing_seconds"):
        yield _remark(offer, "rates.billing_seconds", "1: running time is billed by the second", "ask for the step")
    if chosen.follows_load and case.target is not None and _assumed(offer, "start_seconds"):
        yield _remark(offer, "start_seconds", "0: units start at once", "time how long one takes to answer")
    held, measured = _held(case), _measured_held(offer)
    if held is None or measured is None or held <= LONGER * measured:
        return
    longer = f"though requests hold {held:,.0f} tokens on average and those measured {measured:,.0f}"
    mend = "measure with requests as long as yours"
    if _assumed(offer, "capacity.kv_tokens"):
        yield _remark(offer, "capacity.kv_tokens", f"unlimited, {longer}", mend)
    if _assumed(offer, "capacity.context_seconds_per_token"):
        yield _remark(offer, "capacity.context_seconds_per_token", f"0, {longer}", mend)


def _either_way(option: Option) -> Iterator[Remark]:
    """Yield what may be better or worse than assumed."""
    offer = None if option.reservation is None else option.reservation.offer
    if offer is None:
        return
    if option.follows_load and _assumed(offer, "autoscale.idle_seconds"):
        yield _remark(offer, "autoscale.idle_seconds", "300", "ask how long an idle unit is kept, and state it")
    if _assumed(offer, "capacity.weights"):
        as_measured = "those of the benchmark, whose prompts are in its rate: yours are taken for as long"
        yield _remark(offer, "capacity.weights", as_measured, "measure a sweep with requests as long as yours")


def _of_loser(option: Option, chosen: Option) -> Iterator[Remark]:
    """Yield what may be better than assumed: places of an instance, where the option might win with more of them."""
    offer, cost = option.serverless, option.expected_cost
    if offer is None or offer == chosen.serverless:
        return
    if _assumed(offer, "instance_concurrency") and cost.total - cost.serverless < chosen.expected:
        mend = "state how many requests an instance serves at once"
        yield _remark(offer, "instance_concurrency", "1, with which it loses; with more it bills less time", mend)


def _remark(offer: Offer, figure: str, assumed: str, mend: str) -> Remark:
    sentence = f"Nobody said what `{figure}` of {offer.sku} is. It is assumed to be {assumed}. To be surer, {mend}."
    return Remark("prices", "assumed_figure", sentence, can_move_the_answer=True, sku=offer.sku)


def _assumed(offer: Offer, figure: str) -> bool:
    return any(basis.figure == figure and basis.label == "assumed" for basis in offer.bases)


def _offers(option: Option) -> tuple[str, ...]:
    sold = (None if option.reservation is None else option.reservation.offer, option.serverless)
    return tuple(offer.sku for offer in sold if offer is not None)


def _held(case: Case) -> float | None:
    """Return the tokens that a request of the traffic holds on average in service; None where it is not known."""
    requests, uncached, cached, output = (float(count) for count in case.measured)
    return (uncached + cached + output / 2) / requests if requests else None


def _measured_held(offer: Offer) -> float | None:
    """Return the tokens that a request held on average when a unit was measured, None where nobody said."""
    capacity = getattr(offer, "capacity", None)
    if not isinstance(capacity, ConcurrencyCapacity):
        return None
    if capacity.context_tokens:
        return capacity.context_tokens
    if capacity.measured_with is None or not capacity.measured_with[0]:
        return None
    prompt, output = capacity.measured_with
    return prompt + output / 2
