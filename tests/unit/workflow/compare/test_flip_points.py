"""Flip points by hand, where a limit of an option that is not replayed could hide one."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.compare.flip_points import MoneyFlips, traffic_flips
from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import Flip, Hinge, Line, Rule
from service.workflow.compare.flip_points.search import thinned
from service.workflow.metered_prices import Price
from service.workflow.offers import Offer, Units
from service.workflow.options import COMMITTED, HYBRID, SERVERLESS
from service.workflow.rule import Margins
from tests.histories import log_of, series_of
from tests.markets import EXECUTOR, PROVISIONAL, budget, chosen, computed, ptu_offer, rate, token_offer

BURST_AND_ONE = [(0, 0, 1)] * 7 + [(0, 0, 8), (208, 208, 28)]
"""Tokens of eight requests at once, and of one later on."""


def test_a_hybrid_that_is_not_replayed_hides_no_flip_to_another_option() -> None:
    log = log_of([0] * 8 + [20], BURST_AND_ONE, start=0, end=600)
    tokens = token_offer(prices=(Price("requests", Decimal("0.026"), 1), Price("output_tokens", Decimal("0.01"), 1000)))
    units = ptu_offer("gpu", rate("1.0016"), capacity=budget("252", 10, input_tokens="1", output_tokens="6"))
    policy = replace(PROVISIONAL, margin=Decimal(0), simplicity_margin=Decimal(0))
    case, found = computed(log, [tokens, units], policy)
    points = {(point.name, point.direction): point for point in MoneyFlips(case, found, [tokens, units]).found()}
    below = points["gpu@0", "below"]
    # One unit and two requests of 36 tokens spilled each ten minutes, against four units, which take all.
    spilled = 4380 * (2 * Decimal("0.026") + 36 * Decimal("0.00001"))
    assert below.to == "dedicated:gpu@0x4"
    assert below.exact
    assert abs(below.value - spilled / 3 / 730) < Decimal("1E-20")


def test_a_change_of_the_answer_that_is_undone_within_an_octave_is_found() -> None:
    """One unit beats tokens from 1.2 times the traffic on, and at 1.5 times it no longer takes all of it."""
    series = series_of([100] * 1440, bucket=60, counted=False)  # 1,000 input tokens and 300 of output a minute
    tokens = token_offer(into="1", out="0")
    unit = ptu_offer("ptu", rate("0.072"), capacity=budget("1500", 60, input_tokens="1"), units=Units(1, 1, 1))
    policy = replace(PROVISIONAL, modes=("serverless", "dedicated"), margin=Decimal(0), simplicity_margin=Decimal(0))
    offers: list[Offer] = [tokens, unit]
    now = chosen(series, offers, policy)
    assert now is not None
    assert now.key == "serverless:tok"
    case, _ = computed(series, offers, policy)
    points = {p.direction: p for p in traffic_flips(series, case.profile, offers, now, policy, EXECUTOR)}
    assert points["above"].to == "dedicated:ptu@0x1"
    assert abs(points["above"].value / Decimal("1.2") - 1) < Decimal("0.03")
    double = chosen(series, offers, replace(policy, traffic_factor=Decimal(2)))
    assert double is not None
    assert double.key == "serverless:tok"


def test_a_way_that_moves_is_crossed_where_it_meets_the_share_of_one_that_does_not() -> None:
    """One is dearer by a margin of a tenth: it is met at 90 of 100, once from 60 up and once from 120 down."""
    still = Line("still", "still", 0, Decimal(100))
    rule = Rule(Margins(simplicity=Decimal(0), binding=Decimal("0.1"), on_demand=Decimal(0)))
    moves = Line("moves", "moves", COMMITTED + 1, Decimal(0), Decimal(60))
    assert rule.first_change([still, moves], "above", moves) == (Flip(Decimal("1.5"), moves, still), set())
    dearer = moves._replace(slope=Decimal(120))
    assert rule.first_change([still, dearer], "below", still) == (Flip(Decimal("0.75"), still, dearer), set())
    level = Line("level", "level", COMMITTED + 1, Decimal(80))
    assert rule.first_change([still, level], "above", level) == (None, set())


def test_lines_are_left_out_that_even_at_a_tenth_cost_more_than_one_of_their_family_that_does_not_move() -> None:
    margins = Margins(Decimal(0), Decimal(0), Decimal(0))
    still = Line("still", "still", 1, Decimal(50))
    reaches = Line("reaches", "reaches", 1, Decimal(40), Decimal(100))
    above = Line("above", "above", 1, Decimal(41), Decimal(101))
    alone = Line("alone", "alone", 2, Decimal(41), Decimal(102))
    assert thinned([still, reaches, above, alone], Rule(margins), "below") == [still, reaches, alone]
    assert thinned([still, reaches, above, alone], Rule(margins), "above") == [still, alone]
    assert set(thinned([still, reaches, above], Rule(margins, "above"), "above")) == {still, above}


def test_a_minimum_alone_moves_a_total() -> None:
    still = Line("still", "still", 0, Decimal(100))
    minimum = Line("minimum", "minimum", 1, Decimal(0), hinges=(Hinge(Decimal(0), Decimal(120), Decimal(30)),))
    rule = Rule(Margins(Decimal(0), Decimal(0), Decimal(0)))
    flip, _ = rule.first_change([still, minimum], "below", still)
    assert flip is not None
    assert (flip.before, flip.after) == (still, minimum)
    assert abs(flip.factor - Decimal(100) / 120) < Decimal("1E-20")


def test_more_units_are_looked_at_again_where_the_ceiling_is_higher() -> None:
    log = log_of([0] * 8 + [20], BURST_AND_ONE, start=0, end=600)
    units = ptu_offer("gpu", rate("1"), capacity=budget("252", 10, input_tokens="1", output_tokens="6"))
    offers: list[Offer] = [token_offer(into="0.0001", out="0"), units]
    ways = Ways(*computed(log, offers), offers)
    largest = ways.index.largest["hybrid:gpu@0"]
    cost = ways.case.terms.total(largest)
    assert ways.enlarge({"hybrid:gpu@0": cost}) is False
    assert ways.enlarge({"hybrid:gpu@0": 2 * cost}) is True
    assert ways.index.largest["hybrid:gpu@0"].units == 2 * largest.units
    assert ways.enlarge({"hybrid:gpu@0": 2 * cost}) is False


def test_what_is_in_the_way_by_its_lower_limit_alone_is_asked_for() -> None:
    rule = Rule(Margins(Decimal("0.1"), Decimal("0.1"), Decimal("0.1")))
    plain = Line("plain", "plain", SERVERLESS, Decimal(100))
    limit = Line("limit", "limit", HYBRID, Decimal(20), Decimal(100), known=False, way=7)
    term = Line("term", "term", COMMITTED + 730, Decimal(90))
    flip, unknown = rule.first_change([plain, limit, term], "below", term)
    assert (flip, unknown) == (Flip(Decimal("0.8"), term, plain), {7}), "below, 90 is no tenth less"
    beside = Line("beside", "beside", HYBRID, Decimal(200), Decimal(100), known=False, way=8)
    assert rule.first_change([plain, beside, term], "below", term) == (None, set())
