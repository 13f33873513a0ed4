"""The frontier of cost against p95: nothing in it is beaten on both, everything outside it is."""

from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compare.pareto import frontier, p95
from service.workflow.options import SERVERLESS, ExpectedCost, Figures, Option, Percentiles, Violation
from service.workflow.policy import LatencyMetric
from tests.effort import examples

LATE = (Violation("latency_target", "Too slow."),)
NOTHING = Decimal(0)


def option(number: int, cost: int, first: float | None, last: float | None, *, eligible: bool) -> Option:
    """Return an option of a monthly cost, with p95 of first token and end to end in ms (None: unknown)."""
    first_token, end_to_end = (None if value is None else Percentiles(0, value, 9e9) for value in (first, last))
    figures = Figures(None, 0, 0, 0, None, 0, first_token, end_to_end)
    needs = () if eligible else LATE
    return Option(
        f"s{number}",
        "serverless",
        SERVERLESS,
        Decimal(cost),
        NOTHING,
        NOTHING,
        needs,
        ExpectedCost(added=Decimal(cost)),
        figures=figures,
    )


METRICS: st.SearchStrategy[LatencyMetric] = st.sampled_from(("first_token", "end_to_end"))
FEW = st.integers(0, 5)
LATENCIES = st.none() | st.integers(0, 5).map(float)


@st.composite
def options(draw: st.DrawFn) -> list[Option]:
    """Draw options with many ties."""
    drawn = draw(st.lists(st.tuples(FEW, LATENCIES, LATENCIES, st.booleans()), max_size=8))
    return [option(number, cost, first, last, eligible=ok) for number, (cost, first, last, ok) in enumerate(drawn)]


checked = settings(derandomize=True, max_examples=examples(400))


@checked
@given(found=options(), metric=METRICS)
def test_nothing_in_it_is_beaten_and_everything_outside_it_is_matched_on_both(
    found: list[Option], metric: LatencyMetric
) -> None:
    best = frontier(found, metric)

    def place(entry: Option) -> tuple[Decimal, float]:
        latency = p95(entry, metric)
        assert latency is not None
        return entry.monthly_cost, latency

    known = [entry for entry in found if entry.eligible and p95(entry, metric) is not None]
    assert all(entry in known for entry in best)
    for entry in best:
        cost, latency = place(entry)
        assert not any(
            other != (cost, latency) and other[0] <= cost and other[1] <= latency for other in map(place, known)
        )
    for entry in known:
        cost, latency = place(entry)
        assert any(a <= cost and b <= latency for a, b in map(place, best))
    costs, latencies = [place(entry)[0] for entry in best], [place(entry)[1] for entry in best]
    assert costs == sorted(set(costs))
    assert latencies == sorted(set(latencies), reverse=True)


@checked
@given(found=options(), random=st.randoms(use_true_random=False))
def test_of_equals_the_first_by_name_stays_whatever_the_order(found: list[Option], random: Random) -> None:
    best = frontier(found, "first_token")
    shuffled = list(found)
    random.shuffle(shuffled)
    assert frontier(shuffled, "first_token") == best
    places = {o.key: (o.monthly_cost, p95(o, "first_token")) for o in found if o.eligible}
    for entry in best:
        assert entry.key == min(key for key, place in places.items() if place == places[entry.key])
