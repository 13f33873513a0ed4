"""Serverless options: the bill of all traffic, cold starts, warm pools, throttling."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from service.workflow.compute.bill import Billed, Line, line, serverless_lines, total
from service.workflow.compute.case import Case
from service.workflow.compute.figures import (
    daily,
    latency_violations,
    per_month,
    percentiles,
    share,
    slow_requests,
    throttle_violations,
)
from service.workflow.compute.needs import hard_violations, isolation_value
from service.workflow.compute.option import SERVERLESS, WARM_POOL, Figures, Option, Violation
from service.workflow.compute.replay.result import ServerlessReplay
from service.workflow.compute.replay.serverless import replay_instances, replay_serverless
from service.workflow.offers import HOURS_PER_MONTH, ColdStart, Limits, Serverless, Speed
from service.workflow.traffic import UInt8s

NO_COLD_START = ColdStart(idle_seconds=0.0, start_seconds=0.0)


@dataclass(frozen=True, slots=True)
class ServerlessProbe:
    """What a serverless replay depends on; offers alike in it share their replay."""

    cold_start: ColdStart | None
    speed: Speed | None
    limits: Limits
    instances: int
    warm: int

    @classmethod
    def of(cls, offer: Serverless, warm: int = 0) -> "ServerlessProbe":
        """Return the offer's probe; `instances` is the concurrency of one where compute is billed, else 0."""
        instances = offer.instance_concurrency if offer.bills_compute else 0
        return cls(offer.cold_start, offer.speed, offer.limits, instances, warm)

    def run(self, case: Case, kept: UInt8s | None = None) -> ServerlessReplay:
        """Replay the case's requests, or those that `kept` (uint8, shape (n,)) marks."""
        if not case.has_requests:
            return _unknown(case)
        if self.instances:
            cold = self.cold_start or NO_COLD_START
            return replay_instances(
                case.arrivals, cold, self.speed, self.instances, self.warm, self.limits, case.target, kept
            )
        return replay_serverless(
            case.arrivals, self.cold_start, self.speed, self.limits, case.target, self.warm > 0, kept
        )


def warm_lines(offer: Serverless, instances: int) -> list[Line]:
    """Return the line of a warm pool: instances × 730 hours at the pool's hourly price."""
    if not instances or offer.warm_pool is None:
        return []
    hours = Decimal(instances * HOURS_PER_MONTH)
    return [line("warm_instances", hours, "instance_hours", offer.warm_pool.hourly)]


def serverless_key(offer: Serverless, warm: int) -> str:
    """Return the option's name: `serverless:sku`, with `+warmN` for a pool of N."""
    return f"serverless:{offer.sku}" + (f"+warm{warm}" if warm else "")


def serverless_option(case: Case, offer: Serverless, warm: int, replay: ServerlessReplay) -> Option:
    """Return the option of serving everything on `offer` with `warm` instances kept up."""
    usage = case.monthly(case.replayed, int(replay.up_us.sum()))
    lines = serverless_lines(offer, usage) + warm_lines(offer, warm)
    slow = slow_requests(case, replay)
    violations = (
        hard_violations(case.policy, offer)
        + request_violations(case, offer)
        + throttle_violations(case, int(replay.throttled.sum()))
        + latency_violations(case, slow)
    )
    return Option(
        key=serverless_key(offer, warm),
        mode="serverless",
        family=WARM_POOL if warm else SERVERLESS,
        monthly_cost=total(lines),
        latency_value=case.latency_value(slow or 0),
        isolation_value=isolation_value(case.policy, offer),
        violations=violations,
        serverless=offer,
        warm_instances=warm,
        lines=tuple(lines),
        figures=_figures(case, replay, slow),
        daily=daily(case, case.hourly, replay.up_us, slow=replay.slow),
        billed=(Billed(usage),),
    )


def request_violations(case: Case, offer: Serverless) -> tuple[Violation, ...]:
    """Return whether the offer can only be judged by single requests, and the history has none."""
    needs = any(p.meter in {"requests", "compute_seconds"} for p in offer.prices)
    if case.has_requests or not needs:
        return ()
    return (Violation("needs_requests", f"{offer.sku} bills requests or time, and this history has only tokens."),)


def _unknown(case: Case) -> ServerlessReplay:
    """Of whole buckets nothing is known but what they bill."""
    nothing = np.zeros(len(case.arrivals.hour_of_window), np.int64)
    return ServerlessReplay(nothing, nothing, nothing, nothing, nothing, None, None)


def _figures(case: Case, replay: ServerlessReplay, slow: int | None) -> Figures:
    return Figures(
        utilization=None,
        coverage=0.0,
        overflow_share=0.0,
        throttled_share=share(int(replay.throttled.sum()), case.replayed[0]),
        slow_share=None if slow is None else share(slow, case.replayed[0]),
        cold_starts_per_month=per_month(case, int(replay.cold_starts.sum())),
        first_token=percentiles(replay.first_token),
        end_to_end=percentiles(replay.end_to_end),
    )


def serverless_options(case: Case, offers: Sequence[Serverless], executor: Executor) -> list[Option]:
    """Return every offer without a warm pool and with every size of it that could pay.

    Shared capacity is felt cold only from zero, so one warm instance is all that helps; where instances are
    billed by the second, larger pools are tried until no other instance starts, or the pool alone costs more than
    the best one found.
    """
    sizes = [(offer, warm) for offer in offers for warm in ((0, 1) if has_pool(offer) else (0,))]
    probes = list(dict.fromkeys(ServerlessProbe.of(offer, warm) for offer, warm in sizes))
    replays = dict(zip(probes, executor.map(lambda probe: probe.run(case), probes), strict=True))
    options = [serverless_option(case, offer, warm, replays[ServerlessProbe.of(offer, warm)]) for offer, warm in sizes]
    for offer in offers:
        if has_pool(offer) and offer.bills_compute:
            options += _larger_pools(case, offer, [option for option in options if option.serverless == offer])
    return options


def has_pool(offer: Serverless) -> bool:
    """Whether a warm pool is on offer and avoids anything."""
    return offer.warm_pool is not None and offer.cold_start is not None


def _larger_pools(case: Case, offer: Serverless, tried: list[Option]) -> Iterator[Option]:
    best = min(option.adjusted for option in tried)
    warm, starts = 2, True
    while starts and total(warm_lines(offer, warm)) < best:
        replay = ServerlessProbe.of(offer, warm).run(case)
        option = serverless_option(case, offer, warm, replay)
        yield option
        best = min(best, option.adjusted)
        warm, starts = warm + 1, bool(replay.cold_starts.any())
