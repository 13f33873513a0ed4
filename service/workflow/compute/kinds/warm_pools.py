"""Serverless as a kind of option: every offer plain, and with the sizes of its warm pool that are worth a try."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from service.workflow.bill import total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.serverless import Alone, ServerlessProbe, warm_lines
from service.workflow.compute.kinds.sold import serverless_of
from service.workflow.compute.replaying import replayed
from service.workflow.offers import Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import Option
from service.workflow.policy import Mode
from service.workflow.replay.result import ServerlessReplay

MOST_INSTANCES = 64
"""Instances of the largest warm pool that is tried."""


@dataclass(frozen=True)
class ServerlessKind:
    """Everything is paid by use, with a pool of instances kept warm or without."""

    mode: Mode = "serverless"

    def options(self, case: Case, offers: Sequence[Serverless], executor: Executor) -> Iterator[Option]:
        """Yield the option of every offer without a warm pool, and with every size of it that could pay.

        Replays that do not depend on others are begun at once, before the first option is asked for.
        """
        sizes = ((offer, warm) for offer in offers for warm in _first_sizes(offer))
        probes = dict.fromkeys(ServerlessProbe.of(offer, warm).on(case) for offer, warm in sizes)
        return self._options(case, offers, zip(probes, replayed(executor, case, list(probes)), strict=True))

    def _options(
        self, case: Case, offers: Sequence[Serverless], begun: Iterable[tuple[ServerlessProbe, ServerlessReplay]]
    ) -> Iterator[Option]:
        replays = dict(begun)
        for offer in offers:
            yield from (alone.option() for alone in self._pools(case, offer, replays))

    def contenders(self, case: Case, offers: Sequence[Serverless]) -> list[Alone]:
        """Return the cheapest eligible option without a warm pool, and the cheapest with one, where there are any.

        Nothing is replayed of what costs more than these by its bill alone.
        """
        replays: dict[ServerlessProbe, ServerlessReplay] = {}
        plain = [Alone(case, offer, 0, replays) for offer in offers]
        pairs = [(alone, replace(alone, warm=1)) for alone in plain if has_pool(alone.offer)]
        pools = ((pair[1], _larger_pools(pair) if may_pay(case, pair[1].offer) else ()) for pair in pairs)
        return [*_cheapest((alone, ()) for alone in plain), *_cheapest(pools)]

    def _pools(self, case: Case, offer: Serverless, replays: dict[ServerlessProbe, ServerlessReplay]) -> list[Alone]:
        """Return an offer without a warm pool, with the smallest, and with larger ones.

        A pool helps only those that find a place in it. Larger ones are tried until no other instance starts, or the
        pool alone costs more than the best one found that meets every hard need; MOST_INSTANCES at most. Where slowness
        has no price and time is not billed, a larger one never pays: they are tried until people no longer feel cold
        starts and the target is met, so that the answer can say what that costs.
        """
        tried = [Alone(case, offer, warm, replays) for warm in _first_sizes(offer)]
        return [*tried, *(_larger_pools(tried) if has_pool(offer) else ())]

    def named(self, case: Case, key: OptionKey, offers: Sequence[Offer]) -> Option | None:
        """As of Kind."""
        offer = serverless_of(key, offers)
        if offer is None or (key.warm and offer.warm_pool is None):
            return None
        return Alone(case, offer, key.warm).option()


SERVERLESS = ServerlessKind()


def _first_sizes(offer: Serverless) -> tuple[int, ...]:
    return (0, 1) if has_pool(offer) else (0,)


def has_pool(offer: Serverless) -> bool:
    """Whether a warm pool is on offer and avoids anything."""
    return offer.warm_pool is not None and offer.cold_start is not None


def may_pay(case: Case, offer: Serverless) -> bool:
    """Whether a larger warm pool can make an offer cheaper or eligible: time is billed, or slowness counts."""
    return offer.bills_compute or case.latency_is_priced


def _cheapest(sized: Iterable[tuple[Alone, Iterable[Alone]]]) -> list[Alone]:
    """Return the cheapest eligible one, of equals the first by its key. sized: each offer's smallest, and larger ones.

    What costs more at least than the best that was found is left out, and so are all that are larger.
    """
    best: Alone | None = None
    for smallest, larger in sorted(sized, key=lambda sizes: sizes[0].least):
        for alone in chain((smallest,), larger):
            if best is not None and alone.least > best.expected:
                break
            if alone.eligible and (best is None or (alone.expected, alone.key) < (best.expected, best.key)):
                best = alone
    return [] if best is None else [best]


def _larger_pools(tried: Sequence[Alone]) -> Iterator[Alone]:
    best = min((alone.expected for alone in tried if alone.eligible), default=Decimal("Infinity"))
    last = tried[-1]
    pays = may_pay(last.case, last.offer)
    while last.replay.cold_starts.any() and last.warm < MOST_INSTANCES:
        if total(warm_lines(last.offer, last.warm + 1)) >= best if pays else not last.is_felt:
            return
        last = replace(last, warm=last.warm + 1)
        yield last
        best = min(best, last.expected) if last.eligible else best
