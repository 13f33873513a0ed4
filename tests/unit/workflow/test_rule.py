"""The rule by example: the cheapest, unless something simpler, or in use, is within the margin."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations

import pytest

from service.workflow.offers import Autoscale, ColdStart, Offer, WarmPool
from service.workflow.options import AUTOSCALED, COMMITTED, DEDICATED, HYBRID, SERVERLESS, WARM_POOL
from service.workflow.policy import ForecastPolicy, Policy
from service.workflow.rule import Margins, choose, margins_of
from tests.histories import log_of
from tests.markets import gpu_offer, options_of, rate, request_offer

TENTH = Decimal("0.10")


@dataclass(frozen=True)
class Way:
    """What the rule looks at."""

    key: str
    family: int
    expected: Decimal


def ways(*named: tuple[str, int, str]) -> list[Way]:
    return [Way(key, family, Decimal(cost)) for key, family, cost in named]


def key_of(options: list[Way], margin: Decimal = TENTH, incumbent: str | None = None) -> str | None:
    """Return the key of the choice, the same in whatever order the options come."""
    (way,) = {choose(order, Margins(margin, margin, margin), incumbent) for order in permutations(options)}
    return None if way is None else way.key


def test_of_nothing_nothing_is_chosen() -> None:
    assert choose([], Margins(TENTH, TENTH, TENTH)) is None
    assert choose([], Margins(TENTH, TENTH, TENTH), "gone") is None


def test_options_stand_in_families_from_simplest_to_most_binding() -> None:
    cold, pool = ColdStart(60, 5), WarmPool(Decimal("0.01"))
    offers: list[Offer] = [
        request_offer(cold_start=cold, warm_pool=pool),
        gpu_offer("gpu", rate("0.2"), rate("0.1", 1), autoscale=Autoscale(0, 60.0)),
    ]
    found = options_of(log_of([0.0, 1.0, 2000.0], start=0, end=3600), offers)
    in_order = sorted(found.values(), key=lambda option: (option.family, option.key))
    assert [re.sub(r"x[0-9-]+", "", option.key) for option in in_order] == [
        "serverless:req",
        "serverless:req+warm1",
        "dedicated:gpu@0",
        "autoscaled:gpu@0",
        "hybrid:gpu@0+req",
        "dedicated:gpu@1",
        "hybrid:gpu@1+req",
    ]


@pytest.mark.parametrize(
    ("complex_cost", "chosen"),
    [("90", "complex"), ("90.000000000001", "simple"), ("89", "complex"), ("100", "simple"), ("120", "simple")],
)
@pytest.mark.parametrize("family", [WARM_POOL, DEDICATED, AUTOSCALED, HYBRID, COMMITTED])
def test_a_more_complex_option_must_beat_the_simpler_by_the_margin(family: int, complex_cost: str, chosen: str) -> None:
    assert key_of(ways(("simple", family - 1, "100"), ("complex", family, complex_cost))) == chosen


def test_a_simpler_option_needs_no_margin() -> None:
    assert key_of(ways(("simple", SERVERLESS, "100"), ("complex", HYBRID, "100.01"))) == "simple"
    assert key_of(ways(("simple", SERVERLESS, "99.99"), ("complex", HYBRID, "100"))) == "simple"


def test_inside_a_family_the_cheapest_wins_and_of_equals_the_first_by_name() -> None:
    assert key_of(ways(("a", HYBRID, "100"), ("b", HYBRID, "99.99"))) == "b"
    assert key_of(ways(("b", HYBRID, "5"), ("a", HYBRID, "5"), ("c", HYBRID, "6"))) == "a"


def test_without_a_margin_a_tie_stays_with_the_simpler() -> None:
    none = Decimal(0)
    assert key_of(ways(("simple", SERVERLESS, "100"), ("complex", HYBRID, "100")), none) == "simple"
    assert key_of(ways(("simple", SERVERLESS, "100"), ("complex", HYBRID, "99.99")), none) == "complex"


def test_what_is_free_stands_against_everything() -> None:
    assert key_of(ways(("simple", SERVERLESS, "0"), ("complex", HYBRID, "0"))) == "simple"


def test_a_margin_of_everything_takes_only_what_is_free() -> None:
    assert key_of(ways(("simple", SERVERLESS, "100"), ("complex", HYBRID, "0.01")), Decimal(1)) == "simple"
    assert key_of(ways(("simple", SERVERLESS, "100"), ("complex", HYBRID, "0")), Decimal(1)) == "complex"


YEAR, THREE_YEARS = COMMITTED + 12, COMMITTED + 36


def test_each_family_must_beat_every_simpler_one() -> None:
    """80 is not a tenth below 88, which beats 100; nor 80 below 88.5, though that does not beat 95 itself."""
    assert key_of(ways(("a", SERVERLESS, "100"), ("b", DEDICATED, "88"), ("c", YEAR, "80"))) == "b"
    assert key_of(ways(("a", SERVERLESS, "100"), ("b", DEDICATED, "91"), ("c", YEAR, "80"))) == "c"
    assert key_of(ways(("a", SERVERLESS, "95"), ("b", DEDICATED, "88.5"), ("c", YEAR, "80"))) == "a"


def test_a_longer_term_must_beat_each_shorter_one_by_the_binding_margin() -> None:
    month = ("month", COMMITTED + 1, "100")
    assert key_of(ways(month, ("year", YEAR, "99.99"), ("years", THREE_YEARS, "99.98"))) == "month"
    assert key_of(ways(month, ("year", YEAR, "90"), ("years", THREE_YEARS, "89.99"))) == "year"
    assert key_of(ways(month, ("year", YEAR, "90"), ("years", THREE_YEARS, "81"))) == "years"


def test_what_binds_no_longer_must_be_worth_its_complexity_only() -> None:
    margins = Margins(Decimal("0.01"), TENTH, Decimal("0.01"))
    simple, floor, year = ways(("simple", SERVERLESS, "100"), ("floor", HYBRID, "99"), ("year", YEAR, "91"))
    assert choose([simple, floor, year], margins) == floor
    assert choose([simple, year], margins) == simple
    assert choose([simple, floor], margins, "simple") == simple, (
        "a change from what is in use asks for the other margin"
    )


def test_units_on_demand_need_no_more_than_what_the_discount_does_not_ask_already() -> None:
    """A discount of 5 % asks each unit for more than a simplicity margin of 1 %; of a warm pool it asks nothing."""
    margins = margins_of(Policy())
    assert margins == Margins(Decimal("0.01"), TENTH, Decimal(0))
    simple, floor, pool, busy = ways(
        ("simple", SERVERLESS, "100"),
        ("floor", HYBRID, "99.9"),
        ("pool", WARM_POOL, "99.9"),
        ("busy", DEDICATED, "99.9"),
    )
    assert choose([simple, floor], margins) == floor
    assert choose([simple, busy], margins) == busy
    assert choose([simple, pool], margins) == simple
    undiscounted = replace(Policy(), forecast=ForecastPolicy(base_discount=0.004))
    assert margins_of(undiscounted).on_demand == Decimal("0.006")


def test_an_incumbent_stays_unless_it_is_beaten_by_the_margin() -> None:
    used = ("used", COMMITTED, "100")
    assert key_of(ways(used, ("simple", SERVERLESS, "90.01")), incumbent="used") == "used"
    assert key_of(ways(used, ("simple", SERVERLESS, "90")), incumbent="used") == "simple"
    assert key_of(ways(used, ("twin", COMMITTED, "95")), incumbent="used") == "used"
    assert key_of(ways(used, ("twin", COMMITTED, "95"))) == "twin"


def test_among_those_that_beat_the_incumbent_the_rule_is_the_same() -> None:
    used = ("used", SERVERLESS, "100")
    assert key_of(ways(used, ("b", DEDICATED, "90"), ("c", COMMITTED, "85")), incumbent="used") == "b"
    assert key_of(ways(used, ("b", DEDICATED, "90"), ("c", COMMITTED, "81")), incumbent="used") == "c"
    assert key_of(ways(used, ("b", DEDICATED, "95"), ("c", COMMITTED, "89")), incumbent="used") == "c"


def test_an_incumbent_that_is_not_among_the_options_binds_nothing() -> None:
    assert key_of(ways(("a", SERVERLESS, "100"), ("b", HYBRID, "80")), incumbent="gone") == "b"
