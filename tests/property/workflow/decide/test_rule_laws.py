"""Laws of the decision rule, whatever there is to choose from."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.options import COMMITTED
from service.workflow.rule import Margins, choose
from tests.effort import examples

checked = settings(derandomize=True, max_examples=examples(500))


@dataclass(frozen=True)
class Way:
    """What the rule looks at."""

    key: str
    family: int
    expected: Decimal


@st.composite
def ways(draw: st.DrawFn) -> list[Way]:
    """Draw options whose totals are often equal, or exactly a margin apart."""
    drawn = draw(st.lists(st.tuples(st.integers(0, 8), st.sampled_from((0, 64, 72, 80, 81, 90, 100))), min_size=1))
    return [Way(f"w{number}", family, Decimal(cost)) for number, (family, cost) in enumerate(drawn)]


MARGINS = st.sampled_from((Decimal(0), Decimal("0.1"), Decimal("0.2"), Decimal(1)))


def beats(one: Way, other: Way, margin: Decimal) -> bool:
    return one.expected < other.expected and one.expected <= other.expected * (1 - margin)


@checked
@given(found=ways(), simplicity=MARGINS, binding=MARGINS)
def test_what_is_chosen_beats_everything_simpler_and_what_is_cheaper_does_not(
    found: list[Way], simplicity: Decimal, binding: Decimal
) -> None:
    margins = Margins(simplicity, binding, simplicity)
    chosen = choose(found, margins)
    assert chosen is not None
    for way in found:
        if way.family < chosen.family:
            assert beats(chosen, way, binding if chosen.family > COMMITTED else simplicity)
        if way.expected < chosen.expected:
            assert way.family > chosen.family
            margin = binding if way.family > COMMITTED else simplicity
            assert not all(beats(way, other, margin) for other in found if other.family < way.family)


@checked
@given(found=ways(), simplicity=MARGINS, binding=MARGINS)
def test_a_longer_term_is_never_recommended_for_less_than_the_margin(
    found: list[Way], simplicity: Decimal, binding: Decimal
) -> None:
    chosen = choose(found, Margins(simplicity, binding, simplicity))
    assert chosen is not None
    for way in found:
        if chosen.family > COMMITTED and way.family < chosen.family:
            assert chosen.expected <= way.expected * (1 - binding)
            assert chosen.expected < way.expected


@checked
@given(found=ways(), margin=MARGINS, place=st.integers(0, 99))
def test_an_incumbent_stays_exactly_where_nothing_beats_it(found: list[Way], margin: Decimal, place: int) -> None:
    incumbent = found[place % len(found)]
    chosen = choose(found, Margins(Decimal(0), margin, Decimal(0)), incumbent.key)
    assert chosen is not None
    assert (chosen == incumbent) == (not any(beats(way, incumbent, margin) for way in found))
    assert chosen == incumbent or beats(chosen, incumbent, margin)


@checked
@given(found=ways(), margin=MARGINS)
def test_what_is_dearer_and_binds_most_changes_nothing(found: list[Way], margin: Decimal) -> None:
    dearest, margins = max(way.expected for way in found) + 1, Margins(margin, margin, margin)
    assert choose([*found, Way("extra", COMMITTED + 120, dearest)], margins) == choose(found, margins)
