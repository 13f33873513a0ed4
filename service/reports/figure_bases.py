"""What the figures of the answer are, in words: measured, worked out, stated by a price sheet, or assumed."""

from service.reports import words
from service.reports.offer_names import Names
from service.reports.reading import ReportOption

LABEL_WORDS = {"measured": "Measured", "stated": "Stated", "derived": "Worked out", "assumed": "Assumed"}

FIGURE_WORDS = {
    "traffic.tokens": "tokens",
    "traffic.requests": "requests",
    "traffic.arrivals": "when requests arrive",
    "policy.traffic_factor": "the factor of the traffic",
    "policy.hybrid.outage_hours_per_month": "outages of reserved units",
    "rates": "rates",
    "rates.billing_seconds": "running time billed by the second",
    "cold_start": "no cold starts",
    "limits": "no limits",
    "hourly": "fee by the hour",
    "start_seconds": "units that start at once",
    "autoscale.minimum": "fewest units",
    "autoscale.idle_seconds": "idle units kept for 300 s",
    "instance_concurrency": "one request an instance at once",
    "warm_pool.concurrency": "one request a warm instance at once",
    "capacity.slots": "requests at once",
    "capacity.prefill_tokens_per_second": "reading speed",
    "capacity.decode_tokens_per_second": "writing speed",
    "capacity.first_token_seconds": "time to the first token beyond reading",
    "capacity.prefill_seconds_per_prompt": "time for any prompt",
    "capacity.context_seconds_per_token": "slowing by long contexts",
    "capacity.kv_tokens": "memory",
    "capacity.per_minute": "budget a minute",
    "capacity.weights": "weights of tokens",
}
"""How a buyer calls figures; others are called as their fields are."""

STATED_WORDS = {
    "cold_start": "cold starts",
    "limits": "limits",
    "rates.billing_seconds": "step of billing",
    "start_seconds": "time to start",
    "autoscale.idle_seconds": "time that idle units are kept",
    "instance_concurrency": "requests an instance serves at once",
    "warm_pool.concurrency": "requests a warm instance serves at once",
    "policy.hybrid.outage_hours_per_month": "outages of reserved units, by the policy",
}
"""How they are called where somebody stated them."""

ASSUMED_WORDS = {
    "traffic.arrivals": "when requests arrive inside a bucket",
    "capacity.first_token_seconds": "no time to the first token beyond reading",
    "capacity.prefill_seconds_per_prompt": "no time for a prompt beyond reading it",
    "capacity.context_seconds_per_token": "no slowing by long contexts",
    "capacity.kv_tokens": "memory for every request",
    "policy.hybrid.outage_hours_per_month": "no outages of reserved units",
}
"""How they are called where nobody did: as what is assumed."""

OWN = "every total, share and latency of this answer"


def bases(option: ReportOption | None, names: Names) -> list[tuple[str, list[str]]]:
    """Return what an option's figures are, by label, each offer's in a line; none of what older engines answered."""
    found = None if option is None else option.body.get("basis")
    if not found:
        return []
    return [(told, _lines(found[label], label, names)) for label, told in LABEL_WORDS.items() if found.get(label)]


def _lines(figures: list[str], label: str, names: Names) -> list[str]:
    by_owner: dict[str, list[str]] = {}
    for figure in figures:
        owner, _, name = figure.rpartition(": ")
        by_owner.setdefault(owner, []).append(_told(name, label))
    own = by_owner.pop("", [])
    lines = [OWN] if label == "derived" else [words.upper_first(words.listed(own))] if own else []
    return [words.upper_first(line) for line in lines] + [
        f"{names.offer(sku).label}: {words.listed(told)}" for sku, told in by_owner.items()
    ]


def _told(name: str, label: str) -> str:
    own = {"assumed": ASSUMED_WORDS, "stated": STATED_WORDS}.get(label, {})
    return own.get(name) or FIGURE_WORDS.get(name) or name.replace("_", " ").replace(".", ", ")
