"""The Pareto frontier of cost against p95 latency: options that nothing else beats on both."""

from collections.abc import Sequence

from service.workflow.compute.option import Option
from service.workflow.policy import LatencyMetric


def p95(option: Option, metric: LatencyMetric) -> float | None:
    """Return an option's p95 of the metric in milliseconds, None where it is unknown."""
    figures = option.figures
    percentiles = None if figures is None else getattr(figures, metric)
    return None if percentiles is None else float(percentiles.p95)


def frontier(options: Sequence[Option], metric: LatencyMetric) -> list[Option]:
    """Return the undominated options by monthly cost, cheapest first; each next one is faster."""
    known = [option for option in options if option.eligible and p95(option, metric) is not None]
    best: list[Option] = []
    for option in sorted(known, key=lambda o: (o.monthly_cost, p95(o, metric), o.key)):
        if not best or p95(option, metric) < p95(best[-1], metric):
            best.append(option)
    return best
