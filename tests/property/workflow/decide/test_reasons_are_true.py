"""What reasons claim of other options holds for every way to serve the workload, replayed by brute force."""

from decimal import Decimal
from unittest.mock import patch

from hypothesis import given, settings

from service.workflow.compare.compare import Comparison
from service.workflow.compute.redecide import eligible
from service.workflow.decide.reasons import Reason, money, reasons
from service.workflow.options import Option
from service.workflow.rule import choose
from tests.effort import examples
from tests.markets import computed
from tests.oracles.brute_force import every_way
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(200))

NOTHING = Comparison((), (), None, (), (), None, None)


def check_cheaper(entry: Reason, chosen: Option, mode: str, ways: list[Option]) -> None:
    """The saving is against the best of a mode, or no more than that where only a lower limit is known."""
    saving = dict(entry.numbers)["saving"]
    assert isinstance(saving, Decimal)
    assert money(saving) in entry.sentence
    totals = [way.adjusted for way in ways if way.mode == mode and way.eligible]
    if not totals:  # what was ruled out before anybody saw that it misses a need costs more than the limit all the same
        assert entry.sentence.endswith("option could.")
        return
    best = min(totals)
    assert saving <= best - chosen.adjusted
    assert saving == best - chosen.adjusted or "at least" in entry.sentence


def check_passed_over(entry: Reason, chosen: Option, margin: Decimal, ways: list[Option]) -> None:
    """What would cost less is the cheapest of all, within the margin, and more complex."""
    saving = dict(entry.numbers)["saving"]
    assert isinstance(saving, Decimal)
    best = min((way for way in ways if way.eligible), key=lambda way: way.adjusted)
    assert saving == chosen.adjusted - best.adjusted
    assert 0 < saving < margin * chosen.adjusted
    assert min(way.family for way in ways if way.eligible and way.adjusted == best.adjusted) > chosen.family


@checked
@given(situation=situations())
def test_what_is_said_of_other_options_is_so(situation: Situation) -> None:
    log, offers, policy = situation
    with patch("service.workflow.compute.compute.EXPLORE_REQUESTS", 0):
        case, found = computed(log, offers, policy)
        options = found.options
    chosen = choose(eligible(options), policy.margin)
    if chosen is None:
        return
    ways = [way.option for way in every_way(case, offers)]
    listed = {option.key: option for option in options}
    told = reasons(case, chosen, options, NOTHING)
    assert [entry.effect for entry in told] == sorted((entry.effect for entry in told), reverse=True)
    for entry in told:
        if entry.code == "cheaper_than":
            check_cheaper(entry, chosen, listed[str(dict(entry.numbers)["option"])].mode, ways)
        if entry.code == "kept_for_simplicity":
            check_passed_over(entry, chosen, policy.margin, ways)
