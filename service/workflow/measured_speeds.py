"""Reading beside speeds: whether a decode curve that may hold the reading of prompts would ask for other units."""

from collections.abc import Iterator, Sequence

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.sizing import peak_units
from service.workflow.fit import without_reading
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer
from service.workflow.remarks import Remark


def maybe_read_twice(case: Case, offers: Sequence[Offer]) -> Iterator[Remark]:
    """Yield remarks on units whose speeds do not say what was read meanwhile, where it changes the units needed.

    The other size is that of speeds measured with requests as long as the traffic's are on average.
    """
    requests, uncached, _, output = (float(count) for count in case.measured)
    if not requests or not uncached or output <= requests:
        return
    sizes: dict[ConcurrencyCapacity, tuple[int, int]] = {}
    for offer in offers:
        capacity = offer.capacity if isinstance(offer, Dedicated) else None
        if isinstance(capacity, ConcurrencyCapacity) and _is_silent(capacity):
            if capacity not in sizes:
                fewer = without_reading(capacity, uncached / requests, output / requests)
                sizes[capacity] = peak_units(case, capacity), peak_units(case, fewer)
            units, other = sizes[capacity]
            if other != units:
                yield _remark(offer.sku, units, other)


def _is_silent(capacity: ConcurrencyCapacity) -> bool:
    """Whether nothing says how the speeds were measured; a single point has no others' prompts in it."""
    stated = (capacity.prefill_seconds_per_prompt, capacity.first_token_seconds, capacity.context_seconds_per_token)
    curve = capacity.speed.decode
    return capacity.measured_with is None and not any(stated) and len(curve) > 1 and curve[0][0] <= 1


def _remark(sku: str, units: int, fewer: int) -> Remark:
    sentence = (
        f"{sku} does not say what its speeds were measured with. Reading prompts is added to them, and the busiest "
        f"minute takes {units} units; if other prompts were read meanwhile, as in benchmarks under load, it takes "
        f"{fewer}. State capacity.measured_with, with input_tokens 0 if none were read."
    )
    return Remark("prices", "speeds_may_hold_reading", sentence, True, sku)
