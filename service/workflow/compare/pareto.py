"""The Pareto frontier of cost against p95 latency: options that nothing else beats on both."""

from collections.abc import Sequence

from service.workflow.options import Option
from service.workflow.policy import LatencyMetric


def p95(option: Option, metric: LatencyMetric) -> float | None:
    """Return an option's p95 of the metric in milliseconds, None where it is unknown."""
    figures = option.figures
    percentiles = None if figures is None else getattr(figures, metric)
    return None if percentiles is None else float(percentiles.p95)


def frontier(options: Sequence[Option], metric: LatencyMetric) -> list[Option]:
    """Return the undominated options by monthly cost, cheapest first; each next one is faster."""
    known = [(o.monthly_cost, p95(o, metric), o.key, o) for o in options if o.eligible]
    best: list[Option] = []
    fastest = float("inf")
    for _, latency, _, option in sorted((k for k in known if k[1] is not None), key=lambda k: k[:3]):
        if latency is not None and latency < fastest:
            best.append(option)
            fastest = latency
    return best
