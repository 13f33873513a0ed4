"""Laws of the decision rule, whatever there is to choose from."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.options import COMMITTED
from service.workflow.rule import choose
from tests.effort import examples

checked = settings(derandomize=True, max_examples=examples(500))


@dataclass(frozen=True)
class Way:
    """What the rule looks at."""

    key: str
    family: int
    adjusted: Decimal


@st.composite
def ways(draw: st.DrawFn) -> list[Way]:
    """Draw options whose totals are often equal, or exactly a margin apart."""
    drawn = draw(st.lists(st.tuples(st.integers(0, 5), st.sampled_from((0, 64, 72, 80, 81, 90, 100))), min_size=1))
    return [Way(f"w{number}", family, Decimal(cost)) for number, (family, cost) in enumerate(drawn)]


MARGINS = st.sampled_from((Decimal(0), Decimal("0.1"), Decimal("0.2"), Decimal(1)))


def beats(one: Way, other: Way, margin: Decimal) -> bool:
    return one.adjusted < other.adjusted and one.adjusted <= other.adjusted * (1 - margin)


@checked
@given(found=ways(), margin=MARGINS)
def test_nothing_beats_the_choice_by_the_margin_and_what_is_cheaper_is_more_complex(
    found: list[Way], margin: Decimal
) -> None:
    chosen = choose(found, margin)
    assert chosen is not None
    for way in found:
        assert not beats(way, chosen, margin)
        assert way.adjusted >= chosen.adjusted or way.family > chosen.family


@checked
@given(found=ways(), margin=MARGINS, place=st.integers(0, 99))
def test_an_incumbent_stays_exactly_where_nothing_beats_it(found: list[Way], margin: Decimal, place: int) -> None:
    incumbent = found[place % len(found)]
    chosen = choose(found, margin, incumbent.key)
    assert chosen is not None
    assert (chosen == incumbent) == (not any(beats(way, incumbent, margin) for way in found))
    assert chosen == incumbent or beats(chosen, incumbent, margin)


@checked
@given(found=ways(), margin=MARGINS)
def test_what_is_dearer_and_binds_most_changes_nothing(found: list[Way], margin: Decimal) -> None:
    dearest = max(way.adjusted for way in found) + 1
    assert choose([*found, Way("extra", COMMITTED, dearest)], margin) == choose(found, margin)
