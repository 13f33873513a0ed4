"""Seeds: where drawn numbers start, so that the same input gives the same bytes."""

import numpy as np

from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory

SAMPLING, SYNTHESIS, SCALING = range(3)
"""Streams that draw from one seed without touching each other."""


def seed_of(history: TrafficHistory, policy: Policy) -> int:
    """Return the policy's seed, or the first 52 bits of the history's digest (a number that JSON keeps exact)."""
    return int(history.digest.removeprefix("sha256:")[:13], 16) if policy.seed is None else policy.seed


def stream(seed: int, purpose: int) -> np.random.Generator:
    """Return the generator of one purpose: PCG64, seeded by both."""
    return np.random.Generator(np.random.PCG64([seed, purpose]))
