"""Rules with a limit: what each looks at, and what it says where the limit is passed."""

from collections.abc import Callable, Mapping
from typing import Any

from service.decisions.facts import Facts

CONFIDENCES = ("low", "medium", "high")


def _confidence(limit: str, facts: Facts) -> str | None:
    if CONFIDENCES.index(facts.confidence) >= CONFIDENCES.index(limit):
        return None
    return f"The evaluation's confidence is {facts.confidence}, at least {limit} is asked; measure for longer."


def _at_least(limit: float, found: float | None, what: str, mend: str) -> str | None:
    if found is not None and found >= limit:
        return None
    return _missed(found, what, f"at least {limit:g} is asked", mend)


def _at_most(limit: float, found: float | None, what: str, mend: str) -> str | None:
    if found is not None and found <= limit:
        return None
    return _missed(found, what, f"at most {limit:g} is allowed", mend)


def _missed(found: float | None, what: str, asked: str, mend: str) -> str:
    return f"{what} is {'not known' if found is None else f'{found:g}'}, {asked}; {mend}."


def _provisional(_: object, facts: Facts) -> str | None:
    if not facts.provisional:
        return None
    return "The evaluation is provisional and cannot commit money; upload a representative week and evaluate again."


def _available(_: object, facts: Facts) -> str | None:
    if facts.ends_on is None or facts.available_until is None or facts.ends_on < facts.available_until:
        return None
    told = f"The term ends on {facts.ends_on}, but the offer can be had only until before {facts.available_until}"
    return f"{told}; choose a shorter term, or an offer that lasts."


LIMITED: Mapping[str, Callable[[Any, Facts], str | None]] = {
    "minimum_confidence": _confidence,
    "minimum_probability_cheapest": lambda limit, facts: _at_least(
        limit, facts.probability_cheapest, "The probability that it is the cheapest", "measure for longer"
    ),
    "minimum_measured_days": lambda limit, facts: _at_least(
        limit, facts.measured_days, "The traffic measured, in days,", "measure for longer and evaluate again"
    ),
    "minimum_coverage": lambda limit, facts: _at_least(
        limit, facts.coverage, "The share of the time that was measured", "fill the gaps of the history"
    ),
    "largest_regret": lambda limit, facts: _at_most(
        limit, facts.regret, "The regret of the walk-forward check", "measure for longer; it needs some weeks"
    ),
    "oldest_price_days": lambda limit, facts: _at_most(
        limit, facts.price_age_days, "The age of the oldest price version, in days,", "confirm prices, evaluate again"
    ),
    "longest_term_months": lambda limit, facts: _at_most(
        limit, facts.term_months, "The term, in months,", "choose a shorter one"
    ),
    "largest_provider_share": lambda limit, facts: _at_most(
        limit, facts.provider_share, "The share of committed spend with this provider", "choose another provider"
    ),
}
"""Rules with a limit; none holds by default."""

RULES: Mapping[str, Callable[[Any, Facts], str | None]] = {
    **LIMITED,
    "provisional": _provisional,
    "beyond_available_until": _available,
}
"""Every rule that has a level of its own. Each returns what is so and what would satisfy it, None where it holds."""
