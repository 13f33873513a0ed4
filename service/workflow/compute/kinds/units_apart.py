"""Units of two kinds: how many of each are tried where those of one axis are bought apart."""

from collections.abc import Sequence

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.sizing import legal, peak_units, second_peak
from service.workflow.offers import Dedicated, ThroughputCapacity

MOST_PAIRS = 1_600
"""Pairs of numbers of units of two kinds that are tried."""


def sized_apart(case: Case, offer: Dedicated) -> Dedicated:
    """Return the offer with as many units of an axis bought apart as serve everything, or the most there are."""
    if not isinstance(offer.capacity, ThroughputCapacity) or offer.apart is None or offer.apart.apart is None:
        return offer
    return offer.with_second(legal(offer.apart.apart, second_peak(case, offer.capacity)))


def numbers_apart(case: Case, offer: Dedicated, most: int = MOST_PAIRS) -> tuple[Sequence[int], Sequence[int]]:
    """Return the numbers tried of either kind of units, to the first with which no window is over its axis.

    More of either changes nothing, so that the cheapest pair is among all of them. Where there are more than `most`
    pairs, numbers are spaced apart, the last kept: the cheapest pair found costs at most a space of each kind more.
    """
    sized = sized_apart(case, offer)
    assert sized.apart is not None
    assert sized.apart.apart is not None
    last, apart = legal(offer.units, peak_units(case, offer.capacity)), sized.apart.apart
    firsts: Sequence[int] = range(offer.units.minimum, last + 1, offer.units.increment)
    seconds: Sequence[int] = range(apart.minimum, sized.apart.bought + 1, apart.increment)
    while len(firsts) * len(seconds) > most:
        if len(firsts) >= len(seconds):
            firsts = firsts[::-2][::-1]
        else:
            seconds = seconds[::-2][::-1]
    return firsts, seconds
