"""The answer with as few replays as it takes is the answer with all of them, whatever bounds say below the totals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.search.answer import Answer
from service.workflow.compute.search.search import Search
from service.workflow.options import COMMITTED, HYBRID, SERVERLESS
from service.workflow.rule import Margins, choose
from tests.effort import examples

checked = settings(derandomize=True, max_examples=examples(1000))

MARGINS = st.sampled_from((Decimal(0), Decimal("0.1"), Decimal("0.2"), Decimal(1)))
TENTHS = Margins(Decimal("0.1"), Decimal("0.1"), Decimal("0.1"))

TOTALS = st.sampled_from((0, 64, 72, 80, 81, 90, 100))


@dataclass(frozen=True)
class Way:
    """A candidate, and what its replay will say of it."""

    group: str
    family: int
    expected: Decimal
    bound: Decimal = Decimal(0)
    estimate: float = 0.0
    eligible: bool = True
    passes: bool = True

    @property
    def key(self) -> str:
        """Name that ties go by."""
        return self.group

    @property
    def probe(self) -> str:
        """One replay each."""
        return self.group


@dataclass
class Replays:
    """A search that knows what replays say."""

    replays: dict[str, bool] = field(default_factory=dict)
    best_of_group: dict[str, Any] = field(default_factory=dict)

    def replay(self, batch: Sequence[Candidate]) -> None:
        """Note what was replayed."""
        for way in cast("Sequence[Way]", batch):
            assert way.probe not in self.replays, "nothing is replayed twice"
            self.replays[way.probe] = True
            self.best_of_group[way.group] = Way(way.group, way.family, way.expected, eligible=way.passes)


@st.composite
def ways(draw: st.DrawFn) -> list[Way]:
    """Draw candidates whose totals are often equal, or exactly a margin apart, and bounds at or below them."""
    drawn = st.tuples(st.integers(0, 8), TOTALS, TOTALS, TOTALS, st.booleans(), st.integers(0, 4))
    return [
        Way(f"w{n}", family, Decimal(total), Decimal(min(total, bound)), float(estimate), eligible, bool(passes))
        for n, (family, total, bound, estimate, eligible, passes) in enumerate(draw(st.lists(drawn, max_size=12)))
    ]


def answer_of(margins: Margins, alone: Sequence[Way], incumbent: Way | None = None) -> tuple[Answer, Replays]:
    """Return an answer that has not looked at any candidate, and what it replays on."""
    replays = Replays()
    return Answer(cast(Search, replays), margins, alone, incumbent), replays


def answered(found: Sequence[Way], alone: Sequence[Way], asked: str = "dearer") -> tuple[str, bool]:
    """Return what is chosen where every margin is a tenth, and whether a group was replayed for it."""
    answer, replays = answer_of(TENTHS, alone)
    chosen = answer.among(cast("list[Candidate]", found))
    assert chosen is not None
    return chosen.key, asked in replays.replays


@checked
@given(ways(), ways(), st.tuples(MARGINS, MARGINS, MARGINS), st.none() | TOTALS, st.integers(0, 12))
def test_what_is_chosen_is_what_all_replays_would_choose(
    found: list[Way],
    others: list[Way],
    shares: tuple[Decimal, Decimal, Decimal],
    incumbent: int | None,
    later: int,
) -> None:
    margins = Margins(*shares)
    alone = [Way(f"a{n}", each.family, each.expected) for n, each in enumerate(others[:3])]
    today = None if incumbent is None else Way("incumbent", HYBRID, Decimal(incumbent))
    answer, _ = answer_of(margins, alone, today)
    chosen = answer.among(cast("list[Candidate]", found[:later]))
    further = [way for way in found[later:] if way.bound <= answer.limit(chosen, way.family)]
    chosen = answer.among(cast("list[Candidate]", further))
    eligible = [*alone, *(way for way in found if way.eligible and way.passes), *([today] if today else [])]
    expected = choose(eligible, margins, None if today is None else today.key)
    assert (chosen and chosen.key) == (expected and expected.key)


@pytest.mark.parametrize(("bound", "total", "chosen"), [(51, 54, "plain"), (51, 56, "cheap"), (56, 57, "cheap")])
def test_what_is_dearer_stands_in_the_way_within_the_margin(bound: int, total: int, chosen: str) -> None:
    cheap = Way("cheap", COMMITTED + 730, Decimal(50), Decimal(40))
    dearer = Way("dearer", HYBRID, Decimal(total), Decimal(bound))
    plain = Way("plain", SERVERLESS, Decimal(56))
    assert answered([cheap, dearer], [plain]) == (chosen, bound < 56)
    answer, _ = answer_of(TENTHS, [plain])
    alone = answer.among(cast("list[Candidate]", [cheap]))
    assert alone is not None
    assert (bound <= answer.limit(alone, HYBRID)) == (bound < 56)


def test_what_cannot_matter_is_not_replayed() -> None:
    found = [
        Way("cheap", COMMITTED + 730, Decimal(50), Decimal(40)),
        Way("far above it", HYBRID, Decimal(90), Decimal(60)),
        Way("in its way", HYBRID, Decimal(80), Decimal(55)),
        Way("never below it", COMMITTED + 8760, Decimal(70), Decimal(51)),
    ]
    assert answered(found, [Way("plain", SERVERLESS, Decimal(100))], "far above it") == ("cheap", False)
