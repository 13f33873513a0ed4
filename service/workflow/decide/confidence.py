"""Confidence: how sure a recommendation is, in a word, and why in a sentence."""

from dataclasses import dataclass
from typing import Literal

from service.workflow.compare.uncertainty import Interval

Confidence = Literal["high", "medium", "low"]

HIGH, MEDIUM = 0.9, 0.7
"""Probabilities from which confidence is high, and medium."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A word for how sure, and the sentence that says of what."""

    word: Confidence
    sentence: str


def assessed(interval: Interval | None, margin: float, caps: dict[str, Confidence]) -> Assessment:
    """Return the confidence in an option.

    interval: the option's. margin: the policy's. caps: the most confidence that something allows, by a clause that says
    what. High is only what is likely the cheapest; what is rarely beaten by more than the margin is medium: another
    option, or another number of units, may turn out cheaper, but not by enough to have mattered.
    """
    cheapest = None if interval is None else interval.probability_cheapest
    near = None if interval is None else interval.probability_within_margin
    word, sentence = _stated(cheapest, near, margin)
    for clause, cap in caps.items():
        if _ORDER.index(word) < _ORDER.index(cap):
            word, sentence = cap, f"{sentence} It is no more than {cap}, since {clause}."
    return Assessment(word, sentence)


_ORDER: tuple[Confidence, ...] = ("high", "medium", "low")


def _stated(cheapest: float | None, near: float | None, margin: float) -> tuple[Confidence, str]:
    if cheapest is None or near is None:
        return "low", "Nothing is known of how likely it stays the cheapest."
    stays = f"It stays the cheapest at {cheapest:.0%} of the levels that traffic may come to"
    within = f"at {near:.0%} nothing is cheaper by more than the margin of {margin * 100:g}%"
    if cheapest >= HIGH:
        return "high", f"{stays}."
    if cheapest >= MEDIUM:
        return "medium", f"{stays}; {within}."
    if near >= HIGH:
        return "medium", f"{stays}, but {within}: what is cheaper would hardly matter."
    return "low", f"{stays}; {within}."
