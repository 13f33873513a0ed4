"""Presets: three starting points, each knob with the reason it is set so. Use them by name, or make them your own."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy to start from. `policy` says only what differs from the defaults; `reasons` why, by JSON pointer."""

    name: str
    title: str
    summary: str
    policy: dict[str, Any]
    reasons: dict[str, str]


INTERACTIVE_CHAT = Preset(
    name="interactive_chat",
    title="Interactive chat",
    summary="People watch the answer appear: the first token must come quickly, also after a quiet night.",
    policy={
        "latency": {"metric": "first_token", "percentile": 95.0, "target_ms": 1500.0, "strict": True},
        "queue": {"wait_ms": 1500.0},
        "max_throttled_share": 0.001,
        "margin": "0.1",
    },
    reasons={
        "/latency/metric": "With streaming, what a person waits for is the first token.",
        "/latency/percentile": "One visitor in twenty meeting a slow start is the most that goes unnoticed.",
        "/latency/target_ms": "Beyond about a second and a half people take a chat for stuck.",
        "/latency/strict": "A cheaper way that keeps people waiting is no way to serve a chat.",
        "/queue/wait_ms": "Whoever waits in line longer than that has no first token in time.",
        "/max_throttled_share": "A throttled request is an error message in front of a person.",
        "/margin": "A tenth: a change of serving is worth its risk to what people see only for a clear gain.",
    },
)

BATCH = Preset(
    name="batch",
    title="Batch",
    summary="Nobody waits: jobs may queue and retry, and the cheapest way that gets the work done wins.",
    policy={
        "latency": {"metric": "end_to_end", "target_ms": None, "value_per_slow_request": "0"},
        "queue": {"wait_ms": 3600000.0},
        "max_throttled_share": 0.05,
        "margin": "0.05",
    },
    reasons={
        "/latency/metric": "A job counts as done when its whole answer is there.",
        "/latency/target_ms": "No target: an answer that comes later costs nothing.",
        "/latency/value_per_slow_request": "As no request can be too slow, slowness has no price.",
        "/queue/wait_ms": "A job may wait an hour for its turn and is still done the same day.",
        "/max_throttled_share": "Batch clients retry, so one request in twenty may be told to come back.",
        "/margin": "A twentieth: changing over a batch job risks little, so a smaller gain is worth it.",
    },
)

REGULATED = Preset(
    name="regulated",
    title="Regulated",
    summary="Data and model versions are under control: capacity of one's own, pinned versions, no surprises.",
    policy={
        "isolation": {"required": {"tenancy": "dedicated", "version_pinning": True}},
        "queue": {"wait_ms": 10000.0},
        "max_throttled_share": 0.001,
        "max_term_months": 12,
        "sufficiency": {"days": 14, "allow_provisional": False},
        "margin": "0.15",
    },
    reasons={
        "/isolation/required/tenancy": "Shared capacity processes other customers' requests on the same machines.",
        "/isolation/required/version_pinning": "A validated model must not change until the new one is validated.",
        "/queue/wait_ms": "After ten seconds in line people turn to something else.",
        "/max_throttled_share": "A refused request may be a missed duty.",
        "/max_term_months": "No commitment beyond the yearly review of suppliers.",
        "/sufficiency/days": "Two weeks of traffic, so that the decision does not rest on one unusual week.",
        "/sufficiency/allow_provisional": "No recommendation on traffic that is not representative.",
        "/margin": "Fifteen percent: each change of supplier or of serving must be assessed and recorded.",
    },
)

PRESETS = {preset.name: preset for preset in (INTERACTIVE_CHAT, BATCH, REGULATED)}
"""Every preset by name. Residency is nobody's default: name the places in `isolation.required.residency`."""
