"""The overflow of every replayed hybrid in columns: which of them the price of a serverless offer could matter to."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from service.workflow.bill import prices_cached_apart
from service.workflow.compute.bounds import COLUMNS, SLACK, lowest_prices
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.search.search import Search
from service.workflow.metered_prices import Meter
from service.workflow.offers import Serverless
from service.workflow.replay.result import ReservedReplay
from service.workflow.traffic import Float64s, Int64s


@dataclass(frozen=True)
class Overflows:
    """Replayed hybrids, columns of shape (n,) but spilled: COLUMNS to be expected a month, shape (n, 4)."""

    numbers: Int64s
    families: Int64s
    fixed: Float64s
    spilled: Float64s

    def within(self, offer: Serverless, meter: Meter | None, factor: float, best: dict[int, Decimal]) -> list[int]:
        """Return the hybrids that could cost less than their family's `best` with their overflow on an offer.

        That is at `factor` times the price of a meter, or of none, in the lowest tier and without what is billed
        for time or waiting.
        """
        prices = np.array([float(price) for price in lowest_prices(offer)])
        moving = [column == meter for column in COLUMNS]
        if not prices_cached_apart(offer):
            moving[2] = moving[1]
        then = np.where(moving, prices * factor, prices)
        # Bills are of whole units, so one may be lower by half of one of each meter.
        least = self.fixed + self.spilled @ then - then.sum() / 2
        limits = np.full(max([*best, int(self.families.max(initial=0))]) + 1, np.inf)
        limits[list(best)] = [float(total) for total in best.values()]
        found: list[int] = self.numbers[least * (1 - SLACK) <= limits[self.families]].tolist()
        return found


def overflows_of(case: Case, candidates: list[Candidate], known: list[int], search: Search) -> Overflows:
    """Return the overflows of replayed hybrids; known: their numbers among the candidates."""
    probes = dict.fromkeys(candidates[number].probe for number in known)
    expected = {probe: _expected(case, search.replays[probe]) for probe in probes}
    spilled = [expected[candidates[number].probe] for number in known]
    return Overflows(
        np.array(known, np.int64),
        np.array([candidates[number].family for number in known], np.int64),
        np.array([float(candidates[number].fixed) for number in known]),
        np.array(spilled, np.float64).reshape(-1, len(COLUMNS)),
    )


def _expected(case: Case, replay: ReservedReplay) -> tuple[int, int, int, int]:
    usage = case.expected(replay.spilled, replay.missed_lately)
    return (usage.requests, usage.uncached, usage.cached, usage.output)
