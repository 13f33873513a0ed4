"""What reasons claim of other options holds for every way to serve the workload, replayed by brute force."""

from decimal import Decimal
from unittest.mock import patch

from hypothesis import given, settings

from service.workflow.compare.compare import Comparison
from service.workflow.compare.uncertainty import Uncertainty
from service.workflow.decide.reason import Reason, money
from service.workflow.decide.reasons import reasons
from service.workflow.options import Option, eligible
from service.workflow.rule import choose, margins_of
from tests.effort import examples
from tests.markets import computed
from tests.oracles.brute_force import every_way
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(200))

NOTHING = Comparison((), (), None, (), (), Uncertainty(0, 0.0, 0.0, 1.0, 1.0, 1.0, 0, ()), None)

FIRST = {
    "latency_unknown",
    "target_missed",
    "implausible_price",
    "no_fallback",
    "commitment_running",
    "commitment_binds",
    "cold_starts",
    "growth",
}
"""What must be read before anything else."""


def check_cheaper(entry: Reason, chosen: Option, mode: str, ways: list[Option]) -> None:
    """The saving is against the best of a mode, or no more than that where only a lower limit is known."""
    saving = dict(entry.numbers)["saving"]
    assert isinstance(saving, Decimal)
    assert money(saving) in entry.sentence
    totals = [way.expected for way in ways if way.mode == mode and way.eligible]
    if not totals:  # what was ruled out before anybody saw that it misses a need costs more than the limit all the same
        assert entry.sentence.endswith("option could.")
        return
    best = min(totals)
    assert saving <= best - chosen.expected
    assert saving == best - chosen.expected or "at least" in entry.sentence


def check_passed_over(entry: Reason, chosen: Option, ways: list[Option]) -> None:
    """What would cost less is the cheapest of all, and more complex."""
    saving = dict(entry.numbers)["saving"]
    assert isinstance(saving, Decimal)
    best = min((way for way in ways if way.eligible), key=lambda way: way.expected)
    assert saving == chosen.expected - best.expected
    assert saving > 0
    assert min(way.family for way in ways if way.eligible and way.expected == best.expected) > chosen.family


@checked
@given(situation=situations())
def test_what_is_said_of_other_options_is_so(situation: Situation) -> None:
    log, offers, policy = situation
    with patch("service.workflow.compute.compute.EXPLORE_REQUESTS", 0):
        case, found = computed(log, offers, policy)
        options = found.options
    chosen = choose(eligible(options), margins_of(policy))
    if chosen is None:
        return
    ways = [way.option for way in every_way(case, offers)]
    listed = {option.key: option for option in options}
    told = reasons(case, chosen, options, NOTHING)
    effects = [entry.effect for entry in told if entry.code not in FIRST]
    assert effects == sorted(effects, reverse=True)
    for entry in told:
        if entry.code == "cheaper_than":
            check_cheaper(entry, chosen, listed[str(dict(entry.numbers)["option"])].mode, ways)
        if entry.code == "kept_for_simplicity":
            check_passed_over(entry, chosen, ways)
