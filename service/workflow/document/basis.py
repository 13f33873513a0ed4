"""The basis part of an option: which of its figures are measured, derived, stated by a price sheet, or assumed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from service.workflow.compute.case import Case
from service.workflow.figure_bases import LABELS, FigureBasis, Label
from service.workflow.options import Option

RESERVED_ONLY = "policy.hybrid.outage_hours_per_month"
"""What no option without reserved units stands on."""


@dataclass(frozen=True)
class OptionBasis:
    """What each figure that an option stands on is, and what its own are; offers' are `offer: field of the sheet`."""

    measured: Annotated[tuple[str, ...], "Seen in the traffic."]
    derived: Annotated[tuple[str, ...], "Worked out of the others, such as every total."]
    stated: Annotated[tuple[str, ...], "The price sheet's or the policy's word."]
    assumed: Annotated[tuple[str, ...], "Nobody said: a default."]


def bases_of_inputs(case: Case) -> tuple[FigureBasis, ...]:
    """Return what the figures of the traffic and the policy are that every option stands on."""
    return tuple(FigureBasis(figure, label) for figure, label in _inputs(case))


def _inputs(case: Case) -> Iterator[tuple[str, Label]]:
    yield "traffic.tokens", "measured"
    if case.has_requests:
        yield "traffic.requests", "measured"
        yield "traffic.arrivals", "assumed" if case.arrivals.synthesized else "measured"
    if case.policy.traffic_factor != 1:
        yield "policy.traffic_factor", "stated"
    yield RESERVED_ONLY, "stated" if case.policy.hybrid.outage_hours_per_month else "assumed"


def basis_of(option: Option, inputs: Sequence[FigureBasis]) -> OptionBasis:
    """Return the figures of an option by what they are; inputs: of the traffic and the policy."""
    reserved = option.reservation is not None
    found = [(basis.figure, basis.label) for basis in inputs if reserved or basis.figure != RESERVED_ONLY]
    found += [(figure, "derived") for figure in _own(option)]
    for offer in (None if option.reservation is None else option.reservation.offer, option.serverless):
        if offer is not None:
            # Units are bought under a rate, and scale only where the option lets them.
            found += [(f"{offer.sku}: {basis.figure}", basis.label) for basis in offer.bases if _counts(basis, option)]
    by_label = {label: tuple(sorted(name for name, known in found if known == label)) for label in LABELS}
    return OptionBasis(**by_label)


def _counts(basis: FigureBasis, option: Option) -> bool:
    """Tell whether a figure of an option's offers counts in it."""
    if basis.figure.startswith(("autoscale", "rates.billing")):
        return option.follows_load
    return not basis.figure.startswith("warm_pool") or bool(option.warm_instances)


def _own(option: Option) -> Iterator[str]:
    """Yield the figures of the answer itself that an option has; all are worked out of the others."""
    yield from ("monthly_cost", "adjusted_monthly_cost", "expected_monthly_cost", "interval")
    if option.reservation is not None:
        yield "units"
    figures = option.figures
    if figures is None:
        return
    for name in ("utilization", "coverage", "overflow_share", "throttled_share", "slow_share", "cold_starts_per_month"):
        if getattr(figures, name) is not None:
            yield name
    if figures.first_token is not None or figures.end_to_end is not None:
        yield "latency_ms"
