"""Attribution along a path of answers: it adds up, and says through what."""

from decimal import Decimal

from service.workflow.document.options import AnsweredOption
from service.workflow.what_if.attribution import Part, Point, option_parts, recommended_parts, way_of
from tests.answers import answered, answered_option


def option(key: str, cost: str, *, ruled_out: bool = False) -> AnsweredOption:
    mode, _, rest = key.partition(":")
    reserved = mode != "serverless"
    dedicated = rest.partition("@")[0] if reserved else None
    serverless = rest.partition("+")[2] or None if reserved else rest
    return answered_option(key, cost, dedicated=dedicated, serverless=serverless, ruled_out=ruled_out)


def point(recommended: str | None, *options: AnsweredOption, causes: str = "", offers: str = "") -> Point:
    """Return a point on the path; causes and offers are words."""
    return Point(answered(recommended, *options), tuple(causes.split()), frozenset(offers.split()))


def test_a_way_of_serving_has_no_units_and_no_threshold() -> None:
    ways = [
        way_of(key, {})
        for key in (
            "serverless:tokens",
            "serverless:tokens+warm2",
            "dedicated:gpu@0x3",
            "dedicated:gpu@12.2",
            "hybrid:gpu@12x3~40+tokens",
            "autoscaled:gpu@0x1-4",
        )
    ]
    assert ways == [
        "serverless:tokens",
        "serverless:tokens+warm2",
        "dedicated:gpu@0",
        "dedicated:gpu@12.2",
        "hybrid:gpu@12",
        "autoscaled:gpu@0",
    ]


def test_a_step_without_a_switch_is_the_options_own() -> None:
    path = [
        point("serverless:a", option("serverless:a", "10")),
        point("serverless:a", option("serverless:a", "12.5"), causes="traffic"),
    ]
    assert recommended_parts(path) == [Part(("traffic",), Decimal("2.5"))]


def test_a_switch_is_told_from_what_staying_would_have_cost() -> None:
    path = [
        point("serverless:a", option("serverless:a", "10"), option("dedicated:g@0x1", "14")),
        point(
            "dedicated:g@0x2",
            option("serverless:a", "30"),
            option("dedicated:g@0x2", "26"),
            causes="prices",
            offers="a b",
        ),
    ]
    assert recommended_parts(path) == [
        Part(("prices",), Decimal(20), offers=("a",)),
        Part(("prices",), Decimal(-4), "switch", ("a",), ("serverless:a", "dedicated:g@0")),
    ]


def test_a_way_that_vanished_leaves_only_the_switch() -> None:
    path = [
        point("serverless:a", option("serverless:a", "10")),
        point("serverless:b", option("serverless:b", "9"), causes="prices", offers="a b"),
    ]
    assert recommended_parts(path) == [
        Part(("prices",), Decimal(-1), "switch", ("a", "b"), ("serverless:a", "serverless:b"))
    ]


def test_a_bound_is_not_taken_for_a_cost() -> None:
    path = [
        point("dedicated:g@0x1", option("dedicated:g@0x1", "10")),
        point(
            "serverless:a",
            option("dedicated:g@0x1", "3", ruled_out=True),
            option("serverless:a", "2"),
            causes="traffic",
        ),
    ]
    assert [part.amount for part in recommended_parts(path)] == [Decimal(-8)]
    assert path[1].cost("dedicated:g@0") is None


def test_points_without_a_recommendation_join_their_causes() -> None:
    path = [
        point("serverless:a", option("serverless:a", "10")),
        point(None, option("serverless:a", "11"), causes="traffic"),
        point("serverless:a", option("serverless:a", "13"), causes="policy"),
    ]
    assert recommended_parts(path) == [Part(("traffic", "policy"), Decimal(3))]


def test_an_end_without_a_recommendation_has_no_parts() -> None:
    path = [
        point("serverless:a", option("serverless:a", "10")),
        point(None, option("serverless:a", "11"), causes="traffic"),
    ]
    assert recommended_parts(path) == []


def test_an_option_is_attributed_through_its_own_offers() -> None:
    def hybrid(units: int, cost: str) -> AnsweredOption:
        return option(f"hybrid:g@0x{units}+a", cost)

    path = [
        point("hybrid:g@0x1+a", hybrid(1, "10")),
        point("hybrid:g@0x2+a", hybrid(2, "15"), causes="traffic"),
        point("hybrid:g@0x2+a", hybrid(2, "15"), causes="prices", offers="other"),
        point("hybrid:g@0x2+a", hybrid(2, "14.25"), causes="prices", offers="a other"),
    ]
    assert option_parts(path, "hybrid:g@0") == [
        Part(("traffic",), Decimal(5)),
        Part(("prices",), Decimal("-0.75"), offers=("a",)),
    ]


def test_an_option_ruled_out_on_the_way_joins_its_causes() -> None:
    path = [
        point(None, option("dedicated:g@0x1", "10")),
        point(None, option("dedicated:g@0x1", "7", ruled_out=True), causes="traffic"),
        point(None, option("dedicated:g@0x1", "12"), causes="prices", offers="g"),
    ]
    assert option_parts(path, "dedicated:g@0") == [Part(("traffic", "prices"), Decimal(2), offers=("g",))]
