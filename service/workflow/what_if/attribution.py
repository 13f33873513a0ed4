"""The difference of two answers, attributed along a path of answers between them in money that adds up.

The path replaces one cause at a time, in the order in which causes enter the method: traffic, serverless prices,
dedicated prices, policy. Every point on it is a whole evaluation, so each amount is the difference of two totals that
anyone can compute again, and the amounts telescope to the change exactly. An option buys from at most one serverless
and one dedicated offer, so each price step moves it through one offer. docs/evaluations.md says why not Shapley values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from service.workflow.document import Answer
from service.workflow.document.options import AnsweredOption
from service.workflow.option_key import OptionKey


@dataclass(frozen=True)
class Point:
    """One answer on the path.

    causes: what changed to get here from the point before. offers: common names of those that changed. names: common
    names of the offers, by what the answer calls them; those that are not in it are called the same.
    """

    answer: Answer
    causes: tuple[str, ...] = ()
    offers: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def options(self) -> dict[str, AnsweredOption]:
        """The options by way of serving: what an option is, whatever its number of units.

        Where an incumbent has other units than the best of its way, the way is that of the recommended one or else of
        the cheaper; the other one keeps its whole key.
        """
        recommended = self.answer.recommendation.option
        first: dict[str, str] = {} if recommended is None else {way_of(recommended, self.names): recommended}
        for option in self.answer.options:
            first.setdefault(way_of(option.key, self.names), option.key)
        ways = {key: way for way, key in first.items()}
        return {ways.get(option.key, option.key): option for option in self.answer.options}

    @property
    def recommended(self) -> str | None:
        """The recommended way of serving."""
        key = self.answer.recommendation.option
        return None if key is None else way_of(key, self.names)

    def uses(self, option: AnsweredOption) -> set[str]:
        """Return the common names of the offers that an option buys from."""
        bought = (option.serverless, option.dedicated)
        return {self.names.get(name, name) for name in bought if name is not None}

    def cost(self, way: str | None) -> Decimal | None:
        """Return what a way of serving costs a month, None where it is not among the options or has no figures."""
        option = self.options.get(way or "")
        return None if option is None or option.ruled_out else option.monthly_cost.amount


@dataclass(frozen=True)
class Part:
    """A part of a change: `amount` of money because of `causes`, through `offers` where prices moved.

    kind: "same_option" where the way of serving stayed, "switch" where the recommendation went to another.
    """

    causes: tuple[str, ...]
    amount: Decimal
    kind: str = "same_option"
    offers: tuple[str, ...] = ()
    switch: tuple[str | None, str | None] = field(default=(None, None))


def way_of(key: str, names: Mapping[str, str]) -> str:
    """Return the way of serving that an option is, by its key: without units and routing threshold.

    names: common names of offers, by what the key calls them.
    """
    found = OptionKey.parse(key)
    return key if found is None else str(found.renamed(names).group)


def recommended_parts(path: Sequence[Point]) -> list[Part]:
    """Return the parts of the change of the recommended total; empty where an end recommends nothing.

    Points without a recommendation in between are passed over: the causes on both sides of them act together.
    """
    if path[0].recommended is None or path[-1].recommended is None:
        return []
    parts: list[Part] = []
    for before, after in pairwise(_joined(path, lambda point: point.recommended is not None)):
        parts += _step(before, after)
    return parts


def option_parts(path: Sequence[Point], way: str) -> list[Part]:
    """Return the parts of the change of one way of serving that both ends know the cost of; parts of zero left out."""
    steps = pairwise(_joined(path, lambda point: point.cost(way) is not None))
    parts = [
        Part(after.causes, _cost(after, way) - _cost(before, way), offers=_moved(before, after, way))
        for before, after in steps
    ]
    return [part for part in parts if part.amount]


def _step(before: Point, after: Point) -> Iterator[Part]:
    """Yield what the way that was recommended changed by, where it is still there, then what switching changed."""
    was, now = before.recommended, after.recommended
    start, stayed = _cost(before, was), after.cost(was)
    offers = _moved(before, after, was)
    if stayed is not None:
        yield Part(after.causes, stayed - start, offers=offers)
        start = stayed
    if was != now:
        moved = tuple(sorted({*offers, *_moved(before, after, now)}))
        yield Part(after.causes, _cost(after, now) - start, "switch", moved, (was, now))


def _joined(path: Sequence[Point], known: Callable[[Point], bool]) -> Iterator[Point]:
    """Yield the points that are known, each with the causes and offers of those passed over before it."""
    causes: tuple[str, ...] = ()
    offers: frozenset[str] = frozenset()
    for point in path:
        causes = (*causes, *(cause for cause in point.causes if cause not in causes))
        offers |= point.offers
        if known(point):
            yield replace(point, causes=causes, offers=offers)
            causes, offers = (), frozenset()


def _moved(before: Point, after: Point, way: str | None) -> tuple[str, ...]:
    """Return the offers of a way of serving, as it was or is, that changed in the step to `after`."""
    ends = ((point, point.options.get(way or "")) for point in (before, after))
    used = {name for point, option in ends if option is not None for name in point.uses(option)}
    return tuple(sorted(after.offers & used))


def _cost(point: Point, way: str | None) -> Decimal:
    cost = point.cost(way)
    assert cost is not None
    return cost
