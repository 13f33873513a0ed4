"""How far latencies of units may be off: what was measured ÷ what the model says, by percentile.

The factors are the 10 and 90 % quantiles over 31 measured points of one H100 (vLLM, closed loop; silybench, CC BY 4.0),
each predicted by constants fitted on the half of the points that it is not in (docs/model.md). Medians were not
published; theirs are taken to be those of the 95th percentile. Only units with speeds by streams have such a range: of
latencies that follow from a stated speed alone, as of serverless offers, no measurement is known to set them against.
"""

from dataclasses import dataclass

from service.workflow.options import Option, Percentiles

FIRST_TOKEN = ((0.73, 1.09), (0.73, 1.09), (0.75, 1.28))
END_TO_END = ((0.99, 1.26), (0.99, 1.26), (1.00, 1.30))
"""Factors on the 50th, 95th and 99th percentile."""


@dataclass(frozen=True, slots=True)
class Range:
    """Milliseconds between which eight of ten measured points lie."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PercentileRanges:
    """The range of each percentile."""

    p50: Range
    p95: Range
    p99: Range


def ranges_of(option: Option) -> tuple[PercentileRanges | None, PercentileRanges | None]:
    """Return the ranges of an option's first token and end to end, None where nothing is known of them."""
    reservation, figures = option.reservation, option.figures
    if figures is None or reservation is None or not reservation.offer.capacity.states_speed:
        return None, None
    return _ranges(figures.first_token, FIRST_TOKEN), _ranges(figures.end_to_end, END_TO_END)


def _ranges(found: Percentiles | None, factors: tuple[tuple[float, float], ...]) -> PercentileRanges | None:
    if found is None:
        return None
    stated = zip((found.p50, found.p95, found.p99), factors, strict=True)
    return PercentileRanges(*(Range(value * low, value * high) for value, (low, high) in stated))
