"""Seeds: where drawn numbers start, so that the same input gives the same bytes."""

from typing import Protocol

import numpy as np

from service.workflow.policy import Policy

SAMPLING, SYNTHESIS, SCALING = range(3)
"""Streams that draw from one seed without touching each other."""


class Digested(Protocol):
    """What a seed is made of: a history, or whatever knows its digest."""

    @property
    def digest(self) -> str:
        """SHA-256 of the history, as `sha256:<hex>`."""


def seed_of(history: Digested, policy: Policy) -> int:
    """Return the policy's seed, or the first 52 bits of the history's digest (a number that JSON keeps exact)."""
    return int(history.digest.removeprefix("sha256:")[:13], 16) if policy.seed is None else policy.seed


def stream(seed: int, purpose: int) -> np.random.Generator:
    """Return the generator of one purpose: PCG64, seeded by both."""
    return np.random.Generator(np.random.PCG64([seed, purpose]))
