"""Spills: what replayed reservations spilled, on each of the serverless offers that may take it, and on the best."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from service.workflow.compute.bounds import COLUMNS, lowest_bills, lowest_prices
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import Probe
from service.workflow.compute.requirements import isolation_value, missed_preferences
from service.workflow.offers import Dedicated, Serverless
from service.workflow.traffic import Float64s


class Spills:
    """What the probes of one case spilled; each is looked at once on an offer, and once for needs alike."""

    def __init__(self, case: Case, serverless: Sequence[Serverless], replays: Mapping[Probe, Any]) -> None:
        """Take the offers that an overflow may go to, and the replays as they are made."""
        self._case, self._serverless, self._replays = case, serverless, replays
        self._spilled: dict[Probe, Spilled] = {}
        self._overflows: dict[tuple[Probe, str], Overflow] = {}
        self._best: dict[tuple[Probe, frozenset[str]], Overflow] = {}

    def on(self, probe: Probe, offer: Serverless) -> Overflow:
        """Return what a serverless offer makes of the overflow of a probe that was replayed."""
        if (probe, offer.sku) not in self._overflows:
            self._overflows[probe, offer.sku] = Overflow(offer, self._of(probe))
        return self._overflows[probe, offer.sku]

    def best(self, probe: Probe, offer: Dedicated) -> Overflow:
        """Return what the serverless offer that serves it best makes of the overflow of units of an offer.

        Offers are looked at by the least that they can bill, and no further than where that and what the units' own
        slow requests cost exceeds the best found; nor where that exceeds it with what is slow on the offer in any case.
        """
        missed = missed_preferences(self._case.policy, offer)
        if (probe, missed) not in self._best:
            self._best[probe, missed] = self._chosen(probe, offer)
        return self._best[probe, missed]

    def _of(self, probe: Probe) -> Spilled:
        if probe not in self._spilled:
            self._spilled[probe] = Spilled(self._case, self._replays[probe])
        return self._spilled[probe]

    def _chosen(self, probe: Probe, dedicated: Dedicated) -> Overflow:
        spilled = self._of(probe)
        least = lowest_bills(self._lowest, spilled.expected_usage).tolist()
        best: tuple[bool, Decimal, str] | None = None
        chosen: Overflow | None = None
        for bill, offer in sorted(zip(least, self._serverless, strict=True), key=itemgetter(0)):
            if best is not None and not best[0] and bill > best[1] - spilled.least_latency:
                break
            if best is not None and not best[0] and bill > best[1] - spilled.least_latency_on(offer):
                continue
            spill = self.on(probe, offer)
            value = isolation_value(self._case.policy, dedicated, offer)
            order = (bool(spill.violations), spill.extra + value, offer.sku)
            if best is None or order < best:
                best, chosen = order, spill
        assert chosen is not None
        return chosen

    @cached_property
    def _lowest(self) -> Float64s:
        """The lowest prices of each serverless offer, shape (n, 4)."""
        prices = [[float(price) for price in lowest_prices(offer)] for offer in self._serverless]
        return np.array(prices).reshape(-1, len(COLUMNS))
