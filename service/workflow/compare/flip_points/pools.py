"""Warm pools of a case: the largest that was tried of each offer, and larger ones while they may pay."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from service.workflow.bill import total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.serverless import Alone, warm_lines
from service.workflow.compute.kinds.warm_pools import MOST_INSTANCES, has_pool, may_pay
from service.workflow.offers import Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import Option


class Pools:
    """The largest pool tried of every offer of which more than one instance can help."""

    def __init__(self, case: Case, options: Sequence[Option]) -> None:
        """Take the serverless options that were computed."""
        self._case = case
        self._largest: dict[str, tuple[Serverless, Option]] = {}
        for option in sorted(options, key=lambda option: option.warm_instances):
            offer = option.serverless
            if offer is not None and has_pool(offer) and may_pay(case, offer):
                self._largest[offer.sku] = offer, option

    def keys(self) -> list[str]:
        """Return the keys of the plain offers."""
        return [_plain(sku) for sku in self._largest]

    def growing(self, ceilings: Mapping[str, Decimal]) -> list[str]:
        """Return the skus of which one more warm instance than tried would save a start, for less than a ceiling.

        ceilings: money a month by the key of the plain offer.
        """
        return [sku for sku in self._largest if self._grows(sku, ceilings.get(_plain(sku)))]

    def enlarged(self, sku: str) -> Option:
        """Return the option of one more instance of an offer, replayed; it is the largest tried from here on."""
        offer, largest = self._largest[sku]
        option = Alone(self._case, offer, largest.warm_instances + 1).option()
        self._largest[sku] = offer, option
        return option

    def _grows(self, sku: str, ceiling: Decimal | None) -> bool:
        offer, largest = self._largest[sku]
        if ceiling is None or largest.warm_instances >= MOST_INSTANCES:
            return False
        starts = largest.figures is not None and largest.figures.cold_starts_per_month > 0
        return starts and total(warm_lines(offer, largest.warm_instances + 1)) < ceiling


def _plain(sku: str) -> str:
    return str(OptionKey("serverless", serverless=sku))
